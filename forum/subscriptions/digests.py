"""When a digest goes (docs/decisions/0021): every day, or every Monday, at DIGEST_HOUR by the clock of TIME_ZONE."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from forum.subscriptions.models import Frequency

MONDAY = 0


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
