"""What an editor wants to know about an article: counted in the database out of what readers posted. Nobody is followed.

Every query is bounded, also under an article with a million reactions: of the days the newest COUNTED reactions, of the
waiting times the newest SAMPLE conversations and questions. The page says so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from articles.models import Article, ArticleQuerySet, Discussion
from forum.reactions.models import Reaction, ReactionQuerySet
from forum.subscriptions.models import Subscription

DAYS = 60
COUNTED = 10_000
QUEUE = 10_000
SAMPLE = 200
OVERVIEW_DAYS = 30
OVERVIEW_ROWS = 50
Status = Reaction.Status


@dataclass(frozen=True)
class Waiting:
    """How long it took until something was answered. `median` is None when nothing was."""

    asked: int
    answered: int
    median: timedelta | None


@dataclass(frozen=True)
class Numbers:
    days: list[tuple[date, int]]  # oldest first, DAYS of them, also those without reactions
    openings: Waiting
    questions: Waiting
    followers: int
    by_status: dict[str, int]
    held: int

    @property
    def total(self) -> int:
        return sum(count for _, count in self.days)

    @property
    def is_cut(self) -> bool:
        return self.total >= COUNTED

    @property
    def busy_days(self) -> list[tuple[date, int]]:
        return [day for day in self.days if day[1]]

    @property
    def busiest(self) -> tuple[date, int]:
        return max(self.days, key=lambda day: (day[1], day[0]))


def numbers_of(article: Article) -> Numbers:
    """Six queries, whatever the article."""
    reactions = Reaction.objects.filter(article=article)
    by_status = dict(reactions.decided().order_by().values_list("status").annotate(Count("pk")))
    return Numbers(
        days=_per_day(reactions),
        openings=_openings(reactions),
        questions=_questions(reactions),
        followers=Subscription.objects.active().filter(article=article).count(),
        by_status={status: by_status.get(status, 0) for status in Status.values},
        held=held_by_article().get(article.pk, 0),
    )


def held_by_article() -> dict[int, int]:
    """Of the first QUEUE that wait. Asked for one article, or to group, SQLite walks through all reactions instead."""
    return Counter(Reaction.objects.held().order_by("pk").values_list("article", flat=True)[:QUEUE])


def _per_day(reactions: ReactionQuerySet) -> list[tuple[date, int]]:
    today = timezone.localdate()
    first = today - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, time.min))
    published = reactions.filter(status=Status.PUBLISHED)
    lately = published.filter(published_at__gte=since).order_by("-published_at")
    oldest_counted = Subquery(lately.values("published_at")[COUNTED - 1 : COUNTED])
    newest = published.filter(published_at__gte=Coalesce(oldest_counted, Value(since)))  # one bound: SQLite uses one
    counted = dict(newest.annotate(day=TruncDate("published_at")).order_by().values_list("day").annotate(Count("pk")))
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return [(day, counted.get(day, 0)) for day in days]


def _openings(reactions: ReactionQuerySet) -> Waiting:
    """Until somebody, whoever it was, reacted in a conversation."""
    replies = reactions.shown().filter(thread_no=OuterRef("thread_no"), reply_no__gt=0, status=Status.PUBLISHED)
    first = replies.order_by("reply_no").values("published_at")[:1]
    openings = reactions.shown().filter(parent__isnull=True, status=Status.PUBLISHED).order_by("-thread_no")
    return _waiting(list(openings.values_list("published_at", Subquery(first))[:SAMPLE]))


def _questions(reactions: ReactionQuerySet) -> Waiting:
    asked = reactions.questions().order_by("-pk")
    return _waiting(list(asked.values_list("published_at", "answered_by__published_at")[:SAMPLE]))


def _waiting(moments: Sequence[tuple[datetime | None, datetime | None]]) -> Waiting:
    times = [answered - asked for asked, answered in moments if asked and answered]
    middle = median(one.total_seconds() for one in times) if times else None
    return Waiting(len(moments), len(times), None if middle is None else timedelta(seconds=max(0, middle)))


@dataclass(frozen=True)
class Row:
    """An article in the overview."""

    discussion: Discussion
    held: int

    @property
    def open_questions(self) -> int:
        return self.discussion.questions - self.discussion.answered


def overview(articles: ArticleQuerySet) -> list[Row]:
    """Of these articles the ones with most reactions, among those that somebody reacted to lately. Two queries."""
    since = timezone.now() - timedelta(days=OVERVIEW_DAYS)
    talked = Discussion.objects.talked_about_since(since).filter(article__in=articles.values("pk"))
    discussions = list(talked.defer("article__body", "article__body_html")[:OVERVIEW_ROWS])
    held = held_by_article()
    return [Row(one, held.get(one.pk, 0)) for one in discussions]
