"""Forgetting an address at its owner's word (PROMISES C3)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from forum.outbox.models import Address, OutgoingMail
from forum.subscriptions import tokens
from forum.subscriptions.models import Consent, Subscription

HOW = "erased"


def consents_of(address: Address) -> Q:
    """Those that are open, and those that ended: they know the address by its keyed hash only."""
    return Q(address=address) | Q(address_hash=hash_of(address))


def hash_of(address: Address) -> str:
    return tokens.hashed_address(address.key, "consent")


def erase_address(address: Address, *, now: datetime) -> None:
    """No mail, no subscription, no address any more. Of what was agreed to, the proof stays, under a hash (C1)."""
    with transaction.atomic():
        list(Address.objects.select_for_update(no_key=True).filter(pk=address.pk).values_list("pk"))
        consents = Consent.objects.filter(consents_of(address))
        consents.filter(confirmed_at__isnull=True).delete()  # nothing was agreed to
        consents.update(
            ended_how=Case(When(ended_at__isnull=True, then=Value(HOW)), default=F("ended_how")),
            ended_at=Coalesce("ended_at", Value(now)),
            address_hash=hash_of(address),
            address=None,
            client_key="",
            nonce="",
        )
        Subscription.objects.filter(address=address).delete()
        OutgoingMail.objects.filter(address=address).delete()
        Address.objects.filter(pk=address.pk).delete()
