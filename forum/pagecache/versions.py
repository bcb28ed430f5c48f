"""What a page is made of, as numbers that rise with it. Asked for every answer, of the database that has the truth.

Connections of our own: what is asked is one statement by primary key, and what Django does around one costs more than it.
"""

import mmap
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from articles.models import Article
from forum import readonly
from forum.pagecache.routes import Route
from forum.replica import CLOCK, Clock, clock_of

MOST_IDLE = 16
SLOW_SECONDS = 0.5
REST_SECONDS = 1.0  # after a fault that took long, so that not every reader waits for the next one
SQLITE_SECONDS = 1.0
POSTGRESQL_MILLISECONDS = 750  # with what Django may take after us, less than the 6 seconds of PROMISES section E
LOOK_AT_FILE_SECONDS = 1.0
MOST_STAMPS = 20_000
WAL_INDEX_HEADER = 96  # bytes: both copies. Source: sqlite.org/walformat.html, 2.2

Stamp = tuple[Any, ...]
Discussions = tuple[int, ...]
_SUMS = "CAST(sum(editorial) AS bigint), CAST(sum(reactions) AS bigint)"
# A file of SQLite that is closed takes the process's locks on it along, those of its other connections too: see "POSIX
# advisory locks" at sqlite.org/howtocorrupt.html. So what we look at stays open.
_never_closed: list[Any] = []


class Away(Exception):
    """The database does not answer."""


class Before(NamedTuple):
    """What held before a page was made. `moment`: when time alone will change it next, by the clock; None: not soon."""

    everything: Stamp
    moment: float | None


class Versions:
    """`stamp` is for checking, `before` for making. `place` is how parameters are written, `together` what joins rows."""

    place, together = "%s", "string_agg"
    trouble: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self) -> None:
        self._idle: list[Any] = []
        self._rest_until = 0.0

    def stamp(self, discussions: Discussions | None) -> Stamp:
        """Of everything; or of what editors write and of these discussions. Raises Away."""
        raise NotImplementedError

    def stamp_of(self, before: Before, discussions: dict[int, int] | None) -> Stamp:
        """What `stamp` will say as long as nothing has changed since. `discussions`: id -> version, as they were read."""
        if discussions is None:
            return before.everything
        return (before.everything[0], sum(discussions.values()), *before.everything[2:])

    def before(self, route: Route) -> Before:
        """Raises Away. The moments: an article's publication, the end of a discussion, what leaves a list of days."""
        now = timezone.now()
        published = f"SELECT min(published_at) FROM articles_article WHERE status = '{Article.Status.PUBLISHED}'"
        selected = [
            (f"{published} AND published_at > {self.place}", now, 0),
            (f"SELECT min(closes_at) FROM articles_discussion WHERE closes_at > {self.place}", now, 0),
        ]
        if route.news_days:
            since = now - timedelta(days=route.news_days)
            selected.append((f"{published} AND published_at >= {self.place}", since, route.news_days))
        if route.talk_days:
            talked = "SELECT min(last_reaction_at) FROM articles_discussion WHERE last_reaction_at >= "
            selected.append((talked + self.place, now - timedelta(days=route.talk_days), route.talk_days))
        moments = ", ".join(f"({sql})" for sql, _, _ in selected)
        given = [connection.ops.adapt_datetimefield_value(moment) for _, moment, _ in selected]
        row = self._ask(f"SELECT {_SUMS}, {moments} FROM ops_edition", given)
        ends = [
            _aware(moment).timestamp() + days * 86_400
            for moment, (_, _, days) in zip(row[2:], selected, strict=False)
            if moment is not None
        ]
        return Before((*row[:2], *row[2 + len(selected) :]), min(ends, default=None))

    def of_each(self, discussions: Iterable[int]) -> dict[int, int]:
        """Of many discussions the version of each. Raises Away."""
        listed = ", ".join(map(str, map(int, discussions)))
        pairs = f"{self.together}(CAST(article_id AS text) || ':' || CAST(version AS text), ' ')"
        found = self._ask(
            f"SELECT {pairs} FROM articles_discussion WHERE article_id IN ({listed}) AND article_id > {self.place}",
            (0,),
        )
        return {
            int(one): int(version) for one, _, version in (pair.partition(":") for pair in (found[0] or "").split())
        }

    def clock(self) -> Clock:
        """What a replica must have for a page whose `before` was asked earlier. Empty: nothing will do."""
        return {}

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _ask(self, sql: str, given: Sequence[Any]) -> Stamp:
        """One row. A fault that took long is not tried again at once."""
        begun = time.monotonic()
        if begun < self._rest_until:
            raise Away
        try:
            return self._row(sql, given)
        except self.trouble as fault:
            if time.monotonic() - begun > SLOW_SECONDS:
                self._rest_until = time.monotonic() + REST_SECONDS
            raise Away from fault

    def _row(self, sql: str, given: Sequence[Any]) -> Stamp:
        try:
            asked = self._idle.pop()
        except IndexError:
            return self._row_of(self._connect(), sql, given)
        try:
            return self._row_of(asked, sql, given)
        except self.trouble as fault:
            if self._is_slow(fault):
                raise
            self.close()  # the server was started anew meanwhile
            return self._row_of(self._connect(), sql, given)

    def _row_of(self, asked: Any, sql: str, given: Sequence[Any]) -> Stamp:
        try:
            row = self._fetch(asked, sql, given)
        except BaseException:
            asked.close()
            raise
        if len(self._idle) < MOST_IDLE:
            self._idle.append(asked)
        else:
            asked.close()
        return row

    def _fetch(self, asked: Any, sql: str, given: Sequence[Any]) -> Stamp:
        """All rows: a cursor that is not at its end keeps SQLite reading the past."""
        rows = asked.execute(sql, given).fetchall()
        return tuple(rows[0])

    def _is_slow(self, fault: Exception) -> bool:
        """It answers, but not within the time that we have: somebody holds a lock."""
        return False

    def _connect(self) -> Any:
        raise NotImplementedError


