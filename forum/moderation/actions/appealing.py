"""Objecting to a decision, and judging again. Once for each decision, for six months, by somebody else."""

from datetime import datetime, timedelta

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q

from forum.accounts.roles import ABILITIES, Ability, able
from forum.moderation.actions.recording import mail_appeal, record
from forum.moderation.models import TOOK_AWAY, Appeal, Decision, What
from forum.reactions import actions as reactions
from forum.reactions.actions import AlreadyDecided
from forum.reactions.models import Reaction

OPEN_FOR = timedelta(days=184)  # six months, and never less
MAX_APPEAL_CHARS = 5_000
Status = Reaction.Status


class AppealError(Exception):
    """An objection that cannot be taken; the subclasses say why."""


class NotAppealable(AppealError):
    """There is nothing to object to: it is not refused or removed (any more)."""


class TooLate(AppealError):
    """More than six months ago."""


class AlreadyAppealed(AppealError):
    """`appeal` is the one that was made before."""

    def __init__(self, appeal: Appeal) -> None:
        super().__init__("already objected")
        self.appeal = appeal


class NotYours(AppealError):
    """Who decided does not judge the objection, while somebody else can."""


class AlreadyHandled(AppealError):
    """`appeal` says by whom."""

    def __init__(self, appeal: Appeal) -> None:
        super().__init__("already handled")
        self.appeal = appeal


def file_appeal(decision: Decision, *, body: str, now: datetime) -> Appeal:
    """Raises NotAppealable, TooLate, AlreadyAppealed."""
    if decision.what not in TOOK_AWAY:
        raise NotAppealable
    if now - decision.made_at > OPEN_FOR:
        raise TooLate
    with transaction.atomic():
        made = Appeal(decision=decision, body=body, made_at=now)
        Appeal.objects.bulk_create([made], ignore_conflicts=True)
        appeal = Appeal.objects.select_for_update().get(decision=decision)
        if appeal.made_at != now or appeal.body != body:
            raise AlreadyAppealed(appeal)
        if Decision.objects.filter(about=decision, what=What.UNDO).exists():
            raise NotAppealable  # rolls back: it was taken back meanwhile
    return appeal


def judges_of(appeal: Appeal) -> list[User]:
    """Who may judge it: everybody who moderates but who decided; with nobody else there, who decided."""
    others = [user for user in moderators() if user.pk != appeal.decision.by_id]
    return others or moderators()


def moderators() -> list[User]:
    """Who can decide about reactions, administrators too."""
    roles = [role.value for role, abilities in ABILITIES.items() if Ability.MODERATE in abilities]
    groups = Group.objects.filter(name__in=roles)
    staff = User.objects.filter(Q(groups__in=groups) | Q(is_superuser=True), is_active=True, is_staff=True)
    return [user for user in staff.distinct().order_by("pk") if able(user, Ability.MODERATE)]


def handle_appeal(appeal: Appeal, *, uphold: bool, answer: str, by: User, now: datetime) -> Appeal:
    """Judge again; upheld, the reaction goes (back) on the page, unless its writer took it back meanwhile.

    Raises NotYours, AlreadyHandled.
    """
    with transaction.atomic():
        reaction = Reaction.objects.select_related("article", "parent").get(pk=appeal.decision.reaction_id)
        reaction = _as_it_is(reaction)
        appeal = Appeal.objects.select_for_update(of=("self",)).select_related("decision").get(pk=appeal.pk)
        if appeal.state != Appeal.State.OPEN:
            raise AlreadyHandled(appeal)
        if by not in judges_of(appeal):
            raise NotYours
        before = reaction.status
        if uphold:
            _put_on_page(reaction)
        what = What.UPHOLD if uphold else What.REJECT
        appeal.outcome = record(
            reaction,
            what,
            by=by,
            before=before,
            about=appeal.decision,
            note=answer.strip(),
            since=appeal.made_at,
            now=now,
        )
        appeal.state = Appeal.State.UPHELD if uphold else Appeal.State.REJECTED
        appeal.handled_by, appeal.handled_at, appeal.answer = by, now, answer.strip()
        appeal.same_hand = by.pk == appeal.decision.by_id
        appeal.save(update_fields=["outcome", "state", "handled_by", "handled_at", "answer", "same_hand"])
        mail_appeal(reaction, appeal.pk, now)
    return appeal


def _as_it_is(reaction: Reaction) -> Reaction:
    """Under the lock of its article."""
    while True:
        try:
            return reactions.confirm_as_seen(reaction)
        except AlreadyDecided as changed:
            reaction = changed.reaction


def _put_on_page(reaction: Reaction) -> None:
    if reaction.status == Status.REMOVED:
        reactions.restore(reaction)
    elif reaction.status in (Status.HELD, Status.REFUSED, Status.SPAM):
        reactions.approve(reaction)
