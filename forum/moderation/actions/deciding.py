"""Deciding about a reaction. One transaction: the reaction, the row in the log, the mail, the reports.

Every decision is conditional on what the moderator saw (PROMISES P21): of two, one wins, and the other raises
forum.reactions.actions.AlreadyDecided with the reaction as it stands now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from forum.converters import number_in_query
from forum.moderation.actions.recording import mail_decision, mail_posted, record
from forum.moderation.models import TOOK_AWAY, Decision, What
from forum.reactions import actions as reactions
from forum.reactions.actions import AlreadyDecided
from forum.reactions.grounds import Ground
from forum.reactions.models import Reaction, ReactionQuerySet
from forum.reports.actions import reopen_reports, settle_reports
from forum.reports.models import Report
from forum.spam.screening import CERTAIN

Status = Reaction.Status
UNDOABLE_FOR = timedelta(hours=24)
HIDINGS_AT_ONCE = 100


class NeedsGround(Exception):
    """Nothing is refused or removed without a ground."""


class NotUndoable(Exception):
    """It is not this moderator's last decision, it is long ago, or something happened to the reaction since."""


@dataclass(frozen=True)
class Seen:
    """What the moderator had before him: the state of the reaction, which words, and the last decision about it (0: none).

    The last one, because letting something stand changes nothing else. What happened by itself is no decision here.
    """

    status: str
    edited_at: datetime | None = None
    last: int = 0

    @classmethod
    def of(cls, reaction: Reaction) -> "Seen":
        return cls(reaction.status, reaction.edited_at, last_by_people(reaction))

    def __str__(self) -> str:
        """As a form carries it."""
        return f"{self.status} {self.last} {self.edited_at.isoformat() if self.edited_at else ''}".strip()

    @classmethod
    def read(cls, typed: str) -> "Seen | None":
        status, _, rest = typed.partition(" ")
        last, _, moment = rest.partition(" ")
        number = number_in_query(last)
        if number is None:
            return None
        try:
            return cls(status, datetime.fromisoformat(moment) if moment else None, number)
        except ValueError:
            return None


@dataclass
class Done:
    """Of many at once: how many were decided, and which were not because somebody was first."""

    decided: int
    too_late: list[Reaction]


def decide(
    reaction: Reaction,
    verb: str,
    *,
    seen: Seen,
    by: User,
    ground: str = "",
    law: str = "",
    note: str = "",
) -> Decision:
    """`verb`: publish, refuse, spam, remove, restore or keep (What). Refusing what stands on the page removes it, and what
    was removed is put back by publishing, so that the desk needs not know which it is. Raises NeedsGround, AlreadyDecided.
    """
    if verb in (What.REFUSE, What.REMOVE) and ground not in Ground.values:
        raise NeedsGround
    if verb == What.SPAM:
        ground, law, note = Ground.ADVERTISING, "", ""
    if verb not in TOOK_AWAY:
        ground = law = note = ""
    reaction.status, reaction.edited_at = seen.status, seen.edited_at
    with transaction.atomic():
        reactions.confirm_as_seen(reaction)
        if last_by_people(reaction) != seen.last:
            raise AlreadyDecided(reaction)
        reported_at = first_reported(reaction)
        what = _carry_out(reaction, verb, seen, ground=ground)
        since = reported_at or (reaction.created_at if seen.status == Status.HELD else None)
        decision = record(
            reaction, what, by=by, before=seen.status, ground=ground, law=law, note=note.strip(), since=since
        )
        settle_reports(reaction, upheld=what in TOOK_AWAY, now=decision.made_at)
        mail_decision(decision)
        if what == What.PUBLISH:
            mail_posted(decision)
    return decision


def decide_many(rows: Iterable[tuple[Reaction, Seen]], verb: str, *, by: User) -> Done:
    """Each in a transaction of its own, in order of posting."""
    done = Done(0, [])
    for reaction, seen in sorted(rows, key=lambda row: row[0].pk):
        try:
            decide(reaction, verb, seen=seen, by=by)
            done.decided += 1
        except AlreadyDecided as error:
            done.too_late.append(error.reaction)
    return done


def _carry_out(reaction: Reaction, verb: str, seen: Seen, *, ground: str) -> str:
    """Change the reaction; returns what it is called in the log."""
    words = {"ground": ground, "as_spam": verb == What.SPAM, "teach_spam": ground == Ground.ADVERTISING}
    if verb in TOOK_AWAY:
        if seen.status == Status.PUBLISHED:
            reactions.remove(reaction, **words)  # type: ignore[arg-type]
        else:
            reactions.refuse(reaction, **words)  # type: ignore[arg-type]
        return {Status.REMOVED: What.REMOVE, Status.SPAM: What.SPAM}.get(Status(reaction.status), What.REFUSE)
    if verb in (What.PUBLISH, What.RESTORE):
        if seen.status == Status.REMOVED:
            reactions.restore(reaction)
            return What.RESTORE
        was_shown = reaction.thread_no is not None
        reactions.approve(reaction)
        return What.RESTORE if was_shown else What.PUBLISH
    if verb == What.KEEP and seen.status == Status.PUBLISHED:
        return What.KEEP
    raise ValueError(f"no such decision: {verb}")


