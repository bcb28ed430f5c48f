"""What became of every mail, as an administrator sees it (PROMISES P25). No address is here: a mail goes to "address 12".

Every query is bounded, also over millions of mails: a page is read along an index that holds the filter and the order
(forum.outbox.models), and a state is counted up to COUNTED.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from forum.accounts.people import name_of
from forum.converters import number_in_query
from forum.desk.mailing import CHANGES, told
from forum.outbox.bounces import POLICY
from forum.outbox.models import FINAL, Address, Bounce, OutgoingMail

PER_PAGE = 50
COUNTED = 1_000
SHOWN = 100  # of what belongs to one mail or one address
Status = OutgoingMail.Status
PERIODS = {
    "1": _("the last 24 hours"),
    "7": _("the last 7 days"),
    "30": _("the last 30 days"),
    "": _("all that is kept"),
}
STATES = {  # as the heads of the list say it; what asks for attention first
    Status.FAILED: _("Failed"),
    Status.QUEUED: _("Queued"),
    Status.SENDING: _("Being sent"),
    Status.SENT: _("Sent"),
    Status.SUPPRESSED: _("Suppressed"),
    Status.CANCELLED: _("Cancelled"),
}


@dataclass(frozen=True)
class Asked:
    """What is to be seen; anything that is not in our lists is the first of them."""

    state: str
    kind: str  # "" for all
    days: str

    @classmethod
    def by(cls, query: QueryDict) -> "Asked":
        state, kind, days = (query.get(name, "") for name in ("state", "kind", "days"))
        return cls(
            state=state if state in STATES else next(iter(STATES)),
            kind=kind if kind in OutgoingMail.Kind.values else "",
            days=days if days in PERIODS else "",
        )

    def mails(self, now: datetime, state: str = "") -> QuerySet[OutgoingMail]:
        state = state or self.state
        found = OutgoingMail.objects.filter(status=state)
        if state not in FINAL:
            found = found.filter(lead=None)
        if self.kind:
            found = found.filter(kind=self.kind)
        return found.filter(created_at__gte=now - timedelta(days=int(self.days))) if self.days else found

    def address(self, **changes: str) -> str:
        values = {"state": self.state, "kind": self.kind, "days": self.days, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Page:
    """`beyond` is the cursor of the next page, "" at the end."""

    rows: list[Any]
    beyond: str


def states(asked: Asked, now: datetime) -> list[dict[str, Any]]:
    """One query for each state, of at most COUNTED rows of an index."""
    found = []
    for state, label in STATES.items():
        count = asked.mails(now, state)[: COUNTED + 1].count()
        shown = f"{COUNTED}+" if count > COUNTED else str(count)
        found.append({"value": state, "label": label, "count": shown, "address": asked.address(state=state)})
    return found


def waiting_since() -> datetime | None:
    """When the mail that has waited longest should have left; None when every mail is in time."""
    due = OutgoingMail.objects.filter(status=Status.QUEUED, lead=None, due_at__lte=timezone.now())
    return due.order_by("due_at", "pk").values_list("due_at", flat=True).first()


def refused_by_policy(now: datetime) -> int:
    """In the last 24 hours: that is about us, and no reader can help it. At most COUNTED."""
    lately = Bounce.objects.filter(at__gte=now - timedelta(days=1), status__startswith=POLICY)
    return lately[:COUNTED].count()


def page_of_mails(asked: Asked, now: datetime, beyond: str) -> Page:
    """What waits or is under way: the first to leave first, without what goes along in another. The rest: newest first."""
    order = {Status.QUEUED: "due_at", Status.SENDING: "lease_until"}.get(Status(asked.state), "-created_at")
    return _page(asked.mails(now), order, beyond)


def page_to_address(address: Address, beyond: str) -> Page:
    return _page(OutgoingMail.objects.filter(address=address), "-created_at", beyond)


def page_of_suppressed(beyond: str) -> Page:
    return _page(Address.objects.filter(suppressed_at__isnull=False), "-suppressed_at", beyond)


def bundled_with(mail: OutgoingMail) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(lead=mail).order_by("pk")[:SHOWN])


def bounces_of(subject: Model) -> list[Bounce]:
    """Of a mail or an address, the newest first."""
    kept = Bounce.objects.filter(**{"address" if isinstance(subject, Address) else "mail": subject.pk})
    return list(kept.order_by("-at", "-pk")[:SHOWN])


def changes_of(address: Address) -> list[dict[str, Any]]:
    """What the staff decided about it, the newest first."""
    kind = ContentType.objects.get_for_model(Address)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(address.pk)).select_related("user")
    found = []
    for entry in entries.order_by("-pk")[:SHOWN]:
        what, reason = told(entry)
        if what in CHANGES:
            found.append({"at": entry.action_time, "by": name_of(entry.user), "what": CHANGES[what], "reason": reason})
    return found


def _page(found: QuerySet[Any], order: str, beyond: str) -> Page:
    """By keyset along one moment of the rows, so that what happens meanwhile makes nothing appear twice."""
    moment, falling = order.removeprefix("-"), order.startswith("-")
    at, behind = _read(beyond)
    if at is not None:
        further = "lt" if falling else "gt"
        found = found.filter(**{f"{moment}__{further}e": at})  # one bound for the index, then the exact one
        found = found.filter(Q(**{f"{moment}__{further}": at}) | Q(**{f"pk__{further}": behind}))
    rows = list(found.order_by(order, "-pk" if falling else "pk")[: PER_PAGE + 1])
    if len(rows) <= PER_PAGE:
        return Page(rows, "")
    last = rows[PER_PAGE - 1]
    return Page(rows[:PER_PAGE], _cursor(getattr(last, moment), last.pk))


def _cursor(at: datetime, pk: int) -> str:
    return f"{int(at.replace(microsecond=0).timestamp()) * 10**6 + at.microsecond}-{pk}"


def _read(cursor: str) -> tuple[datetime | None, int]:
    micros, _, pk = cursor.partition("-")
    at, behind = number_in_query(micros), number_in_query(pk)
    if at is None or behind is None or at >= 10**17:
        return None, 0
    return datetime.fromtimestamp(at // 10**6, UTC).replace(microsecond=at % 10**6), behind
