"""Reading from a copy of the database (DATABASE_REPLICA_URL): only while a page for anybody is made, and only from a copy that
has everything that the page must show. All else is the primary's: posts, the staff, what belongs to one reader.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

log = logging.getLogger(__name__)

ALIAS = "replica"
REST_SECONDS = 5.0  # after a fault; not every page waits for a copy that is away
# Each row's number rises under that row's lock, so in the order in which the copy hears of it: who has a row's number has all that
# was stored before. The sum would not say so: another transaction may have raised it as much.
CLOCK = "SELECT id, editorial, reactions FROM ops_edition"
Clock = dict[int, tuple[int, int]]


class Reading:
    """One page that is being made. Whether the copy has what it needs is asked by the first who reads."""

    rest_until: ClassVar[float] = 0.0

    def __init__(self, clock: Callable[[], Clock]) -> None:
        self._clock = clock
        self._is_new_enough: bool | None = None

    def has_replica(self) -> bool:
        if self._is_new_enough is None:
            self._is_new_enough = False  # also for who reads while we ask
            self._is_new_enough = self._asked()
        return self._is_new_enough

    @property
    def was_used(self) -> bool:
        return bool(self._is_new_enough)

    def _asked(self) -> bool:
        if time.monotonic() < Reading.rest_until:
            return False
        try:
            wanted = self._clock()
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(CLOCK)
                there = clock_of(cursor.fetchall())
        except (DatabaseError, InterfaceError) as fault:
            self.failed(type(fault).__name__)
            return False
        return bool(wanted) and all(
            row in there and there[row][0] >= editorial and there[row][1] >= reactions
            for row, (editorial, reactions) in wanted.items()
        )

    def failed(self, why: str) -> None:
        log.warning("The replica is not read from for a while: %s", why)
        Reading.rest_until = time.monotonic() + REST_SECONDS


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


def clock_of(rows: Any) -> Clock:
    return {int(number): (int(editorial), int(reactions)) for number, editorial, reactions in rows}


def is_set_up() -> bool:
    return ALIAS in settings.DATABASES


@contextmanager
def reading(clock: Callable[[], Clock]) -> Iterator[Reading]:
    """While a page is made that must show what `clock` says."""
    page = Reading(clock)
    before = _reading.set(page)
    try:
        yield page
    finally:
        _reading.reset(before)


class Router:
    """Django asks it where to read and where to write."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        page = _reading.get()
        return ALIAS if page is not None and page.has_replica() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool:
        return alias != ALIAS