def last_by_people(reaction: Reaction) -> int:
    made = Decision.objects.filter(reaction=reaction.pk, by__isnull=False).order_by("-pk")
    return made.values_list("pk", flat=True).first() or 0


def first_reported(reaction: Reaction) -> datetime | None:
    """Of the reports that are open."""
    opened = Report.objects.open().filter(reaction=reaction.pk).order_by("created_at")
    return opened.values_list("created_at", flat=True).first()


def undo(decision: Decision, *, by: User, now: datetime) -> Decision:
    """Take back one's own last decision. What stood on the page stands there again; everything else waits again.

    The log grows by a row, and mail that still waits says nothing (see mails.py). Raises NotUndoable.
    """
    with transaction.atomic():
        reaction = Reaction.objects.select_related("article", "parent").get(pk=decision.reaction_id)
        reaction.status = decision.after
        try:
            reactions.confirm_as_seen(reaction)
        except AlreadyDecided:
            raise NotUndoable from None
        last = Decision.objects.filter(Q(reaction=reaction) | Q(by=by)).order_by("-pk").first()
        if last != decision or decision.by_id != by.pk or not is_undoable(decision, now):
            raise NotUndoable
        before = reaction.status
        if decision.before != Status.PUBLISHED:
            reactions.wait_again(reaction)
        elif reaction.status == Status.REMOVED:
            reactions.restore(reaction)
        elif reaction.status != Status.PUBLISHED:
            reactions.approve(reaction)
        reopen_reports(reaction, decided_at=decision.made_at)
        return record(reaction, What.UNDO, by=by, before=before, about=decision, now=now)


def is_undoable(decision: Decision, now: datetime) -> bool:
    return (
        decision.what in (*TOOK_AWAY, What.PUBLISH, What.RESTORE, What.KEEP) and now - decision.made_at < UNDOABLE_FOR
    )


def record_hidings() -> int:
    """Write down, and tell their writers, what reports in numbers have hidden since (forum.reports does the hiding).

    For the worker. What the log says of a hidden reaction is compared with what it is, so that it may run twice, and
    of two workers at once the second finds it written. Returns how many.
    """
    last = Decision.objects.filter(reaction=OuterRef("pk")).order_by("-pk")
    hidden = Reaction.objects.held().filter(thread_no__isnull=False).annotate(said=Subquery(last.values("after")[:1]))
    unwritten = hidden.filter(Q(said=None) | ~Q(said=Status.HELD)).order_by("pk")
    written = 0
    for pk in unwritten.values_list("pk", flat=True)[:HIDINGS_AT_ONCE]:
        written += _record_hiding(pk)
    return written


def record_refusals() -> int:
    """Write down what an automatic check refused at once (the rule "certain"; forum.reactions does the refusing).

    For the worker; may run twice. `decided_at` says that it stands in the log. Its sender, who is a machine as far as we
    know, is mailed nothing; he reads why, and how to object, where he was sent. Returns how many.
    """
    refused = Reaction.objects.refused_at_once().values_list("pk", flat=True)
    return sum(_record_refusal(pk) for pk in list(refused[:HIDINGS_AT_ONCE]))


def _record_refusal(pk: int) -> int:
    with transaction.atomic():
        reaction = _still(Reaction.objects.refused_at_once(), pk)
        if reaction is None:
            return 0
        Reaction.objects.filter(pk=pk).update(decided_at=reaction.created_at)
        if CERTAIN in reaction.held_because:  # older ones were called spam by somebody, before that moment was kept
            record(reaction, What.SPAM, by=None, before=Status.HELD, ground=Ground.ADVERTISING, now=reaction.created_at)
    return 1


def _record_hiding(pk: int) -> int:
    with transaction.atomic():
        reaction = _still(Reaction.objects.held(), pk)
        if reaction is None:
            return 0
        last = Decision.objects.filter(reaction=reaction).order_by("-pk").first()
        if last and last.after == Status.HELD:
            return 0
        decision = record(
            reaction,
            What.HIDE,
            by=None,
            before=Status.PUBLISHED,
            since=first_reported(reaction),
            now=reaction.hidden_at,
        )
        mail_decision(decision)
    return 1


def _still(reactions_of_a_kind: ReactionQuerySet, pk: int) -> Reaction | None:
    """One of them, which nobody changes before the end of the transaction; None when somebody was quicker."""
    reaction = reactions_of_a_kind.select_related("article", "parent").filter(pk=pk).first()
    if reaction is None:
        return None
    try:
        return reactions.confirm_as_seen(reaction)
    except AlreadyDecided:
        return None
