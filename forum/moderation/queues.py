"""What lies on the desk, in the order in which it is to be done, and what was done. Every list is bounded."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Min, Q

from forum.moderation.actions import Seen
from forum.moderation.actions.preferring import Waiting
from forum.moderation.models import Appeal, Decision, What
from forum.reactions.grounds import Ground
from forum.reactions.models import Reaction, ReactionQuerySet
from forum.reports.models import Report

PER_PAGE = 50
COUNTED = 1_000  # more than this is said to be more than this
REPORTS_READ = 500  # open ones, the most urgent, to be put together by reaction
SEARCHED = 5_000  # newest waiting and decided ones that are read for words; published ones have an index
Status = Reaction.Status


class Counts(NamedTuple):
    waiting: int
    reported: int
    appeals: int


class Row(NamedTuple):
    reaction: Reaction
    seen: Seen


@dataclass(frozen=True)
class Queue:
    """One page. `following`: the cursor of the next, None at the end."""

    rows: list[Row]
    following: int | None = None


@dataclass(frozen=True)
class Reported:
    """A reaction with what was said of it."""

    reaction: Reaction
    reports: list[Report]

    @property
    def due_at(self) -> datetime:
        return min(report.due_at for report in self.reports)

    @property
    def is_first(self) -> bool:
        return any(report.priority == Report.Priority.FIRST for report in self.reports)


def counts() -> Counts:
    return Counts(
        waiting=Reaction.objects.held().order_by("pk")[:COUNTED].count(),
        reported=Report.objects.open().values("reaction").distinct()[:COUNTED].count(),
        appeals=Appeal.objects.open()[:COUNTED].count(),
    )


def light() -> ReactionQuerySet:
    """What a list shows, without the texts of articles."""
    return Reaction.objects.select_related("article").defer("html", "article__body", "article__body_html")


def waiting(after: int = 0) -> Queue:
    """Oldest first."""
    found = list(light().held().filter(pk__gt=after).order_by("pk")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    made = Decision.objects.filter(reaction__in=shown, by__isnull=False).order_by()
    last = dict(made.values_list("reaction").annotate(last=Max("pk")))
    rows = [Row(one, Seen(one.status, one.edited_at, last.get(one.pk, 0))) for one in shown]
    return Queue(rows, shown[-1].pk if len(found) > PER_PAGE else None)


def oldest_wait() -> datetime | None:
    first = Reaction.objects.held().order_by("pk").first()
    return (first.hidden_at or first.created_at) if first else None


def reported() -> list[Reported]:
    """Threats, personal details and what may be against the law first; then by when it is to be decided."""
    found: dict[int, list[Report]] = {}
    for report in Report.objects.open().urgent_first()[:REPORTS_READ]:
        found.setdefault(report.reaction_id, []).append(report)
    rows = light().in_bulk(list(found)[:PER_PAGE])
    return [Reported(rows[pk], reports) for pk, reports in found.items() if pk in rows]


def next_waiting(after: int) -> int | None:
    held = Reaction.objects.held().order_by("pk").values_list("pk", flat=True)
    following = held.filter(pk__gt=after).first()
    return following if following is not None else held.exclude(pk=after).first()


def previous_waiting(before: int) -> int | None:
    return Reaction.objects.held().filter(pk__lt=before).order_by("-pk").values_list("pk", flat=True).first()


def around_reported(pk: int) -> tuple[int | None, int | None]:
    """(the one before, the one after) among what was reported; after the last comes the first."""
    order = list(dict.fromkeys(Report.objects.open().urgent_first().values_list("reaction", flat=True)[:REPORTS_READ]))
    if pk not in order:
        return None, order[0] if order else None
    at = order.index(pk)
    following = order[at + 1] if at + 1 < len(order) else next((one for one in order if one != pk), None)
    return order[at - 1] if at else None, following


def what_waits() -> Waiting:
    """For the mail to moderators; four small questions."""
    held = Reaction.objects.held().aggregate(newest=Max("pk"), first=Min("pk"))
    return Waiting(
        reaction=held["newest"] or 0,
        report=Report.objects.open().aggregate(newest=Max("pk"))["newest"] or 0,
        appeal=Appeal.objects.open().aggregate(newest=Max("pk"))["newest"] or 0,
        first=held["first"] or 0,
    )


def first_after(told: int) -> int:
    """The oldest waiting reaction that a moderator was not told of yet; 0 for none."""
    return Reaction.objects.held().filter(pk__gt=told).aggregate(first=Min("pk"))["first"] or 0


@dataclass(frozen=True)
class Log:
    rows: list[Decision]
    before: int | None


def log(*, what: str = "", ground: str = "", by: str = "", before: int | None = None) -> Log:
    """The newest first. `by`: the number of one of the staff, or "auto"."""
    rows = Decision.objects.select_related("reaction__article", "by", "exhibit").defer(
        "reaction__html", "reaction__body", "reaction__article__body", "reaction__article__body_html"
    )
    if what in What.values:
        rows = rows.filter(what=what)
    if ground in Ground.values:
        rows = rows.filter(ground=ground)
    if by == "auto":
        rows = rows.filter(by=None)
    elif by.isascii() and by.isdigit() and len(by) < 10:
        rows = rows.filter(by=int(by))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PER_PAGE + 1])
    return Log(found[:PER_PAGE], found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None)


def appeals(*, is_open: bool) -> list[Appeal]:
    rows = Appeal.objects.select_related("decision__reaction__article", "decision__by", "handled_by").defer(
        "decision__reaction__html", "decision__reaction__article__body", "decision__reaction__article__body_html"
    )
    if is_open:
        return list(rows.open().order_by("pk")[:PER_PAGE])
    return list(rows.exclude(state=Appeal.State.OPEN).order_by("-pk")[:PER_PAGE])


def unpublished_with(words: list[str], *, state: str) -> list[Reaction]:
    """Those that hold all the words, among the newest that readers do not see."""
    states = [state] if state else [one for one in Status.values if one != Status.PUBLISHED]
    newest = Reaction.objects.filter(status__in=states).order_by("-pk").values("pk")[:SEARCHED]
    rows = light().filter(pk__in=newest)
    for word in words:
        rows = rows.filter(Q(body__icontains=word) | Q(name__icontains=word) | Q(website__icontains=word))
    return list(rows.order_by("-pk")[:PER_PAGE])
