"""Which mail is next, who has it, and what became of it. The rows are the queue; a lease says who works on one.

Leases and due moments go by the database's clock, so that workers with wrong clocks agree. One claim takes the row of
the address along, so of two workers only one decides what goes to it.

How mails are bundled (PROMISES P28): the first news of a subscription goes at once; what follows within BUNDLE waits and
goes as one mail. The HOURLY-th mail within an hour to one address takes everything that waits for that address; after
that the address waits until the hour has room again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from forum.outbox.models import OutgoingMail

BUNDLE = timedelta(minutes=15)
HOUR = timedelta(hours=1)
HOURLY = 5  # mails with news to one address in an hour
PATIENCE = timedelta(hours=72)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
Status = OutgoingMail.Status


@dataclass(frozen=True)
class Claim:
    """Rows that become one mail, the lead first; ours until the lease ends."""

    rows: list[OutgoingMail]

    @property
    def lead(self) -> OutgoingMail:
        return self.rows[0]

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]


def claim() -> Claim | None:
    """The next mail to send, or None when nothing is due. Raises nothing of its own."""
    while True:
        with transaction.atomic():
            row = _next_due()
            if row is None:
                return None
            if row.address.suppressed_at is not None:
                _with_followers(row).update(status=Status.SUPPRESSED, reason=row.address.suppressed_because)
                continue
            if row.status == Status.SENDING or row.attempts:  # its worker died, or it is tried again: the same rows
                rows = sorted(_with_followers(row), key=lambda one: one.pk != row.pk)
            elif row.kind != OutgoingMail.Kind.REACTION:
                rows = [row]
            else:
                wait, companions = _bundled(row)
                if wait is not None:
                    companions.update(due_at=wait)
                    continue
                rows = sorted(companions, key=lambda one: one.pk)
            lead = rows[0]
            lease = row.clock + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
            ours = OutgoingMail.objects.filter(pk__in=[one.pk for one in rows])
            ours.update(status=Status.SENDING, lease_until=lease)
            ours.exclude(pk=lead.pk).update(lead=lead)
            OutgoingMail.objects.filter(pk=lead.pk).update(attempts=F("attempts") + 1)
            lead.attempts += 1
        for one in rows:
            one.address = row.address
        return Claim(rows)


def note_sent(claim: Claim, *, left_out: dict[int, str], message_id: str) -> None:
    with transaction.atomic():
        told = [pk for pk in claim.ids if pk not in left_out]
        OutgoingMail.objects.filter(pk__in=told).update(
            status=Status.SENT, reason="", sent_at=Now(), lease_until=None, message_id=message_id
        )
        for pk, reason in left_out.items():
            OutgoingMail.objects.filter(pk=pk).update(status=Status.CANCELLED, reason=reason[:300], lease_until=None)
        if claim.lead.pk in left_out and told:  # the count of an hour's mails goes by rows without a lead
            OutgoingMail.objects.filter(pk=told[0]).update(lead=None)


def note_end(claim: Claim, *, status: str, reason: str) -> None:
    """It will not be sent: failed or cancelled."""
    OutgoingMail.objects.filter(pk__in=claim.ids).update(status=status, reason=reason[:300], lease_until=None)


def note_retry(claim: Claim, *, reason: str) -> None:
    """Try again later with the same rows, so with the same Message-ID; after PATIENCE it has failed."""
    clock = OutgoingMail.objects.annotate(clock=Now()).values_list("clock", flat=True).get(pk=claim.lead.pk)
    delay = RETRY_AFTER[min(claim.lead.attempts, len(RETRY_AFTER)) - 1]
    if clock + delay > claim.lead.created_at + PATIENCE:
        note_end(claim, status=Status.FAILED, reason=f"not delivered in 72 hours; {reason}")
        return
    OutgoingMail.objects.filter(pk__in=claim.ids).update(
        status=Status.QUEUED, reason=reason[:300], due_at=clock + delay, lease_until=None
    )


def _next_due() -> OutgoingMail | None:
    """Locked together with its address; rows or addresses that another worker holds are passed over."""
    due = Q(status=Status.QUEUED, due_at__lte=Now()) | Q(status=Status.SENDING, lease_until__lte=Now())
    rows = OutgoingMail.objects.filter(due, lead=None).select_related("address").annotate(clock=Now())
    return rows.order_by("due_at", "pk").select_for_update(skip_locked=True, no_key=True).first()


def _with_followers(row: OutgoingMail) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(Q(pk=row.pk) | Q(lead=row))


def _bundled(row: OutgoingMail) -> tuple[datetime | None, QuerySet[OutgoingMail]]:
    """(until when these have to wait, or None: now; the rows that go together)."""
    news = OutgoingMail.objects.filter(kind=OutgoingMail.Kind.REACTION, lead=None, address=row.address)
    fresh = news.filter(status=Status.QUEUED, attempts=0)
    of_subscription = fresh.filter(subscription_id=row.subscription_id)

    under_way = news.filter(status=Status.SENDING, lease_until__gt=row.clock).order_by("-lease_until")
    busy = under_way.values_list("lease_until", flat=True).first()
    if busy is not None:  # another worker writes to this address at this moment
        return busy, fresh
    this_hour = list(
        news.filter(status=Status.SENT, sent_at__gt=row.clock - HOUR)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)[:HOURLY]
    )
    if len(this_hour) >= HOURLY:
        return this_hour[-1] + HOUR, fresh
    last = (
        OutgoingMail.objects.filter(subscription_id=row.subscription_id, kind=row.kind, status=Status.SENT)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
        .first()
    )
    if last is not None and last > row.clock - BUNDLE:
        return last + BUNDLE, of_subscription
    return None, fresh if len(this_hour) == HOURLY - 1 else of_subscription
