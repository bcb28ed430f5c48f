"""One row of the log, with the words it was about, and the mail that tells their writer. Inside the caller's transaction."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from forum.moderation import tokens
from forum.moderation.models import STATED, Decision, Exhibit, What
from forum.outbox.actions import enqueue
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.subscriptions.models import Subscription

SECOND_THOUGHTS = timedelta(seconds=15)  # mail about a decision waits so long, so that who takes it back sends nothing


def record(
    reaction: Reaction,
    what: str,
    *,
    by: User | None,
    before: str,
    ground: str = "",
    law: str = "",
    note: str = "",
    about: Decision | None = None,
    since: datetime | None = None,
    now: datetime | None = None,
) -> Decision:
    """`reaction` as it is after the decision; `before`: its state until then. `since`: when this began to wait."""
    now = now or timezone.now()
    key = secrets.token_urlsafe(24)
    nonce = tokens.new_nonce() if what in STATED else ""
    decision = Decision.objects.create(
        reaction=reaction,
        what=what,
        ground=ground,
        law=law,
        because=[reason.partition(":")[0] for reason in reaction.held_because],
        by=by,
        before=before,
        after=reaction.status,
        about=about,
        waited=max(timedelta(), now - since) if since else None,
        made_at=now,
        seal=sealed(key, reaction.name, reaction.website, reaction.body),
        nonce=nonce,
        token_hash=tokens.hashed(tokens.statement_token(nonce)) if nonce else None,
    )
    Exhibit.objects.create(
        decision=decision,
        name=reaction.name,
        website=reaction.website,
        body=reaction.body,
        reasons=reaction.held_because,
        note=note,
        key=key,
        made_at=now,
    )
    return decision


def sealed(key: str, name: str, website: str, body: str) -> str:
    return hmac.new(key.encode(), "\0".join((name, website, body)).encode(), hashlib.sha256).hexdigest()


def mail_decision(decision: Decision) -> None:
    """The statement of reasons; for spam there is none (PROMISES C5)."""
    if decision.what in STATED and decision.what != What.SPAM:
        _mail(OutgoingMail.Kind.DECISION, decision.reaction, decision.pk, decision.made_at)


def mail_posted(decision: Decision) -> None:
    """ "Your reaction is up", once, to who still follows; news of his own reaction goes to nobody (P28)."""
    subscription = confirmed_subscription(decision.reaction)
    if subscription and subscription.ended_at is None:
        _mail(OutgoingMail.Kind.POSTED, decision.reaction, decision.reaction_id, decision.made_at)


def mail_appeal(reaction: Reaction, appeal_id: int, now: datetime) -> None:
    _mail(OutgoingMail.Kind.APPEAL, reaction, appeal_id, now - SECOND_THOUGHTS)


def confirmed_subscription(reaction: Reaction) -> Subscription | None:
    """The one whose owner confirmed it, ended or not: who stopped the news has not refused to hear of a decision.

    An address that somebody only typed gets nothing: a form that mails strangers' words to strangers serves spam.
    """
    if reaction.subscription_id is None:
        return None
    asked = Subscription.objects.select_related("address").filter(pk=reaction.subscription_id)
    return asked.filter(confirmed_at__isnull=False).first()


def _mail(kind: str, reaction: Reaction, event_id: int, now: datetime) -> None:
    subscription = confirmed_subscription(reaction)
    if subscription:
        enqueue(
            kind=kind,
            address=subscription.address,
            subscription_id=reaction.pk,
            event_id=event_id,
            now=now + SECOND_THOUGHTS,
        )
