"""Asking, confirming, changing and ending mail about an article.

Every action takes the row of the address first. Whoever asks for the same address at the same moment waits there, so
what is counted is what is true, and no two actions can hold each other up.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CASCADE, Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from articles.models import Article
from forum.outbox.actions import enqueue, lift_suppression, locked_address
from forum.outbox.models import Address, OutgoingMail
from forum.subscriptions import tokens
from forum.subscriptions.models import Consent, Subscription

WORDING = "1"  # raise it when the words on the form, in the mail or on the page to confirm change in meaning
OWNER_ASKED = "asked by the owner"
ENDED = "the subscription has ended"

# Ceilings on confirmation mails (PROMISES P27); the one per site is a setting.
PER_ADDRESS_AND_ARTICLE = 1  # in 24 hours
PER_ADDRESS = 3  # in 24 hours
PER_CLIENT = 10  # in an hour

# How long things stay (PROMISES C1, C2).
UNCONFIRMED_STAYS = timedelta(days=7)
ENDED_STAYS = timedelta(days=30)  # so long the link in an old mail can turn it on again
CLIENT_STAYS = timedelta(days=30)
PROOF_STAYS = timedelta(days=5 * 365 + 2)
CLEARING_BATCH = 1_000
Kind = OutgoingMail.Kind
ABOUT_SUBSCRIPTIONS = (Kind.CONFIRMATION, Kind.REACTION, Kind.ARTICLE, Kind.DIGEST)

CEILING_LOCK = 0x6C75_6973  # any number that nobody else takes


class SubscriptionError(Exception):
    """A link that cannot do what it was made for; the subclasses say why."""


class UnknownToken(SubscriptionError):
    """Never existed, has ended, or was cleared away."""


class ExpiredToken(SubscriptionError):
    """Older than 72 hours."""


class AlreadyConfirmed(SubscriptionError):
    """Used before; `subscription` is what it confirmed."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__("already confirmed")
        self.subscription = subscription


def subscribe(
    *, email: str, article: Article, scope: str, client_key: str, proven: bool, now: datetime
) -> Subscription:
    """Note that this address asked for news of this article, inside the caller's transaction.

    Queues a confirmation mail unless the address follows already, the ceilings of P27 are reached, or `proven` (the
    browser has just confirmed this very address): then it is confirmed at once. Known, unknown, suppressed and
    confirmed addresses take the same path (P18). Returns the row that a reaction links to.
    """
    with transaction.atomic():
        address = locked_address(email)
        subscription = _kept_subscription(address, article, scope)
        follows = _is_active(subscription) and subscription.scope == scope
        must_ask = address.suppressed_at is not None or not (follows or proven)
        # Counted for everybody, so that how long it takes tells nobody who follows already.
        ceiling_reached = _ceiling_reached(address, article, client_key, now, final=must_ask)
        if must_ask and not ceiling_reached:
            _ask(subscription, scope=scope, client_key=client_key, now=now)
        elif not must_ask and not follows:
            _start(subscription, scope=scope, client_key=client_key, now=now)
        return subscription


def _kept_subscription(address: Address, article: Article, scope: str) -> Subscription:
    """Get or make the row, with the same two statements for an address that is known and one that is not."""
    nonce = tokens.new_nonce()
    made = Subscription(
        address=address,
        article=article,
        scope=scope,
        nonce=nonce,
        token_hash=tokens.hashed(tokens.subscription_token(nonce)),
    )
    Subscription.objects.bulk_create([made], ignore_conflicts=True)
    kept = Subscription.objects.get(address=address, article=article)
    kept.address, kept.article = address, article
    return kept


def _is_active(subscription: Subscription) -> bool:
    return subscription.confirmed_at is not None and subscription.ended_at is None


def _ceiling_reached(address: Address, article: Article, client_key: str, now: datetime, *, final: bool) -> bool:
    """With `final`, whoever else would send a confirmation waits for the end of this transaction."""
    if final and connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CEILING_LOCK])
    of_address = Q(address=address, asked_at__gt=now - timedelta(hours=24))
    of_site = Q(asked_at__gt=now - timedelta(hours=1))
    asked = Consent.objects.filter(of_address | of_site, token_hash__isnull=False).aggregate(
        per_address=Count("pk", filter=of_address),
        per_article=Count("pk", filter=of_address & Q(article=article)),
        per_client=Count("pk", filter=of_site & Q(client_key=client_key)),
        per_site=Count("pk", filter=of_site),
    )
    return (
        asked["per_address"] >= PER_ADDRESS
        or asked["per_article"] >= PER_ADDRESS_AND_ARTICLE
        or asked["per_client"] >= PER_CLIENT
        or asked["per_site"] >= settings.CONFIRMATIONS_PER_HOUR
    )


