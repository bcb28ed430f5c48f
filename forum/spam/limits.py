"""How often one client may do a thing, the arithmetic only: moments in, a wait out. The rooms above know their rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Limit(NamedTuple):
    most: int  # 0: no limit
    within: timedelta


def furthest(limits: Sequence[Limit]) -> tuple[int, timedelta]:
    """How many moments to look at, and how far back, to know whether one of the limits is reached; (0, 0) for none."""
    real = [limit for limit in limits if limit.most]
    return max((limit.most for limit in real), default=0), max((limit.within for limit in real), default=timedelta())


def wait_before_next(moments: Sequence[datetime], limits: Sequence[Limit], *, now: datetime) -> timedelta:
    """`moments` of what was done, newest first. Zero when it may be done now."""
    waits = [
        moments[limit.most - 1] + limit.within - now for limit in limits if limit.most and len(moments) >= limit.most
    ]
    return max([timedelta(), *waits])
