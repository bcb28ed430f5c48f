"""What is kept for a while only (PROMISES C2)."""

from datetime import datetime, timedelta

from django.utils import timezone

from forum.reactions.models import Reaction

CLIENT_STAYS = timedelta(days=30)
CLEARING_BATCH = 1_000


def forget_clients(now: datetime | None = None) -> int:
    """Empty the hashed client of reactions older than 30 days; returns how many. May run twice."""
    old = Reaction.objects.exclude(client_key="").filter(created_at__lt=(now or timezone.now()) - CLIENT_STAYS)
    forgotten = 0
    while batch := list(old.values_list("pk", flat=True)[:CLEARING_BATCH]):
        forgotten += Reaction.objects.filter(pk__in=batch).update(client_key="")
    return forgotten
