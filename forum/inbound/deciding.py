"""What a mail is for: reads and reckons, and changes nothing. forum.inbound.actions does what comes out."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from forum import cleaning
from forum.cleaning import email_key
from forum.inbound import returned
from forum.inbound.incoming import Incoming, Unreadable
from forum.inbound.models import InboundMail
from forum.inbound.quotes import own_words
from forum.inbound.words import words_of
from forum.outbox.envelope import bounced_mail
from forum.reactions.by_mail import Meant, meant_by
from forum.reactions.models import Reaction
from forum.reactions.owning import reader_key

MOST_IN_AN_HOUR = 30  # answers by one address, as on the form by one client (PROMISES P19)
Kind = InboundMail.Kind
Outcome = InboundMail.Outcome
SECRETS = re.compile(
    r"reply\+[0-9a-z]{1,13}\.[0-9a-z]{1,13}\.[a-z2-7]{26}|/subscriptions/[\w-]{20}", re.ASCII | re.IGNORECASE
)


class Nothing(NamedTuple):
    """Nothing changes; it is counted."""

    kind: Kind
    outcome: Outcome
    reason: str
    answered_id: int | None = None


class Bounced(NamedTuple):
    mail_id: int
    status: str


class Complained(NamedTuple):
    mail_id: int


class Answer(NamedTuple):
    """Words that may become a reaction."""

    meant: Meant
    body: str


Decision = Nothing | Bounced | Complained | Answer


def decide(incoming: Incoming, *, now: datetime) -> Decision:
    """Nothing is raised but what the database raises."""
    try:
        if returned.is_complaint(incoming.message):
            return _complaint(incoming)
        for address in incoming.recipients:
            mail_id = bounced_mail(address)
            if mail_id is not None:
                return _bounce(incoming, mail_id)
        for address in incoming.recipients:
            meant = meant_by(address)
            if meant is not None:
                return _answer(incoming, meant, now)
    except Unreadable as fault:
        return Nothing(Kind.OTHER, Outcome.UNCLEAR, str(fault))
    kind = _kind_of_forged(incoming)
    return Nothing(kind, Outcome.IGNORED, "nobody" if kind == Kind.OTHER else "unknown_token")


def _kind_of_forged(incoming: Incoming) -> Kind:
    beginnings = {address.partition("+")[0] for address in incoming.recipients}
    return Kind.REPLY if "reply" in beginnings else Kind.BOUNCE if "bounce" in beginnings else Kind.OTHER


def _complaint(incoming: Incoming) -> Decision:
    if returned.is_no_complaint_after_all(incoming.message):
        return Nothing(Kind.COMPLAINT, Outcome.IGNORED, "not_spam")
    mail_id = returned.complained_about(incoming.message)
    if mail_id is None:  # what it is about was made unreadable: a person may know more
        return Nothing(Kind.COMPLAINT, Outcome.UNCLEAR, "no_mark")
    return Complained(mail_id)


def _bounce(incoming: Incoming, mail_id: int) -> Decision:
    if incoming.is_own:
        return Nothing(Kind.BOUNCE, Outcome.IGNORED, "own")
    found = returned.came_back(incoming)
    if found.reason:
        return Nothing(Kind.BOUNCE, Outcome.IGNORED, found.reason)
    return Bounced(mail_id, found.status)


def _answer(incoming: Incoming, meant: Meant, now: datetime) -> Decision:
    """Who holds the address may have got it with a forwarded mail; so he must also write from the follower's own."""
    subscription = meant.subscription
    if incoming.is_own:
        return Nothing(Kind.REPLY, Outcome.IGNORED, "own")
    if incoming.is_automatic:
        return Nothing(Kind.REPLY, Outcome.IGNORED, "automatic")
    if not incoming.author or email_key(incoming.author) != subscription.address.key:
        return Nothing(Kind.REPLY, Outcome.IGNORED, "other_sender")
    if subscription.confirmed_at is None or subscription.ended_at is not None:
        return Nothing(Kind.REPLY, Outcome.IGNORED, "ended")

    def refused(reason: str) -> Nothing:
        return Nothing(Kind.REPLY, Outcome.REFUSED, reason, meant.reaction_id)

    if _too_many(subscription.address.email, now):
        return refused("too_many")
    try:
        words = words_of(incoming.message)
    except Unreadable as fault:
        return Nothing(Kind.REPLY, Outcome.UNCLEAR, str(fault), meant.reaction_id)
    own = own_words(words, ours=[settings.SITE_NAME, settings.MAIL_FROM, *incoming.recipients])
    if SECRETS.search(own):  # a quote that was not recognised; nothing that opens a door may go on a page
        return refused("quote")
    try:
        return Answer(meant, cleaning.clean_body(own, max_chars=settings.MAX_BODY_CHARS))
    except cleaning.Refused as fault:
        return refused(fault.code)


def _too_many(email: str, now: datetime) -> bool:
    recent = Reaction.objects.filter(reader_key=reader_key(email), created_at__gt=now - timedelta(hours=1))
    return recent.count() >= MOST_IN_AN_HOUR
