"""Take in a mail: what it does, and the note that it was done, in one transaction."""

import logging
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from forum.inbound.deciding import Answer, Bounced, Complained, Decision, Nothing, decide
from forum.inbound.incoming import Unreadable, read
from forum.inbound.models import InboundMail, LastLook
from forum.outbox.bounces import record_bounce, record_complaint
from forum.outbox.models import Bounce
from forum.reactions.actions import AlreadyPosted, Closed, ParentGone, ReactionError, post_reaction
from forum.reactions.models import Reaction
from forum.subscriptions.models import Subscription

log = logging.getLogger(__name__)
REMEMBERED = timedelta(days=90)
CLEARING_BATCH = 1_000
Kind = InboundMail.Kind
Outcome = InboundMail.Outcome


def receive_mail(
    raw: bytes, *, recipient: str | None = None, sender: str | None = None, now: datetime | None = None
) -> InboundMail:
    """Handle one mail, exactly once: the same mail again, or at the same moment in two processes, changes nothing and
    gives the first row. `recipient` and `sender` are the envelope's; None when only the headers tell.

    Raises nothing but what the database raises; then nothing was done, and it may be tried again.
    """
    now = now or timezone.now()
    try:
        incoming = read(raw, recipient=recipient, sender=sender)
    except Unreadable as fault:
        key = _key("unreadable", sha256(raw).hexdigest(), recipient or "")
        return _note(key, Nothing(Kind.OTHER, Outcome.UNCLEAR, str(fault)), now=now)
    identity = incoming.message_id or sha256(raw).hexdigest()
    key = _key("mail", identity, *incoming.recipients[:1])
    known = InboundMail.objects.filter(key=key).first()
    return known or _note(key, decide(incoming, now=now), form_key=_key("form", key), now=now)


def note_unread(place: str, *, reason: str, now: datetime | None = None) -> InboundMail:
    """A mail that was not even fetched; `place` says which one, the same every time."""
    decision = Nothing(Kind.OTHER, Outcome.UNCLEAR, reason)
    return _note(_key("unread", place), decision, now=now or timezone.now())


def _note(key: str, decision: Decision, *, now: datetime, form_key: str = "") -> InboundMail:
    row = InboundMail(key=key, received_at=now)
    try:
        with transaction.atomic():
            _do(row, decision, form_key=form_key, now=now)
            row.save(force_insert=True)
    except IntegrityError:
        known = InboundMail.objects.filter(key=key).first()
        if known is None:  # something else was in the way
            raise
        return known
    log.info("incoming mail %s: %s, %s %s", row.pk, row.kind, row.outcome, row.reason)
    return row


def _do(row: InboundMail, decision: Decision, *, form_key: str, now: datetime) -> None:
    match decision:
        case Nothing(kind, outcome, reason, answered_id):
            row.kind, row.outcome, row.reason = kind, outcome, reason
            row.answered = Reaction.objects.filter(pk=answered_id).first() if answered_id else None
        case Bounced(mail_id, status):
            row.kind, row.outcome, row.reason = Kind.BOUNCE, Outcome.COUNTED, status
            record_bounce(mail_id, status=status, source=Bounce.Source.DSN, now=now)
        case Complained(mail_id):
            row.kind, row.outcome = Kind.COMPLAINT, Outcome.COUNTED
            record_complaint(mail_id, source=Bounce.Source.COMPLAINT, now=now)
        case Answer():
            row.kind = Kind.REPLY
            _post(row, decision, form_key=form_key)


def _post(row: InboundMail, answer: Answer, *, form_key: str) -> None:
    """As the form does, with the same checks (PROMISES P19, P20, P23)."""
    meant = answer.meant
    follows = Subscription.objects.active().filter(pk=meant.subscription.pk)
    row.answered = Reaction.objects.select_related("article").filter(pk=meant.reaction_id).first()
    if not follows.exists() or row.answered is None:
        row.outcome, row.reason = Outcome.IGNORED, "ended"
        return
    try:
        row.reaction = post_reaction(
            row.answered.article,
            name=meant.voice.name,
            website=meant.voice.website,
            body=answer.body,
            parent_id=row.answered.pk,
            follower=meant.subscription,
            form_key=form_key,
        )
    except Closed:
        row.outcome, row.reason = Outcome.REFUSED, "closed"
    except ParentGone:
        row.outcome, row.reason = Outcome.REFUSED, "parent_gone"
    except AlreadyPosted as again:
        row.outcome, row.reason, row.reaction = Outcome.IGNORED, "again", again.reaction
    except ReactionError:  # whatever else the form would be told
        row.outcome, row.reason = Outcome.REFUSED, "not_taken"
    else:
        is_published = row.reaction.status == Reaction.Status.PUBLISHED
        row.outcome = Outcome.POSTED if is_published else Outcome.HELD


def note_look(*, trouble: str = "", now: datetime | None = None) -> None:
    """The mailbox was read, or could not be."""
    now = now or timezone.now()
    changed = {"trouble": trouble[:100], "trouble_at": now} if trouble else {"looked_at": now}
    LastLook.objects.update_or_create(pk=1, defaults=changed)


def forget_inbound(now: datetime) -> int:
    """What came in long ago; a mail that old comes no second time. May run twice."""
    old = InboundMail.objects.filter(received_at__lt=now - REMEMBERED).order_by("received_at")
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:CLEARING_BATCH]):
        forgotten += InboundMail.objects.filter(pk__in=batch).delete()[0]
    return forgotten


def _key(purpose: str, *parts: str) -> str:
    """No address can be read from it, nor tried out without our key."""
    digest = salted_hmac(f"forum.inbound.{purpose}", "\0".join(parts), algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
