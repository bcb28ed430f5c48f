"""How fast reactions come in (PROMISES P19): from one client, counted exactly; over the whole site, roughly.

Counted in the table itself, so it is right with any number of nodes and without a cache. What editors and authors say does not count.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from forum.spam.limits import HOUR, MINUTE, Limit, furthest, wait_before_next

HURRIED_SHARE = (2, 3)  # of what is allowed in an hour; above it a reaction is held until its browser did a sum


def is_limited() -> bool:
    return bool(furthest(_limits())[0])


def of_client(keys: Sequence[str], *, now: datetime) -> list[datetime]:
    """The moments of this client's latest reactions, newest first, as many as the limits ask for; one index, at most 30 rows.

    Written out, as the next one is: a post asks three times, and building three querysets takes longer than the answers.
    """
    most, within = furthest(_limits())
    if not keys or not most:
        return []
    marks = ", ".join(["%s"] * len(keys))
    return _moments(
        f"SELECT created_at FROM reactions_reaction WHERE client_key IN ({marks}) AND NOT (client_key = '')"  # noqa: S608  (marks)
        " AND NOT by_author AND NOT by_editors AND created_at > %s ORDER BY created_at DESC LIMIT %s",
        [*keys, _since(now - within), most],
    )


def wait_of_client(moments: Sequence[datetime], *, now: datetime) -> timedelta:
    """How long it must wait before its next reaction; zero when it need not."""
    return wait_before_next(moments, _limits(), now=now)


def is_hurried(moments: Sequence[datetime], *, now: datetime) -> bool:
    """Allowed, but more in one hour than people usually write."""
    share, of = HURRIED_SHARE
    lately = sum(moment > now - HOUR for moment in moments)
    return bool(settings.LIMIT_PER_HOUR) and lately * of >= settings.LIMIT_PER_HOUR * share


def is_site_busy(*, now: datetime) -> bool:
    """More reactions within a minute than the site is used to."""
    most = settings.REACTIONS_PER_MINUTE
    if not most:
        return False
    return bool(
        _moments(
            "SELECT created_at FROM reactions_reaction WHERE NOT (client_key = '') AND created_at > %s"
            " ORDER BY created_at LIMIT 1 OFFSET %s",
            [_since(now - MINUTE), most - 1],
        )
    )


def _moments(sql: str, params: list[Any]) -> list[datetime]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = [moment for (moment,) in cursor.fetchall()]
    if connection.vendor == "sqlite":  # which keeps them in UTC, and does not say so
        return [moment.replace(tzinfo=UTC) for moment in found]
    return found


def _since(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _limits() -> tuple[Limit, Limit]:
    return Limit(settings.LIMIT_PER_MINUTE, MINUTE), Limit(settings.LIMIT_PER_HOUR, HOUR)
