"""What is kept of a report for a while only. The numbers of a year stay; who reported and with which words goes."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from forum.outbox.models import Address
from forum.reports.models import Report

CLIENT_STAYS = timedelta(days=30)  # PROMISES C2
REPORTER_STAYS = timedelta(days=30)  # after the decision; so long its mail may be on its way
NOTICE_STAYS = timedelta(days=184)  # six months, in which its writer may object (DSA, article 20(1))
CLEARING_BATCH = 1_000


def forget_reporters(now: datetime | None = None) -> int:
    """Empty what is past its time; returns how many reports lost something. May run twice."""
    now = now or timezone.now()
    forgotten = 0
    clients = Report.objects.exclude(client_key="").filter(created_at__lt=now - CLIENT_STAYS)
    while batch := list(clients.values_list("pk", flat=True)[:CLEARING_BATCH]):
        forgotten += Report.objects.filter(pk__in=batch).update(client_key="")
    past = Q(is_notice=False, decided_at__lt=now - REPORTER_STAYS) | Q(decided_at__lt=now - NOTICE_STAYS)
    said = Report.objects.filter(past).exclude(explanation="", name="", address=None)
    while batch := list(said.values_list("pk", flat=True)[:CLEARING_BATCH]):
        forgotten += Report.objects.filter(pk__in=batch).update(explanation="", name="", address=None)
    return forgotten


def forget_reporter(address: Address) -> int:
    """Somebody has himself erased (PROMISES C3): what he reported stays, who he was does not. In the caller's transaction."""
    return Report.objects.filter(address=address).update(
        name="", address=None, is_answered_by_mail=False, client_key=""
    )
