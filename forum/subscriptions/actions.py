"""Asking, confirming, changing and ending mail about an article, an author or a section.

Every action takes the row of the address first. Whoever asks for the same address at the same moment waits there, so
what is counted is what is true, and no two actions can hold each other up.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Article
from forum.outbox.actions import enqueue, locked_address
from forum.outbox.models import Address, OutgoingMail
from forum.subscriptions import tokens
from forum.subscriptions.ceilings import ceiling_reached, client_at_ceiling
from forum.subscriptions.digests import next_digest
from forum.subscriptions.models import (
    DIGESTS,
    NEW_ARTICLES,
    Consent,
    Frequency,
    Scope,
    Subject,
    Subscription,
    column_of,
)

WORDING = "2"  # raise it when the words on the form, in the mail or on the page to confirm change in meaning
OWNER_ASKED = "asked by the owner"
ENDED = "the subscription has ended"
PAUSED = "the subscription is paused"

# How long things stay (PROMISES C1, C2).
UNCONFIRMED_STAYS = timedelta(days=7)
ENDED_STAYS = timedelta(days=30)  # so long the link in an old mail can turn it on again
CLIENT_STAYS = timedelta(days=30)
PROOF_STAYS = timedelta(days=5 * 365 + 2)
CLEARING_BATCH = 1_000


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
    return _subscribe(email, article, scope=scope, client_key=client_key, proven=proven, now=now)


def follow(*, email: str, subject: Subject, client_key: str, proven: bool, now: datetime) -> Subscription | None:
    """The same for who reacts to nothing: all of an article, or what an author or a section brings.

    None, and nothing is kept, when this client or the whole site is at its ceiling.
    """
    if client_at_ceiling(client_key, now):
        return None
    scope = Scope.ARTICLE if isinstance(subject, Article) else NEW_ARTICLES
    return _subscribe(email, subject, scope=scope, client_key=client_key, proven=proven, now=now)


def _subscribe(
    email: str, subject: Subject, *, scope: str, client_key: str, proven: bool, now: datetime
) -> Subscription:
    with transaction.atomic():
        address = locked_address(email)
        subscription = _kept_subscription(address, subject, scope)
        follows = _is_active(subscription) and subscription.scope == scope
        must_ask = address.suppressed_at is not None or not (follows or proven)
        # Counted for everybody, so that how long it takes tells nobody who follows already.
        at_ceiling = ceiling_reached(address, subject, client_key, now, final=must_ask)
        if must_ask and not at_ceiling:
            _ask(subscription, scope=scope, client_key=client_key, now=now)
        elif not must_ask and not follows:
            _start(subscription, scope=scope, client_key=client_key, now=now)
        return subscription


def _kept_subscription(address: Address, subject: Subject, scope: str) -> Subscription:
    """Get or make the row, with the same two statements for an address that is known and one that is not."""
    nonce = tokens.new_nonce()
    column = column_of(subject)
    made = Subscription(
        address=address,
        scope=scope,
        nonce=nonce,
        token_hash=tokens.hashed(tokens.subscription_token(nonce)),
        **{column: subject},
    )
    Subscription.objects.bulk_create([made], ignore_conflicts=True)
    kept = Subscription.objects.get(**{"address": address, column: subject})
    kept.address = address
    setattr(kept, column, subject)
    return kept


def _is_active(subscription: Subscription) -> bool:
    return subscription.confirmed_at is not None and subscription.ended_at is None


def _ask(subscription: Subscription, *, scope: str, client_key: str, now: datetime) -> None:
    nonce = tokens.new_nonce()
    consent = Consent.objects.create(
        subscription=subscription,
        address=subscription.address,
        article_id=subscription.article_id,
        author_id=subscription.author_id,
        section_id=subscription.section_id,
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
        article_id=subscription.article_id,
        author_id=subscription.author_id,
        section_id=subscription.section_id,
        scope=scope,
        wording=WORDING,
        client_key=client_key,
        asked_at=now,
        confirmed_at=now,
    )
    _activate(subscription, scope=scope, now=now)


def _activate(subscription: Subscription, *, scope: str, now: datetime) -> None:
    if not _is_active(subscription) and subscription.frequency == Frequency.PAUSED:
        subscription.frequency = Frequency.AT_ONCE  # who asks again wants to hear it
    subscription.scope, subscription.confirmed_at, subscription.ended_at = scope, now, None
    subscription.save(update_fields=["scope", "frequency", "confirmed_at", "ended_at"])
    Address.objects.filter(pk=subscription.address_id, confirmed_at__isnull=True).update(confirmed_at=now)


def _end_consents(consents: QuerySet[Consent], *, how: str, now: datetime) -> None:
    """Close the log entries; the address itself gives way to its keyed hash (C1)."""
    for consent in consents.filter(ended_at__isnull=True).select_related("address"):
        consent.ended_at, consent.ended_how = now, how
        if consent.address is not None:
            consent.address_hash = tokens.hashed_address(consent.address.key, "consent")
            consent.address = None
        consent.save(update_fields=["ended_at", "ended_how", "address_hash", "address"])


def confirm(token: str, *, scope: str, frequency: str = "", now: datetime | None = None) -> Subscription:
    """Use the mailed link, once, within 72 hours; `frequency` "": as it was. Raises UnknownToken, ExpiredToken,
    AlreadyConfirmed.

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
        if frequency:
            change_frequency(subscription, frequency=frequency, now=now)
        Address.objects.filter(pk=subscription.address_id).update(suppressed_at=None, suppressed_because="")
    return subscription


