"""Put a mail in the outbox, inside the caller's transaction."""

from datetime import datetime

from forum.outbox.models import Address, OutgoingMail


def enqueue(*, kind: str, address: Address, subscription_id: int, event_id: int, now: datetime) -> OutgoingMail:
    """Queue one mail. Call inside the transaction of what causes it. A second call for the same event changes nothing."""
    mail, _ = OutgoingMail.objects.get_or_create(
        kind=kind,
        subscription_id=subscription_id,
        event_id=event_id,
        defaults={"address": address, "due_at": now, "created_at": now},
    )
    return mail


def suppress(address: Address, *, because: str, now: datetime) -> None:
    """No mail to this address any more, of whatever kind, until its owner confirms it afresh."""
    Address.objects.filter(pk=address.pk, suppressed_at=None).update(
        suppressed_at=now, suppressed_because=because[:200]
    )


def lift_suppression(address: Address) -> None:
    Address.objects.filter(pk=address.pk).update(suppressed_at=None, suppressed_because="")


def send_again(mail: OutgoingMail, *, now: datetime) -> bool:
    """Queue a failed mail once more, with its whole patience. False when it has not failed (any more)."""
    failed = OutgoingMail.objects.filter(pk=mail.pk, status=OutgoingMail.Status.FAILED)
    return bool(
        failed.update(status=OutgoingMail.Status.QUEUED, reason="", attempts=0, lead=None, due_at=now, created_at=now)
    )
