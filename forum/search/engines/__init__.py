"""One way to look, two databases to look in. An engine finds ids, newest first; ranking and showing are the same for both.

The index lives in the database and is kept by triggers, so every way to write keeps it: actions, the admin, bulk updates,
somebody's own SQL. It holds published reactions and articles only. Whether their article is public now is asked when they
are looked for. Nothing in it is its own: `install` and `fill` make it again at any time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.db import connection

from articles.models import Article, ArticleQuerySet
from forum.search.words import Query

BATCH = 2_000  # rows that `fill` takes in one transaction
MOST_ARTICLES = (
    1_000  # of a section or an author that are named one by one; a larger part of the site is met soon enough
)
MOST_DAYS, MOST_MONTHS = 9, 40


@dataclass(frozen=True)
class Filters:
    section_id: int | None = None
    author_id: int | None = None
    since: datetime | None = None
    only_authors: bool = False

    @property
    def names_articles(self) -> bool:
        return self.section_id is not None or self.author_id is not None

    def public_articles(self) -> ArticleQuerySet:
        """Those that everybody may read now, in this section, by this author. The period is about what is found itself."""
        public = Article.objects.published()
        if self.section_id is not None:
            public = public.filter(section=self.section_id)
        if self.author_id is not None:
            public = public.filter(bylines__author=self.author_id)
        return public

    def articles_with_reactions(self) -> ArticleQuerySet:
        return self.public_articles().filter(discussion__visible__gt=0)

    def periods(self, now: datetime) -> list[str]:
        """Days ("d20261126") or months ("m202611"), in UTC, that together hold all since `since`; [] for too many."""
        if self.since is None or self.since > now:
            return []
        first, last = self.since.astimezone(UTC).date(), now.astimezone(UTC).date()
        days = (last - first).days + 1
        if days <= MOST_DAYS:
            return [f"d{first + timedelta(days=n):%Y%m%d}" for n in range(days)]
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [f"m{month // 12}{month % 12 + 1:02}" for month in months] if len(months) <= MOST_MONTHS else []


class Engine(Protocol):
    def install(self) -> None:
        """Make the index, empty, and the triggers that keep it from now on; what was there is dropped."""

    def uninstall(self) -> None: ...

    def is_installed(self) -> bool:
        """Are all triggers there? On SQLite a migration that lays a table anew takes its triggers away."""

    def fill(self, first: int, last: int, *, kind: str) -> None:
        """Take in the "articles" or "reactions" with these ids that are not in it yet; in one transaction."""

    def tidy(self) -> None:
        """What makes a freshly filled index quick."""

    def newest_articles(self, query: Query, filters: Filters, *, limit: int, by_field: bool) -> list[int]:
        """Newest first. `by_field`: those with all words in the title, then in title and lead, then all; ids occur again."""

    def newest_reactions(self, query: Query, filters: Filters, *, limit: int) -> list[int]:
        """Newest first; what only begins like the last word comes behind, and only when the others are few; ids occur again."""


def engine() -> Engine:
    if connection.vendor == "postgresql":
        from forum.search.engines.postgresql import PostgreSQL

        return PostgreSQL()
    from forum.search.engines.sqlite import SQLite

    return SQLite()
