"""When a digest goes (docs/decisions/0021): every day, or every Monday, at DIGEST_HOUR by the clock of TIME_ZONE."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from forum.subscriptions.models import DIGESTS, Frequency

MONDAY = 0
# For a statement that writes a row for each follower s: in which digest it is, and when it is due.
DIGEST_SQL = "CASE WHEN s.frequency IN ('daily', 'weekly') THEN s.frequency ELSE '' END"
DUE_SQL = "CASE s.frequency WHEN 'daily' THEN %s WHEN 'weekly' THEN %s ELSE %s END"


def moments_due(clock: datetime) -> list[Any]:
    """The parameters of DUE_SQL, by the database's clock."""
    moments = [*(next_digest(frequency, after=clock) for frequency in DIGESTS), clock]
    return [connection.ops.adapt_datetimefield_value(moment) for moment in moments]


def next_digest(frequency: str, *, after: datetime) -> datetime:
    """The first moment later than `after`. An hour that the clock skips in spring is the one after it, one that it
    strikes twice in autumn the first of the two; so there is one a day, never none and never two.
    """
    day = timezone.localtime(after).date()
    while True:
        hour = datetime.combine(day, time(settings.DIGEST_HOUR), tzinfo=timezone.get_default_timezone())
        moment = hour.astimezone(UTC)  # of two moments in one zone Python compares what the clock shows
        if moment > after and (frequency != Frequency.WEEKLY or day.weekday() == MONDAY):
            return moment
        day += timedelta(days=1)
