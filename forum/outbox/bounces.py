"""What comes back counts against its address, and three points end its mail (PROMISES section B, "Bounces").

Whoever knows of a bounce has the number of a mail: out of its envelope sender (envelope.bounced_mail, whose seal cannot be
made without our key), never out of what the bounce says. Nothing else of it is believed but its status.
"""

import re
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from forum.outbox.actions import suppress
from forum.outbox.models import Address, Bounce, OutgoingMail

REMEMBERED = timedelta(days=30)
TOO_MANY = 3.0  # points within REMEMBERED
GONE = ("5.1.1", "5.1.0", "5.2.1")  # no such mailbox, no such address, mailbox closed
SOFT = ("5.4.4",)  # no way to that host: its name server may have been away
# Refused by policy: our sending address is on a list, our DNS is wrong, the text looks like spam. That is for us to
# repair, and no reader may lose his mail by it.
POLICY = "5.7."
# A mail service tells us the answer that it got itself. A mail that came back is believed less: everybody through
# whose hands the mail went knows its envelope sender.
FIRST_HAND = (Bounce.Source.SMTP, Bounce.Source.WEBHOOK)
STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)


def record_bounce(mail_id: int, *, status: str, source: str, now: datetime, because: str = "") -> None:
    """Note that this mail came back. `status` as in RFC 3463 ("5.1.1"), "" when none was given; `source` is one of
    Bounce.Source. Ignored: a mail that is not there, or is older than 30 days. May run twice.

    `because` is what the list of suppressed addresses says when this bounce is the last; without an address in it.
    """
    status = status if STATUS.fullmatch(status) else ""
    with transaction.atomic():
        mail = _locked(mail_id, now)
        if mail is None or not _noted(mail, Bounce.Kind.BOUNCE, source, status, _points(mail, status, now), now):
            return
        _write_down(mail, f"came back: {status}".removesuffix(": "))
        if status in GONE and source in FIRST_HAND:
            suppress(mail.address, because=because or f"came back: {status}", now=now)
        elif _total(mail.address, since=now - REMEMBERED) >= TOO_MANY:
            suppress(mail.address, because=f"came back too often; the last time: {status or 'no status'}", now=now)


def record_complaint(mail_id: int, *, source: str, now: datetime) -> None:
    """Its reader called this mail spam: no mail to him any more. Ignored and repeated as record_bounce."""
    with transaction.atomic():
        mail = _locked(mail_id, now)
        if mail is not None and _noted(mail, Bounce.Kind.COMPLAINT, source, "", 0.0, now):
            _write_down(mail, "its reader complained")
            suppress(mail.address, because="complaint", now=now)


def forget_bounces(now: datetime) -> int:
    """Those that count no longer. May run twice."""
    return Bounce.objects.filter(at__lt=now - REMEMBERED).delete()[0]


def _locked(mail_id: int, now: datetime) -> OutgoingMail | None:
    """The mail, its address locked first as everywhere, so that of two bounces at once both are counted."""
    mails = OutgoingMail.objects.filter(pk=mail_id)
    address_id = mails.values_list("address", flat=True).first()
    if address_id is None:
        return None
    address = Address.objects.select_for_update(no_key=True).filter(pk=address_id).first()
    mail = mails.first()
    if address is None or mail is None or (mail.sent_at or mail.created_at) < now - REMEMBERED:
        return None
    mail.address = address
    return mail


def _points(mail: OutgoingMail, status: str, now: datetime) -> float:
    """What it adds: of several in one day (of UTC) the heaviest counts, once."""
    if status.startswith(POLICY):
        return 0.0
    weight = 1.0 if status.startswith("5.") and status not in SOFT else 0.5
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(0.0, weight - _total(mail.address, since=midnight))


def _total(address: Address, *, since: datetime) -> float:
    points = Bounce.objects.filter(address=address, at__gte=since).aggregate(total=Sum("points"))["total"]
    return float(points or 0)


def _noted(mail: OutgoingMail, kind: str, source: str, status: str, points: float, now: datetime) -> bool:
    """False when it was known."""
    same = {"mail": mail, "kind": kind, "source": Bounce.Source(source), "status": status}
    _, is_new = Bounce.objects.get_or_create(**same, defaults={"address": mail.address, "points": points, "at": now})
    return is_new


def _write_down(mail: OutgoingMail, reason: str) -> None:
    """With the mail and all that went along in it."""
    rows = OutgoingMail.objects.filter(Q(pk=mail.pk) | Q(lead=mail.pk), status=OutgoingMail.Status.SENT)
    rows.update(reason=reason)
