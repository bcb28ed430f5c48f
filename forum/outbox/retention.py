"""How long what became of a mail is kept. The worker clears away every hour."""

from datetime import datetime, timedelta

from forum.outbox.models import FINAL, OutgoingMail

FINISHED_STAYS = timedelta(days=90)  # long enough to answer a reader who asks where his mail went
BATCH = 1_000


def forget_mails(now: datetime) -> int:
    """Remove what has been finished for long, in short transactions; returns how many. May run twice."""
    gone = 0
    for state in FINAL:
        old = OutgoingMail.objects.filter(status=state, created_at__lt=now - FINISHED_STAYS)
        while batch := list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
            gone += old.filter(pk__in=batch).delete()[1].get("outbox.OutgoingMail", 0)
    return gone