def _ask(subscription: Subscription, *, scope: str, client_key: str, now: datetime) -> None:
    nonce = tokens.new_nonce()
    consent = Consent.objects.create(
        subscription=subscription,
        address=subscription.address,
        article=subscription.article,
        scope=scope,
        wording=WORDING,
        client_key=client_key,
        nonce=nonce,
        token_hash=tokens.hashed(tokens.confirm_token(nonce)),
        asked_at=now,
    )
    enqueue(
        kind=OutgoingMail.Kind.CONFIRMATION,
        address=subscription.address,
        subscription_id=subscription.pk,
        event_id=consent.pk,
        now=now,
    )


def _start(subscription: Subscription, *, scope: str, now: datetime, client_key: str = "") -> None:
    """Note a consent that needs no mail, because whoever gives it has shown to own the mailbox, and let mail begin."""
    _end_consents(Consent.objects.filter(subscription=subscription), how="replaced", now=now)
    Consent.objects.create(
        subscription=subscription,
        address=subscription.address,
        article=subscription.article,
        scope=scope,
        wording=WORDING,
        client_key=client_key,
        asked_at=now,
        confirmed_at=now,
    )
    _activate(subscription, scope=scope, now=now)


def _activate(subscription: Subscription, *, scope: str, now: datetime) -> None:
    subscription.scope, subscription.confirmed_at, subscription.ended_at = scope, now, None
    subscription.save(update_fields=["scope", "confirmed_at", "ended_at"])
    Address.objects.filter(pk=subscription.address_id, confirmed_at__isnull=True).update(confirmed_at=now)


def _end_consents(consents: QuerySet[Consent], *, how: str, now: datetime) -> None:
    """Close the log entries; the address itself gives way to its keyed hash (C1)."""
    for consent in consents.filter(ended_at__isnull=True).select_related("address"):
        consent.ended_at, consent.ended_how = now, how
        if consent.address is not None:
            consent.address_hash = tokens.hashed_address(consent.address.key, "consent")
            consent.address = None
        consent.save(update_fields=["ended_at", "ended_how", "address_hash", "address"])


def confirm(token: str, *, scope: str, now: datetime | None = None) -> Subscription:
    """Use the mailed link, once, within 72 hours. Raises UnknownToken, ExpiredToken, AlreadyConfirmed.

    Lifts the suppression of the address: its owner has just shown that mail arrives and is wanted.
    """
    now = now or timezone.now()
    consent = tokens.consent_of(token)
    if consent is None or consent.subscription is None:
        raise UnknownToken
    subscription = consent.subscription
    with transaction.atomic():
        _lock(subscription.address_id)
        consent.refresh_from_db(fields=["confirmed_at", "ended_at"])
        if consent.ended_at is not None:
            raise UnknownToken
        if consent.confirmed_at is not None:
            raise AlreadyConfirmed(subscription)
        if not tokens.is_fresh(consent, now):
            raise ExpiredToken
        consent.confirmed_at, consent.scope = now, scope
        consent.save(update_fields=["confirmed_at", "scope"])
        earlier = Consent.objects.filter(subscription=subscription, confirmed_at__isnull=False).exclude(pk=consent.pk)
        _end_consents(earlier, how="replaced", now=now)
        _activate(subscription, scope=scope, now=now)
        lift_suppression(subscription.address)
    return subscription


def _lock(*addresses: int) -> None:
    list(Address.objects.select_for_update(no_key=True).filter(pk__in=addresses).order_by("pk").values_list("pk"))


def unsubscribe(token: str, *, everything: bool = False, how: str = "link", now: datetime | None = None) -> None:
    """End one subscription, or all of its address and all mail to it. May run twice; an unknown token does nothing."""
    subscription = tokens.subscription_of(token)
    if subscription is None:
        return
    if everything:
        _end_everything(subscription.address, now or timezone.now())
    else:
        end(subscription, how=how, now=now)


def end(subscription: Subscription, *, how: str, now: datetime | None = None) -> None:
    now = now or timezone.now()
    with transaction.atomic():
        _lock(subscription.address_id)
        Subscription.objects.filter(pk=subscription.pk, ended_at__isnull=True).update(ended_at=now)
        _end_consents(Consent.objects.filter(subscription=subscription), how=how, now=now)
        _cancel(OutgoingMail.objects.of_subscription(subscription.pk), ENDED)


def _end_everything(address: Address, now: datetime) -> None:
    with transaction.atomic():
        _lock(address.pk)
        Subscription.objects.filter(address=address, ended_at__isnull=True).update(ended_at=now)
        _end_consents(Consent.objects.filter(address=address), how="all", now=now)
        _cancel(OutgoingMail.objects.filter(address=address), OWNER_ASKED)
        Address.objects.filter(pk=address.pk, suppressed_at__isnull=True).update(
            suppressed_at=now, suppressed_because=OWNER_ASKED
        )


def _cancel(mails: QuerySet[OutgoingMail], reason: str) -> None:
    queued = OutgoingMail.objects.filter(status=OutgoingMail.Status.QUEUED)
    cancelled = list(mails.filter(pk__in=queued).values_list("pk", flat=True))
    queued.filter(pk__in=cancelled).update(status=OutgoingMail.Status.CANCELLED, reason=reason, lead=None)
    queued.filter(lead__in=cancelled).update(lead=None)  # what was to travel along with one of them still goes


