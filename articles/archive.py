"""Which months have how many articles. Bounded by one year's articles, however old the site is."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone

from articles.models import Article, ArticleQuerySet

POSSIBLE_YEARS = range(1900, 3000)  # databases and time zones disagree about what lies further


@dataclass(frozen=True)
class Month:
    first_day: date
    articles: int


@dataclass(frozen=True)
class Year:
    """`years`: all from the newest to the first of the site; `months` with an article, newest first."""

    number: int
    years: list[int]
    months: list[Month]


def year_of_articles(number: int | None = None) -> Year | None:
    """Of this year, None: of the newest. None when the site has no such year. Three small queries."""
    public = Article.objects.published().order_by()
    ends = public.newest_first().values_list("published_at", flat=True)
    first, last = ends.reverse().first(), ends.first()
    if first is None or last is None:
        return None
    years = list(range(timezone.localtime(last).year, timezone.localtime(first).year - 1, -1))
    number = years[0] if number is None else number
    if number not in years:
        return None
    inside = {month: _between(*bounds(number, month)) for month in range(12, 0, -1)}
    whole_year = _between(bounds(number, 1)[0], bounds(number, 12)[1])
    counts = {f"month_{month}": Count("pk", filter=within) for month, within in inside.items()}
    found = public.filter(whole_year).aggregate(**counts)
    months = [Month(date(number, month, 1), found[f"month_{month}"]) for month in inside]
    return Year(number, years, [month for month in months if month.articles])


def articles_of(year: int, month: int) -> ArticleQuerySet:
    if year not in POSSIBLE_YEARS:
        return Article.objects.none()
    return Article.objects.published().filter(_between(*bounds(year, month)))


def _between(start: datetime, end: datetime) -> Q:
    return Q(published_at__gte=start, published_at__lt=end)


def bounds(year: int, month: int) -> tuple[datetime, datetime]:
    """First moment of a month and of the next, in the time of the site."""
    here = timezone.get_current_timezone()
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=here), datetime(*after, 1, tzinfo=here)
