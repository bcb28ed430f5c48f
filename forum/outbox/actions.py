"""Put a mail in the outbox, inside the caller's transaction; stop mail to an address, and allow it again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from forum.cleaning import email_key
from forum.outbox.models import Address, Bounce, OutgoingMail


def enqueue(*, kind: str, address: Address, subscription_id: int, event_id: int, now: datetime) -> OutgoingMail:
    """Queue one mail. Call inside the transaction of what causes it. A second call for the same event changes nothing."""
    mail = OutgoingMail(
        kind=kind, address=address, subscription_id=subscription_id, event_id=event_id, due_at=now, created_at=now
    )
    # ON CONFLICT DO NOTHING: an error would spoil the caller's transaction on PostgreSQL.
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    return OutgoingMail.objects.get(kind=kind, subscription_id=subscription_id, event_id=event_id)


def locked_address(email: str) -> Address:
    """Get or make the row, and lock it; the same two statements for one that is known and one that is not (P18).

    The lock lets others write rows that refer to the address: the fan-out, and moderators, who queue decisions while
    they hold the lock on a discussion that whoever holds the address may be waiting for. (An upsert of `key` would not:
    to PostgreSQL it touches a key, whatever the value.)
    """
    key = email_key(email)
    while True:
        Address.objects.bulk_create([Address(email=email, key=key)], ignore_conflicts=True)
        address = Address.objects.select_for_update(no_key=True).filter(key=key).first()
        if address is not None:  # it may have been erased between the two
            return address


def send_again(mail: OutgoingMail, *, now: datetime) -> bool:
    """Queue a failed mail once more, with what went along in it and its whole patience.

    False when it has not failed (any more).
    """
    failed = OutgoingMail.objects.filter(Q(pk=mail.pk) | Q(lead=mail.pk), status=OutgoingMail.Status.FAILED)
    return bool(
        failed.update(status=OutgoingMail.Status.QUEUED, reason="", attempts=0, lead=None, due_at=now, created_at=now)
    )


def suppress(address: Address, *, because: str, now: datetime) -> None:
    """No mail to this address any more, of whatever kind, until its owner confirms it afresh.

    What waits for it ends at once; what a worker is sending at this moment still goes.
    """
    because = because[:200]
    with transaction.atomic():
        Address.objects.filter(pk=address.pk, suppressed_at=None).update(suppressed_at=now, suppressed_because=because)
        waiting = OutgoingMail.objects.filter(address=address.pk, status=OutgoingMail.Status.QUEUED)
        waiting.update(status=OutgoingMail.Status.SUPPRESSED, reason=because, lease_until=None)


def lift_suppression(address: Address) -> None:
    """Mail may go there again, and what came back before counts no longer."""
    with transaction.atomic():
        Address.objects.filter(pk=address.pk).update(suppressed_at=None, suppressed_because="")
        Bounce.objects.filter(address=address.pk).update(points=0)