def resume(token: str, *, now: datetime | None = None) -> Subscription:
    """Turn an ended subscription on again: who holds its token owns the mailbox. Raises UnknownToken.

    Takes back "stop all mail" as well, but not a suppression that came from bounces. May run twice.
    """
    now = now or timezone.now()
    subscription = tokens.subscription_of(token)
    if subscription is None or subscription.confirmed_at is None:
        raise UnknownToken
    with transaction.atomic():
        _lock(subscription.address_id)
        subscription.refresh_from_db(fields=["ended_at"])
        if subscription.ended_at is not None:
            _start(subscription, scope=subscription.scope, now=now)
        Address.objects.filter(pk=subscription.address_id, suppressed_because=OWNER_ASKED).update(
            suppressed_at=None, suppressed_because=""
        )
    return subscription


def set_scope(subscription: Subscription, *, scope: str, now: datetime | None = None) -> None:
    """Change what an active subscription is about; the log gets a new entry. Does nothing when it has just ended."""
    with transaction.atomic():
        _lock(subscription.address_id)
        subscription.refresh_from_db(fields=["scope", "confirmed_at", "ended_at"])
        if _is_active(subscription) and subscription.scope != scope:
            _start(subscription, scope=scope, now=now or timezone.now())


def erase_unconfirmed(now: datetime | None = None) -> int:
    """Remove what nobody confirmed and what has ended long ago; returns how many addresses went. May run twice."""
    now = now or timezone.now()
    clients = Consent.objects.exclude(client_key="").filter(asked_at__lt=now - CLIENT_STAYS)
    while batch := list(clients.values_list("pk", flat=True)[:CLEARING_BATCH]):
        Consent.objects.filter(pk__in=batch).update(client_key="")
    _delete(Consent.objects.filter(ended_at__lt=now - PROOF_STAYS))
    _delete(Consent.objects.filter(confirmed_at__isnull=True, asked_at__lt=now - UNCONFIRMED_STAYS))
    _end_consents(Consent.objects.filter(subscription__isnull=True), how="article gone", now=now)
    _erase_subscriptions(
        Subscription.objects.filter(
            confirmed_at__isnull=True, created_at__lt=now - UNCONFIRMED_STAYS, consents__isnull=True
        )
    )
    _erase_subscriptions(Subscription.objects.filter(ended_at__lt=now - ENDED_STAYS))
    return _erase_addresses(now)


def _delete(consents: QuerySet[Consent]) -> None:
    while batch := list(consents.values_list("pk", flat=True)[:CLEARING_BATCH]):
        consents.filter(pk__in=batch).delete()


def _erase_subscriptions(subscriptions: QuerySet[Subscription]) -> None:
    while batch := dict(subscriptions.order_by("pk").values_list("pk", "address_id")[:CLEARING_BATCH]):
        with transaction.atomic():
            _lock(*batch.values())
            subscriptions.filter(pk__in=batch).delete()  # those that still are what they were


def _kept_above() -> Q:
    """Addresses that rows of the rooms above refer to and would lose; those rooms let go of them in their own time.

    Asked of the models, because nothing here may know those rooms.
    """
    kept = Q(pk__in=[])
    for relation in Address._meta.related_objects:
        rows = relation.related_model
        above = not isinstance(rows, str) and rows not in (Subscription, Consent, OutgoingMail)
        if above and relation.on_delete is not CASCADE:
            kept |= Q(Exists(rows._default_manager.filter(**{relation.field.name: OuterRef("pk")})))
    return kept


def _erase_addresses(now: datetime) -> int:
    """Those that nothing hangs on any more. A suppressed address stays: its owner must not be asked again; and so does
    one that was mailed in the last seven days without following anything: an author is told about questions by when he
    was last, and whoever asks what became of his mail must get an answer (P25).
    """
    mailed = OutgoingMail.objects.filter(address=OuterRef("pk"), created_at__gt=now - UNCONFIRMED_STAYS)
    told = mailed.exclude(kind__in=ABOUT_SUBSCRIPTIONS)
    waiting = OutgoingMail.objects.filter(status__in=[OutgoingMail.Status.QUEUED, OutgoingMail.Status.SENDING])
    loose = Address.objects.filter(
        suppressed_at__isnull=True, subscriptions__isnull=True, consents__isnull=True
    ).exclude(Exists(told) | Q(pk__in=waiting.values("address")) | _kept_above())
    erased = last = 0
    while batch := list(loose.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CLEARING_BATCH]):
        last = batch[-1]
        with transaction.atomic():
            _lock(*batch)
            doomed = list(loose.filter(pk__in=batch).values_list("pk", flat=True))  # nobody has asked meanwhile
            Address.objects.filter(pk__in=doomed).delete()
            erased += len(doomed)
    return erased
