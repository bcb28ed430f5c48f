"""The counts of a year, for the public page. Nothing in them is about a person. Kept for a quarter of an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone

from forum.moderation.models import TOOK_AWAY, Appeal, Decision, What
from forum.reactions.grounds import Ground
from forum.reports.actions import YearOfReports
from forum.reports.actions import counts_of_year as reports_of_year

KEPT_SECONDS = 15 * 60


@dataclass(frozen=True)
class YearOfDecisions:
    year: int
    reports: YearOfReports
    published: int  # after waiting
    kept: int  # reported, and left as it was
    restored: int
    refused: int
    removed: int
    spam: int
    hidden: int  # by itself
    by_ground: list[tuple[str, int]]  # of what was refused or removed by people, every ground
    human: int
    automatic: int
    median_waiting: timedelta | None  # from posting, or the first report, to the decision
    appeals: int
    upheld: int
    rejected: int
    median_appeal: timedelta | None

    @property
    def anything(self) -> bool:
        return bool(self.human or self.automatic or self.reports.filed or self.appeals)


def first_year() -> int:
    """Of the log; this year while it is empty."""
    moment = Decision.objects.order_by("made_at").values_list("made_at", flat=True).first()
    return timezone.localtime(moment or timezone.now()).year


def counts_of_year(year: int) -> YearOfDecisions:
    key = f"moderation-counts:{year}"
    known: YearOfDecisions | None = cache.get(key)
    if known is None:
        known = _count(year)
        cache.set(key, known, KEPT_SECONDS)
    return known


def _count(year: int) -> YearOfDecisions:
    zone = timezone.get_default_timezone()
    begin, end = (datetime(y, 1, 1, tzinfo=zone) for y in (year, year + 1))
    made = Decision.objects.filter(made_at__gte=begin, made_at__lt=end)
    valid = made.exclude(Q(what=What.UNDO) | Q(later__what=What.UNDO))
    n: dict[str, int] = dict(valid.values_list("what").annotate(n=Count("pk", distinct=True)).order_by())
    people = valid.filter(by__isnull=False)
    grounds = people.filter(what__in=(What.REFUSE, What.REMOVE)).values_list("ground").annotate(n=Count("pk"))
    found = dict(grounds.order_by())
    filed = Appeal.objects.filter(made_at__gte=begin, made_at__lt=end)
    took = ExpressionWrapper(F("handled_at") - F("made_at"), output_field=DurationField())
    states: dict[str, int] = dict(filed.values_list("state").annotate(n=Count("pk")).order_by())
    decided = people.filter(what__in=(*TOOK_AWAY, What.PUBLISH, What.KEEP, What.RESTORE), waited__isnull=False)
    return YearOfDecisions(
        year=year,
        reports=reports_of_year(year),
        published=n.get(What.PUBLISH, 0),
        kept=n.get(What.KEEP, 0),
        restored=n.get(What.RESTORE, 0),
        refused=n.get(What.REFUSE, 0),
        removed=n.get(What.REMOVE, 0),
        spam=n.get(What.SPAM, 0),
        hidden=n.get(What.HIDE, 0),
        by_ground=[(ground.value, found.get(ground.value, 0)) for ground in Ground],
        human=people.count(),
        automatic=valid.filter(by=None).count(),
        median_waiting=_median(decided, "waited"),
        appeals=filed.count(),
        upheld=states.get(Appeal.State.UPHELD, 0),
        rejected=states.get(Appeal.State.REJECTED, 0),
        median_appeal=_median(filed.filter(handled_at__isnull=False).annotate(took=took), "took"),
    )


def _median(rows: QuerySet[Any], duration: str) -> timedelta | None:
    count = rows.count()
    found = rows.order_by(duration).values_list(duration, flat=True)
    middle = list(found[(count - 1) // 2 : count // 2 + 1]) if count else []
    return sum(middle, timedelta()) / len(middle) if middle else None
