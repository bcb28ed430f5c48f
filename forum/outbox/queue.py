"""Which mail is next, who has it, and what became of it. The rows are the queue; a lease says who works on one.

Leases and due moments go by the database's clock, so that workers with wrong clocks agree. A claim locks the address
and nothing else, so of two workers only one decides what goes to it, and none waits for another.

How mails are bundled (PROMISES P28): the first news of a subscription goes at once; what follows within BUNDLE waits and
goes as one mail. The HOURLY-th mail within an hour to one address takes everything that waits for that address; after
that the address waits until the hour has room again. While a mail to an address is tried again, later news waits for
it: a mail server that was away for a night does not give the reader a mail for every hour of it.

Rows of a digest have the moment of that digest as their `due_at` from the start (docs/decisions/0021). At that moment
all that is due of it for the address goes as one mail, whatever it is news of.

Questions to an author go at once as well, and then one mail an hour takes all that were asked meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Now

from forum.outbox.models import OutgoingMail

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Clock(TypedDict):
        clock: datetime

    Timed = WithAnnotations[OutgoingMail, Clock]  # a mail that says what time the database had when it was read

BUNDLE = timedelta(minutes=15)
HOUR = timedelta(hours=1)
LOOK_AGAIN = timedelta(seconds=5)
HOURLY = 5  # mails with news to one address in an hour
MAX_ROWS = 100  # in one mail; the others go in the next
MAX_DIGEST_ROWS = 500
PATIENCE = timedelta(hours=72)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
Status = OutgoingMail.Status
QUEUED_DUE = Q(status=Status.QUEUED, due_at__lte=Now())
LEASE_OVER = Q(status=Status.SENDING, lease_until__lte=Now())


@dataclass(frozen=True)
class Claim:
    """Rows that become one mail, the lead first; ours until the lease ends."""

    rows: list[OutgoingMail]
    lease: datetime

    @property
    def lead(self) -> OutgoingMail:
        return self.rows[0]

    @property
    def kind(self) -> str:
        """Which builder makes it; a digest tells of rows of any kind together."""
        several = len({row.kind for row in self.rows}) > 1
        return OutgoingMail.Kind.DIGEST if self.lead.digest or several else self.lead.kind

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]

    def held(self) -> QuerySet[OutgoingMail]:
        """Its rows, unless the lease ended and another worker has taken them since."""
        return OutgoingMail.objects.filter(pk__in=self.ids, status=Status.SENDING, lease_until=self.lease)


def anything_due() -> bool:
    """Asked before anything is locked, so that an idle worker never takes the one write lock of SQLite."""
    return any(OutgoingMail.objects.filter(due, lead=None).exists() for due in (LEASE_OVER, QUEUED_DUE))


def claim() -> Claim | None:
    """The next mail to send, or None when nothing is due. Raises nothing of its own."""
    while True:
        with transaction.atomic():
            candidate = _lock_next_due()
            if candidate is None:
                return None
            # Read again: between finding the row and holding its address, another worker may have finished with it.
            row = _due(QUEUED_DUE | LEASE_OVER).filter(pk=candidate.pk).first()
            if row is None:
                continue
            if row.address.suppressed_at is not None:
                _end(_with_followers(row), status=Status.SUPPRESSED, reason=row.address.suppressed_because)
                continue
            if _gave_up(row):
                _end(_with_followers(row), status=Status.FAILED, reason="not delivered in 72 hours; its worker stopped")
                continue
            if row.status == Status.SENDING or row.attempts:  # its worker died, or it is tried again: the same rows
                rows = sorted(_with_followers(row), key=lambda one: (one.pk != row.pk, one.pk))
            elif row.kind in TOGETHER:
                wait, companions = TOGETHER[row.kind](row)
                if wait is not None:
                    companions.update(due_at=wait)
                    continue
                rows = list(companions.order_by("pk")[: MAX_DIGEST_ROWS if row.digest else MAX_ROWS])
            else:
                rows = [row]
            lead = rows[0]
            lease = row.clock + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
            ours = OutgoingMail.objects.filter(pk__in=[one.pk for one in rows])
            ours.update(status=Status.SENDING, lease_until=lease)
            ours.exclude(pk=lead.pk).update(lead=lead)
            OutgoingMail.objects.filter(pk=lead.pk).update(attempts=F("attempts") + 1)
            lead.attempts += 1
            if lead.digest and lead.attempts == 1:  # it waited as its reader wished; PATIENCE begins now
                ours.update(created_at=row.clock)
                lead.created_at = row.clock
        for one in rows:
            one.address = row.address
        return Claim(rows, lease)


def note_sent(claim: Claim, *, left_out: dict[int, str], message_id: str) -> None:
    """Also when the lease has ended meanwhile: it was sent, whoever has it now."""
    with transaction.atomic():
        told = [pk for pk in claim.ids if pk not in left_out]
        OutgoingMail.objects.filter(pk__in=told).update(
            status=Status.SENT, reason="", sent_at=Now(), lease_until=None, message_id=message_id
        )
        for pk, reason in left_out.items():
            _end(claim.held().filter(pk=pk), status=Status.CANCELLED, reason=reason)
        if claim.lead.pk in left_out and told:  # the count of an hour's mails goes by rows without a lead
            OutgoingMail.objects.filter(pk=told[0]).update(lead=None)


def note_end(claim: Claim, *, status: str, reason: str) -> None:
    """It will not be sent: failed or cancelled."""
    _end(claim.held(), status=status, reason=reason)


def note_retry(claim: Claim, *, reason: str) -> None:
    """Try again later with the same rows, so with the same Message-ID; after PATIENCE it has failed."""
    clock = OutgoingMail.objects.annotate(clock=Now()).values_list("clock", flat=True).get(pk=claim.lead.pk)
    delay = RETRY_AFTER[min(claim.lead.attempts, len(RETRY_AFTER)) - 1]
    if clock + delay > claim.lead.created_at + PATIENCE:
        note_end(claim, status=Status.FAILED, reason=f"not delivered in 72 hours; {reason}")
        return
    claim.held().update(status=Status.QUEUED, reason=reason[:300], due_at=clock + delay, lease_until=None)


def _end(rows: QuerySet[OutgoingMail], *, status: str, reason: str) -> None:
    rows.update(status=status, reason=reason[:300], lease_until=None)


def _due(which: Q) -> "QuerySet[Timed]":
    return OutgoingMail.objects.filter(which, lead=None).select_related("address").annotate(clock=Now())


def _lock_next_due() -> OutgoingMail | None:
    """What a dead worker left goes first. Locks the address; addresses that another worker holds are passed over.

    Two questions, because each has its own index and one question with "or" would sort everything that is due.
    The mails themselves are not locked: of a mail whose address is passed over, that lock would stay, and two workers
    could each wait for what the other passed over.
    """
    for due, oldest in ((LEASE_OVER, "lease_until"), (QUEUED_DUE, "due_at")):
        rows = _due(due).order_by(oldest, "pk")
        found = rows.select_for_update(skip_locked=True, no_key=True, of=("address",)).first()
        if found is not None:
            return found
    return None


def _with_followers(row: OutgoingMail) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(Q(pk=row.pk) | Q(lead=row), status__in=(Status.QUEUED, Status.SENDING))


def _gave_up(row: "Timed") -> bool:
    """A mail that ends its worker every time must end as well."""
    patience_over = row.clock > row.created_at + PATIENCE
    return row.status == Status.SENDING and row.attempts > len(RETRY_AFTER) and patience_over


def _bundled(row: "Timed") -> tuple[datetime | None, QuerySet[OutgoingMail]]:
    """(until when these have to wait, or None: now; the rows that go together)."""
    news = OutgoingMail.objects.news().filter(lead=None, address=row.address)
    fresh = news.filter(status=Status.QUEUED, attempts=0, digest=row.digest)
    if row.digest:
        fresh = fresh.filter(due_at__lte=Now())  # the others are for the next one
    of_subscription = fresh.filter(subscription_id=row.subscription_id)

    if news.filter(status=Status.SENDING).exists():  # another worker writes to this address at this moment
        return row.clock + LOOK_AGAIN, fresh
    again_at = news.filter(status=Status.QUEUED, attempts__gt=0).aggregate(at=Max("due_at"))["at"]
    if again_at is not None:
        return max(again_at, row.clock + LOOK_AGAIN), fresh
    this_hour = list(
        news.filter(status=Status.SENT, sent_at__gt=row.clock - HOUR)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)[:HOURLY]
    )
    if len(this_hour) >= HOURLY:
        first = this_hour[-1]
        assert first is not None  # the question was for mails sent after some moment
        return first + HOUR, fresh
    if row.digest:
        return None, fresh
    told = OutgoingMail.objects.filter(subscription_id=row.subscription_id, kind=row.kind, status=Status.SENT)
    last = told.filter(sent_at__gt=row.clock - BUNDLE).aggregate(at=Max("sent_at"))["at"]
    if last is not None:
        return last + BUNDLE, of_subscription
    return None, fresh if len(this_hour) == HOURLY - 1 else of_subscription


def _asked(row: "Timed") -> tuple[datetime | None, QuerySet[OutgoingMail]]:
    """The same for questions, of which `subscription_id` names the author."""
    of_author = OutgoingMail.objects.filter(
        kind=OutgoingMail.Kind.QUESTION, subscription_id=row.subscription_id, address=row.address, lead=None
    )
    fresh = of_author.filter(status=Status.QUEUED, attempts=0)
    if of_author.filter(status=Status.SENDING).exists():
        return row.clock + LOOK_AGAIN, fresh
    again_at = of_author.filter(status=Status.QUEUED, attempts__gt=0).aggregate(at=Max("due_at"))["at"]
    if again_at is not None:
        return max(again_at, row.clock + LOOK_AGAIN), fresh
    last = of_author.filter(status=Status.SENT, sent_at__gt=row.clock - HOUR).aggregate(at=Max("sent_at"))["at"]
    return (last + HOUR if last is not None else None), fresh


TOGETHER: "dict[str, Callable[[Timed], tuple[datetime | None, QuerySet[OutgoingMail]]]]" = {
    **dict.fromkeys(OutgoingMail.NEWS, _bundled),
    OutgoingMail.Kind.QUESTION: _asked,
}  # every other kind goes at once and alone