def _lock(*addresses: int) -> None:
    list(Address.objects.select_for_update(no_key=True).filter(pk__in=addresses).order_by("pk").values_list("pk"))


def unsubscribe(token: str, *, everything: bool = False, how: str = "link", now: datetime | None = None) -> None:
    """End one subscription, or what its address gets in digests when the token is of that, or all mail to it.

    May run twice; an unknown token does nothing.
    """
    now = now or timezone.now()
    subscription = tokens.subscription_of(token)
    held = subscription or tokens.digest_of(token)
    if held is None:
        return
    if everything:
        _end_everything(held.address, now)
    elif subscription is not None:
        end(subscription, how=how, now=now)
    else:
        _end_digests(held.address, now)


def end(subscription: Subscription, *, how: str, now: datetime | None = None) -> None:
    now = now or timezone.now()
    with transaction.atomic():
        _lock(subscription.address_id)
        Subscription.objects.filter(pk=subscription.pk, ended_at__isnull=True).update(ended_at=now)
        _end_consents(Consent.objects.filter(subscription=subscription), how=how, now=now)
        _cancel(OutgoingMail.objects.of_subscription(subscription.pk), ENDED)


def _end_digests(address: Address, now: datetime) -> None:
    with transaction.atomic():
        _lock(address.pk)
        ended = list(Subscription.objects.active().filter(address=address, frequency__in=DIGESTS))
        Subscription.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now)
        _end_consents(Consent.objects.filter(subscription__in=ended), how="digests", now=now)
        for one in ended:
            _cancel(OutgoingMail.objects.of_subscription(one.pk), ENDED)


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
    """Turn an ended subscription on again, or all digests that ended together: who holds the token owns the mailbox.

    Takes back "stop all mail" as well, but not a suppression that came from bounces. May run twice. Raises UnknownToken.
    """
    now = now or timezone.now()
    one = tokens.subscription_of(token)
    held = one or tokens.digest_of(token)
    if held is None or held.confirmed_at is None:
        raise UnknownToken
    with transaction.atomic():
        _lock(held.address_id)
        held.refresh_from_db(fields=["ended_at"])
        if held.ended_at is not None:
            together = Subscription.objects.filter(
                address=held.address_id, ended_at=held.ended_at, confirmed_at__isnull=False, frequency__in=DIGESTS
            )
            for subscription in [one] if one else list(together):
                _start(subscription, scope=subscription.scope, now=now)
        Address.objects.filter(pk=held.address_id, suppressed_because=OWNER_ASKED).update(
            suppressed_at=None, suppressed_because=""
        )
    return held


def set_scope(subscription: Subscription, *, scope: str, now: datetime | None = None) -> None:
    """Change what an active subscription is about; the log gets a new entry. Does nothing when it has just ended."""
    with transaction.atomic():
        _lock(subscription.address_id)
        subscription.refresh_from_db(fields=["scope", "confirmed_at", "ended_at"])
        if _is_active(subscription) and subscription.article_id and subscription.scope != scope:
            _start(subscription, scope=scope, now=now or timezone.now())


