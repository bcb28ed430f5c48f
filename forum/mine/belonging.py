"""What belongs to the owner of an address: read only."""

from django.conf import settings
from django.db.models import Q, QuerySet

from forum.mine.models import Link
from forum.outbox.models import Address
from forum.reactions.naming import claimed_by
from forum.reactions.owning import is_known, with_address
from forum.subscriptions.erasing import consents_of
from forum.subscriptions.models import Consent, Subscription


def has_something(link: Link) -> bool:
    """Something of which was shown that its owner owns the mailbox: a subscription, a consent, a reaction, a name."""
    if link.address is not None and Consent.objects.filter(consents_of(link.address), _confirmed()).exists():
        return True
    if Subscription.objects.filter(_confirmed(), address=link.address).exists():
        return True
    return is_known(link.owner) or bool(claimed_by(link.owner))


def language_of(link: Link) -> str:
    """Of what its owner wrote or followed last; otherwise the site's."""
    written = with_address(link.owner).values_list("language", flat=True).first()
    return written or settings.LANGUAGE_CODE


def consents(address: Address | None) -> QuerySet[Consent]:
    if address is None:
        return Consent.objects.none()
    return Consent.objects.filter(consents_of(address)).select_related("article", "author", "section").order_by("pk")


def subscriptions(address: Address | None) -> QuerySet[Subscription]:
    if address is None:
        return Subscription.objects.none()
    return Subscription.objects.filter(address=address).with_subject().order_by("pk")


def _confirmed() -> Q:
    return Q(confirmed_at__isnull=False)
