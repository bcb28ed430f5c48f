"""How fast reactions come in (PROMISES P19): from one client, counted exactly; over the whole site, roughly.

Counted in the table itself, so it is right with any number of nodes and without a cache. What editors and authors say does not count.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from forum.reactions.models import Reaction
from forum.spam.limits import HOUR, MINUTE, Limit, furthest, wait_before_next

HURRIED_SHARE = (2, 3)  # of what is allowed in an hour; above it a reaction is held until its browser did a sum


def is_limited() -> bool:
    return bool(furthest(_limits())[0])


def of_client(keys: Sequence[str], *, now: datetime) -> list[datetime]:
    """The moments of this client's latest reactions, newest first, as many as the limits ask for; one index, at most 30 rows."""
    most, within = furthest(_limits())
    if not keys or not most:
        return []
    own = Reaction.objects.filter(client_key__in=keys, created_at__gt=now - within).exclude(client_key="")
    by_readers = own.filter(by_author=False, by_editors=False).order_by("-created_at")
    return list(by_readers.values_list("created_at", flat=True)[:most])


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
    lately = Reaction.objects.filter(created_at__gt=now - MINUTE).exclude(client_key="")
    return lately.order_by("created_at")[most - 1 : most].exists()


def _limits() -> tuple[Limit, Limit]:
    return Limit(settings.LIMIT_PER_MINUTE, MINUTE), Limit(settings.LIMIT_PER_HOUR, HOUR)
