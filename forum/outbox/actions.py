"""Put a mail in the outbox, inside the caller's transaction; stop mail to an address, and allow it again."""

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Now

from forum.outbox.models import Address, OutgoingMail


def enqueue(*, kind: str, address: Address, subscription_id: int, event_id: int, now: datetime) -> OutgoingMail:
    """Queue one mail. Call inside the transaction of what causes it. A second call for the same event changes nothing."""
    mail = OutgoingMail(
        kind=kind, address=address, subscription_id=subscription_id, event_id=event_id, due_at=now, created_at=now
    )
    # ON CONFLICT DO NOTHING: an error would spoil the caller's transaction on PostgreSQL.
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    return OutgoingMail.objects.get(kind=kind, subscription_id=subscription_id, event_id=event_id)


def send_again(mails: QuerySet[OutgoingMail]) -> int:
    """Queue the failed ones of these as if they were new, each alone, their 72 hours too; returns how many."""
    return mails.filter(status=OutgoingMail.Status.FAILED).update(
        status=OutgoingMail.Status.QUEUED, due_at=Now(), created_at=Now(), attempts=0, reason="", lead=None
    )


def suppress(address: Address, *, reason: str) -> None:
    """No mail goes to this address any more. A later reason replaces an earlier one; the moment stays."""
    Address.objects.filter(pk=address.pk).update(suppressed_because=reason)
    Address.objects.filter(pk=address.pk, suppressed_at__isnull=True).update(suppressed_at=Now())


def lift_suppression(address: Address) -> None:
    Address.objects.filter(pk=address.pk).update(suppressed_at=None, suppressed_because="")
