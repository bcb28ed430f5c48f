"""Rows of the outbox, and moving their moments: the clock of the database is never touched."""

from datetime import timedelta
from itertools import count

from django.db.models import F
from django.utils import timezone

from forum.outbox.actions import enqueue
from forum.outbox.models import Address, OutgoingMail

_number = count(1)
MOMENTS = ("due_at", "created_at", "sent_at", "lease_until")


def make_address(email: str = "") -> Address:
    email = email or f"Sanne{next(_number)}@lezers.example"
    return Address.objects.create(email=email, key=email.lower())


def make_mail(address: Address | None = None, *, kind: str = "reaction", subscription: int = 0, event: int = 0):
    return enqueue(
        kind=kind,
        address=address or make_address(),
        subscription_id=subscription or next(_number) + 10_000,
        event_id=event or next(_number) + 1_000,
        now=timezone.now() - timedelta(seconds=1),
    )


def in_digest(*mails: OutgoingMail, digest: str = "daily", in_hours: float = 0) -> None:
    """Let them wait for it; with 0 hours it is due."""
    due = timezone.now() + timedelta(hours=in_hours, seconds=-1)
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(digest=digest, due_at=due)


def pass_time(**delta: float) -> None:
    """Let it be that much later, for every mail."""
    for moment in MOMENTS:
        rows = OutgoingMail.objects.filter(**{f"{moment}__isnull": False})
        rows.update(**{moment: F(moment) - timedelta(**delta)})


def state(mail: OutgoingMail) -> str:
    return OutgoingMail.objects.values_list("status", flat=True).get(pk=mail.pk)


def waits_minutes(mail: OutgoingMail) -> int:
    mail.refresh_from_db()
    return round((mail.due_at - timezone.now()).total_seconds() / 60)
