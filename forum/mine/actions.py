"""Asking for the link to one's own page, and having everything erased."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from forum.mine.models import Erasure, Link
from forum.moderation.actions import erase_words
from forum.outbox.actions import enqueue, locked_address
from forum.outbox.models import OutgoingMail
from forum.reactions import erasing
from forum.reactions.owning import reader_key
from forum.reports.retention import forget_reporter
from forum.subscriptions import tokens
from forum.subscriptions.erasing import erase_address

LASTS = timedelta(hours=3)
COUNTED = timedelta(hours=24)  # so long a request counts; then it is forgotten

# Ceilings, in the spirit of PROMISES P27; the one of the whole site is CONFIRMATIONS_PER_HOUR.
PER_ADDRESS_AND_HOUR = 3
PER_ADDRESS = 5  # in 24 hours
PER_CLIENT = 10  # in an hour
# Of every room above forum.reactions that copies names or words: what erases them, given the numbers of reactions.
COPIES: tuple[erasing.Eraser, ...] = (erase_words,)
CEILING_LOCK = 0x6D69_6E65  # any number that nobody else takes


def ask_link(*, email: str, client_key: str, now: datetime) -> Link | None:
    """Queue the mail with a fresh link, which takes the place of older ones. None when a ceiling is reached: the older
    one goes on working.

    The same is done for every address (P18): the mail that finds nothing to show is cancelled when it is built.
    """
    owner = reader_key(email)
    with transaction.atomic():
        address = locked_address(email)
        if _ceiling_reached(owner, client_key, now):
            return None
        Link.objects.filter(owner=owner, token_hash__isnull=False).update(token_hash=None)
        nonce = tokens.new_nonce()
        link = Link.objects.create(
            owner=owner,
            address=address,
            client_key=client_key,
            nonce=nonce,
            token_hash=tokens.hashed(tokens.mine_token(nonce)),
            asked_at=now,
        )
        enqueue(kind=OutgoingMail.Kind.MINE, address=address, subscription_id=0, event_id=link.pk, now=now)
        return link


def _ceiling_reached(owner: str, client_key: str, now: datetime) -> bool:
    if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CEILING_LOCK])
    this_hour = Q(asked_at__gt=now - timedelta(hours=1))
    asked = Link.objects.filter(asked_at__gt=now - COUNTED).filter(this_hour | Q(owner=owner))
    counted = asked.aggregate(
        per_hour=Count("pk", filter=this_hour & Q(owner=owner)),
        per_day=Count("pk", filter=Q(owner=owner)),
        per_client=Count("pk", filter=this_hour & Q(client_key=client_key)),
        per_site=Count("pk", filter=this_hour),
    )
    return (
        counted["per_hour"] >= PER_ADDRESS_AND_HOUR
        or counted["per_day"] >= PER_ADDRESS
        or counted["per_client"] >= PER_CLIENT
        or counted["per_site"] >= settings.CONFIRMATIONS_PER_HOUR
    )


def forget_links(now: datetime) -> int:
    """Those that no longer work and no longer count. May run twice."""
    return Link.objects.filter(asked_at__lt=now - COUNTED).delete()[0]


def erase(link: Link, *, with_words: bool, now: datetime | None = None) -> None:
    """Take the owner of this address out of the site (PROMISES C3): at once his address, what he follows, his names and
    his links; then what he wrote, a first batch here and the rest by the worker.

    What other rooms keep by address goes with the row of the address; what they keep by reaction: COPIES.
    """
    now = now or timezone.now()
    with transaction.atomic():
        erasing.disown_others(link.owner)
        erasing.forget_claims(link.owner)
        if link.address is not None:
            forget_reporter(link.address)
            erase_address(link.address, now=now)
        Erasure.objects.create(owner=link.owner, with_words=with_words, asked_at=now)
        Link.objects.filter(owner=link.owner).delete()
    erase_due()


def erase_due() -> int:
    """The next batch; returns how much was done. May run in any number of processes at once."""
    erasure = Erasure.objects.order_by("pk").first()
    if erasure is None:
        return 0
    done = erasing.erase_batch(erasure.owner, until=erasure.asked_at, with_words=erasure.with_words, copies=COPIES)
    if done < erasing.BATCH:
        Erasure.objects.filter(pk=erasure.pk).delete()
    return max(done, 1)