class PostgreSQLVersions(Versions):
    """Straight through libpq: psycopg's own way to one row costs several times as much."""

    def __init__(self) -> None:
        import psycopg  # a site on SQLite has no use for it in its memory

        super().__init__()
        self._open, self.trouble = psycopg.connect, (psycopg.Error, OSError)
        self._slow = psycopg.errors.QueryCanceled
        self._state, self._cancelled = psycopg.pq.DiagnosticField.SQLSTATE, b"57014"
        self._checks: dict[int, str] = {}

    def stamp(self, discussions: Discussions | None) -> Stamp:
        if discussions is None:
            return self._ask(f"SELECT {_SUMS} FROM ops_edition", ())
        count = len(discussions)
        if count not in self._checks:
            self._checks[count] = _check([f"${n}" for n in range(1, count + 1)])
        return self._ask(self._checks[count], discussions)

    def _fetch(self, asked: Any, sql: str, given: Sequence[Any]) -> Stamp:
        if self.place in sql:  # what is asked when a page is made
            return super()._fetch(asked, sql, given)
        found = asked.pgconn.exec_params(sql.encode(), [str(number).encode() for number in given])
        if found.ntuples != 1:
            if found.error_field(self._state) == self._cancelled:
                raise self._slow
            raise OSError(found.error_message.decode(errors="replace"))
        readonly.note_states(asked.pgconn.parameter_status)
        return tuple(None if value is None else int(value) for value in (found.get_value(0, 0), found.get_value(0, 1)))

    def clock(self) -> Clock:
        try:
            rows = self._ask(
                f"SELECT array_agg(ARRAY[id, editorial, reactions]) FROM ({CLOCK}) rows WHERE id >= %s", (0,)
            )
            return clock_of(rows[0] or ())
        except Away:
            return {}

    def _connect(self) -> Any:
        parameters = connection.get_connection_params()
        ours = f"{parameters.get('options', '')} -c statement_timeout={POSTGRESQL_MILLISECONDS}"
        return self._open(**parameters | {"options": ours}, autocommit=True)

    def _is_slow(self, fault: Exception) -> bool:
        return isinstance(fault, self._slow)


class SQLiteVersions(Versions):
    """SQLite says in shared memory whether anybody stored anything: as long as that is the same, so is every answer."""

    place, together = "?", "group_concat"

    def __init__(self) -> None:
        super().__init__()
        parameters = connection.get_connection_params()
        self._path, self._uri = str(parameters["database"]), parameters["uri"]
        self._is_file = "mode=memory" not in self._path
        self._inode = self._look_at = 0.0
        self._index: Any = None  # the header of the write-ahead log's index
        self._known: tuple[bytes, dict[Any, Stamp]] = (b"", {})
        self._anchor: Any = None  # while it is open nobody removes that index

    def stamp(self, discussions: Discussions | None) -> Stamp:
        now = self._now()
        if now is None:
            return self._stamp(discussions)
        before, stamps = self._known
        if now != before or len(stamps) > MOST_STAMPS:
            stamps = {}
            self._known = (now, stamps)
        found = stamps.get(discussions)
        if found is None:  # asked after we looked: never older than what we saw
            found = stamps[discussions] = self._stamp(discussions)
        return found

    def before(self, route: Route) -> Before:
        self._now()  # which file it is
        return super().before(route)

    def _stamp(self, discussions: Discussions | None) -> Stamp:
        if discussions is None:
            return self._ask(f"SELECT {_SUMS} FROM ops_edition", ())
        return self._ask(_check(["?"] * len(discussions)), discussions)

    def _now(self) -> bytes | None:
        """What is in the index; None: ask the database itself."""
        if not self._is_file:
            return None
        moment = time.monotonic()
        if moment > self._look_at:
            self._look_at = moment + LOOK_AT_FILE_SECONDS
            self._look()
        return None if self._index is None else self._index[:WAL_INDEX_HEADER]

    def _look(self) -> None:
        """Another file may have been put in the place of the one that we have open."""
        try:
            inode = os.stat(self._path).st_ino
        except OSError:
            self._index = None
            return
        readonly.note_file(self._path)
        if inode == self._inode and self._index is not None:
            return
        self.close()
        self._index, self._known = None, (b"", {})
        try:
            anchor = self._connect()
            anchor.execute("SELECT count(*) FROM ops_edition").fetchall()
            file = os.open(f"{self._path}-shm", os.O_RDONLY)
            index = mmap.mmap(file, WAL_INDEX_HEADER, access=mmap.ACCESS_READ)
        except (OSError, ValueError, sqlite3.Error):
            return  # no write-ahead log: every answer is asked for
        _never_closed.extend((anchor, file, index))
        self._inode, self._anchor, self._index = inode, anchor, index

    def _ask(self, sql: str, given: Sequence[Any]) -> Stamp:
        return (*super()._ask(sql, given), self._inode)

    def _connect(self) -> Any:
        return sqlite3.connect(
            self._path, timeout=SQLITE_SECONDS, isolation_level=None, check_same_thread=False, uri=self._uri
        )


def versions() -> Versions:
    return PostgreSQLVersions() if connection.vendor == "postgresql" else SQLiteVersions()


def _check(places: Sequence[str]) -> str:
    of_discussions = f"SELECT sum(version) FROM articles_discussion WHERE article_id IN ({', '.join(places)})"
    return f"SELECT CAST(sum(editorial) AS bigint), CAST(({of_discussions}) AS bigint) FROM ops_edition"


def _aware(moment: Any) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
