"""What of the log may go: the words. The decisions themselves stay."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from forum.moderation.models import Appeal, Exhibit

EXHIBIT_STAYS = timedelta(days=366)  # six months to object, and as long to judge and to go to court
BATCH = 500


def erase_words(reaction_ids: Collection[int]) -> int:
    """All words of the log about these reactions: what was written, why it was looked at, what moderators explained, what
    was objected and answered (PROMISES C3). Returns how many rows went. May run twice.
    """
    with transaction.atomic():
        Appeal.objects.filter(decision__reaction__in=reaction_ids).update(body="", answer="")
        gone, _ = Exhibit.objects.filter(decision__reaction__in=reaction_ids).delete()
    return gone


def forget_exhibits(now: datetime) -> int:
    """The words of decisions of more than a year ago, unless an objection is open. May run twice."""
    old = Exhibit.objects.filter(made_at__lt=now - EXHIBIT_STAYS).exclude(decision__appeal__state=Appeal.State.OPEN)
    gone = 0
    while batch := list(old.order_by("made_at").values_list("pk", flat=True)[:BATCH]):
        gone += Exhibit.objects.filter(pk__in=batch).delete()[0]
    Appeal.objects.filter(handled_at__lt=now - EXHIBIT_STAYS).exclude(body="", answer="").update(body="", answer="")
    return gone
