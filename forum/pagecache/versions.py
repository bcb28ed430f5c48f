"""What a page is made of, as numbers that rise with it. Asked for every answer, of the database that has the truth.

Connections of our own: what is asked is one statement by primary key, and what Django does around one costs more than it.
"""

import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from os import stat
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from articles.models import Article
from forum.pagecache.routes import Route

MOST_IDLE = 16
SLOW_SECONDS = 0.5
REST_SECONDS = 1.0  # after a fault that took long, so that not every reader waits for the next one
SQLITE_SECONDS = 1.0

Stamp = tuple[Any, ...]
_BIG = "CAST({} AS bigint)"
_SUMS = f"{_BIG.format('sum(editorial)')}, {_BIG.format('sum(reactions)')}"


class Away(Exception):
    """The database does not answer."""


class Before(NamedTuple):
    """What held before a page was made. `moment`: when time alone will change it next, by the clock; None: not soon."""

    editorial: int | None
    reactions: int | None
    moment: float | None


class Versions:
    """`stamp` is for checking, `before` for making."""

    def __init__(self) -> None:
        self._vendor = connection.vendor
        self._idle: list[Any] = []
        self._rest_until = 0.0
        self._checks: dict[int, str] = {}
        self._is_file = self._vendor == "sqlite" and "mode=memory" not in str(connection.settings_dict["NAME"])
        self._path = str(connection.settings_dict["NAME"]) if self._is_file else ""
        self._inode = 0

    def stamp(self, discussions: Sequence[int] | None) -> Stamp:
        """Of everything; or of what editors write and of these discussions. Raises Away."""
        if discussions is None:
            return self._ask(f"SELECT {_SUMS} FROM ops_edition", ())
        count = len(discussions)
        if count not in self._checks:
            ids = ", ".join(["?" if self._vendor == "sqlite" else "%s"] * count)
            of_discussions = f"SELECT {_BIG.format('sum(version)')} FROM articles_discussion WHERE article_id IN ({ids})"
            self._checks[count] = f"SELECT {_BIG.format('sum(editorial)')}, ({of_discussions}) FROM ops_edition"
        return self._ask(self._checks[count], discussions)

    def stamp_of(self, before: Before, discussions: dict[int, int] | None) -> Stamp:
        """What `stamp` will say as long as nothing has changed since. `discussions`: id -> version, as they were read."""
        own = (self._inode,) if self._is_file else ()
        return (before.editorial, before.reactions if discussions is None else sum(discussions.values()), *own)

    def before(self, route: Route) -> Before:
        """Raises Away. The moments: an article's publication, the end of a discussion, what leaves a list of days."""
        now = timezone.now()
        published = "SELECT min(published_at) FROM articles_article WHERE status = '{}' AND published_at {} ?"
        selected = [
            (published.format(Article.Status.PUBLISHED, ">"), now, 0),
            ("SELECT min(closes_at) FROM articles_discussion WHERE closes_at > ?", now, 0),
        ]
        if route.news_days:
            since = now - timedelta(days=route.news_days)
            selected.append((published.format(Article.Status.PUBLISHED, ">="), since, route.news_days))
        if route.talk_days:
            talked = "SELECT min(last_reaction_at) FROM articles_discussion WHERE last_reaction_at >= ?"
            selected.append((talked, now - timedelta(days=route.talk_days), route.talk_days))
        moments = ", ".join(f"({sql})" for sql, _, _ in selected)
        asked = f"SELECT {_SUMS}, {moments} FROM ops_edition"
        given = [moment for _, moment, _ in selected]
        if self._vendor == "sqlite":
            given = [connection.ops.adapt_datetimefield_value(moment) for moment in given]
        else:
            asked = asked.replace("?", "%s")
        editorial, reactions, *found = self._ask(asked, given)
        ends = [
            _aware(moment).timestamp() + days * 86_400
            for moment, (_, _, days) in zip(found, selected, strict=False)
            if moment is not None
        ]
        return Before(editorial, reactions, min(ends, default=None))

    def _ask(self, sql: str, given: Sequence[Any]) -> Stamp:
        if self._rest_until and time.monotonic() < self._rest_until:
            raise Away
        begun = time.monotonic()
        try:
            mark: tuple[int, ...] = ()
            if self._is_file:  # a file that was put in place of the one we have open
                inode = stat(self._path).st_ino
                if inode != self._inode:
                    self._idle, self._inode = [], inode
                mark = (inode,)
            row = self._row(sql, given)
        except (connection.Database.Error, OSError) as fault:
            if time.monotonic() - begun > SLOW_SECONDS:
                self._rest_until = time.monotonic() + REST_SECONDS
            raise Away from fault
        self._rest_until = 0.0
        return (*row, *mark)

    def _row(self, sql: str, given: Sequence[Any]) -> Stamp:
        try:
            asked = self._idle.pop()
        except IndexError:
            return self._row_of(self._connect(), sql, given)
        try:
            return self._row_of(asked, sql, given)
        except connection.Database.Error:  # the server was started anew meanwhile
            self._idle = []
            return self._row_of(self._connect(), sql, given)

    def _row_of(self, asked: Any, sql: str, given: Sequence[Any]) -> Stamp:
        try:
            rows = asked.execute(sql, given).fetchall()  # all: a cursor that is not at its end keeps SQLite reading the past
        except BaseException:
            asked.close()
            raise
        if len(self._idle) < MOST_IDLE:
            self._idle.append(asked)
        else:
            asked.close()
        return rows[0]

    def _connect(self) -> Any:
        parameters = connection.get_connection_params()
        if self._vendor == "sqlite":
            return sqlite3.connect(
                parameters["database"],
                timeout=SQLITE_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                uri=parameters.get("uri", False),
            )
        return connection.Database.connect(**parameters, autocommit=True)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


def _aware(moment: Any) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