def change_frequency(subscription: Subscription, *, frequency: str, now: datetime) -> None:
    """Also of what waits in the outbox, except a mail that was tried already. A pause ends what waits; what is missed
    in it is not sent afterwards. May run twice; does nothing when the subscription has just ended.
    """
    with transaction.atomic():
        _lock(subscription.address_id)
        subscription.refresh_from_db(fields=["frequency", "confirmed_at", "ended_at"])
        if not _is_active(subscription) or subscription.frequency == frequency:
            return
        subscription.frequency = frequency
        subscription.digest_token_hash = tokens.hashed(tokens.digest_token(subscription.nonce))
        subscription.save(update_fields=["frequency", "digest_token_hash"])
        news = OutgoingMail.objects.of_subscription(subscription.pk).news()
        if frequency == Frequency.PAUSED:
            _cancel(news, PAUSED)
        elif frequency in DIGESTS:
            news.unclaimed().update(digest=frequency, due_at=next_digest(frequency, after=now))
        else:
            news.unclaimed().update(digest="", due_at=Now())


def erase_unconfirmed(now: datetime | None = None) -> int:
    """Remove what nobody confirmed and what has ended long ago; returns how many addresses went. May run twice."""
    now = now or timezone.now()
    clients = Consent.objects.exclude(client_key="").filter(asked_at__lt=now - CLIENT_STAYS)
    while batch := list(clients.values_list("pk", flat=True)[:CLEARING_BATCH]):
        Consent.objects.filter(pk__in=batch).update(client_key="")
    _delete(Consent.objects.filter(ended_at__lt=now - PROOF_STAYS))
    _delete(Consent.objects.filter(confirmed_at__isnull=True, asked_at__lt=now - UNCONFIRMED_STAYS))
    gone = Consent.objects.filter(subscription__isnull=True)
    _end_consents(gone.exclude(scope=NEW_ARTICLES), how="article gone", now=now)
    _end_consents(gone.filter(scope=NEW_ARTICLES), how="subject gone", now=now)
    _erase_subscriptions(
        Subscription.objects.filter(
            confirmed_at__isnull=True, created_at__lt=now - UNCONFIRMED_STAYS, consents__isnull=True
        )
    )
    _erase_subscriptions(Subscription.objects.filter(ended_at__lt=now - ENDED_STAYS))
    return _erase_addresses()


def _delete(consents: QuerySet[Consent]) -> None:
    while batch := list(consents.values_list("pk", flat=True)[:CLEARING_BATCH]):
        consents.filter(pk__in=batch).delete()


def _erase_subscriptions(subscriptions: QuerySet[Subscription]) -> None:
    while batch := dict(subscriptions.order_by("pk").values_list("pk", "address_id")[:CLEARING_BATCH]):
        with transaction.atomic():
            _lock(*batch.values())
            subscriptions.filter(pk__in=batch).delete()  # those that still are what they were


def _erase_addresses() -> int:
    """Those that nothing hangs on any more. A suppressed address stays: its owner must not be asked again; and so does
    an author's who was told about questions today, because those mails tell when the next one may go, and that of who
    was sent the link to his own page.
    """
    told = OutgoingMail.objects.filter(
        address=OuterRef("pk"),
        kind__in=(OutgoingMail.Kind.QUESTION, OutgoingMail.Kind.MINE),
        sent_at__gt=timezone.now() - timedelta(days=1),
    )
    waiting = OutgoingMail.objects.filter(status__in=[OutgoingMail.Status.QUEUED, OutgoingMail.Status.SENDING])
    loose = Address.objects.filter(
        suppressed_at__isnull=True, subscriptions__isnull=True, consents__isnull=True
    ).exclude(Exists(told) | Q(pk__in=waiting.values("address")))
    erased = last = 0
    while batch := list(loose.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CLEARING_BATCH]):
        last = batch[-1]
        with transaction.atomic():
            _lock(*batch)
            doomed = list(loose.filter(pk__in=batch).values_list("pk", flat=True))  # nobody has asked meanwhile
            Address.objects.filter(pk__in=doomed).delete()
            erased += len(doomed)
    return erased
