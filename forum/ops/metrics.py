"""What /metrics says, in the words of Prometheus: what this process counted, and what the tables hold right now.

Every question to the database goes by an index and over what is still to be done, so it costs the same on a large site.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from forum.measures import REGISTRY
from forum.ops.health import SILENT_AFTER
from forum.ops.models import Heartbeat
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction

OPEN_STATES = (OutgoingMail.Status.QUEUED, OutgoingMail.Status.SENDING)


class Tables(Collector):
    def collect(self) -> Iterable[GaugeMetricFamily]:
        up = GaugeMetricFamily("luisterkamer_database_up", "1 when the database answers.")
        try:
            gauges = [*_mails(), *_reactions(), _workers()]
        except (DatabaseError, InterfaceError):
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *gauges]


def latest() -> bytes:
    """The whole page. Never raises; without a database it says so."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Tables())
    return generate_latest(REGISTRY) + generate_latest(registry)


def _mails() -> list[GaugeMetricFamily]:
    open_ = OutgoingMail.objects.filter(status__in=OPEN_STATES, lead=None)
    counted = dict(open_.values_list("status").annotate(Count("pk")).order_by())
    mails = GaugeMetricFamily("luisterkamer_mails", "Mails that are not finished, by state.", labels=["state"])
    for state in OPEN_STATES:
        mails.add_metric([state], counted.get(state, 0))
    due = OutgoingMail.objects.filter(status=OutgoingMail.Status.QUEUED, lead=None, due_at__lte=Now())
    return [mails, _age("luisterkamer_mail_oldest_due_seconds", "How long the oldest mail has been due, in seconds.",
                        due.aggregate(oldest=Min("due_at"))["oldest"])]  # fmt: skip


def _reactions() -> list[GaugeMetricFamily]:
    waiting = Reaction.objects.held().aggregate(count=Count("pk"), oldest=Min("created_at"))
    unannounced = Reaction.objects.unannounced().order_by().aggregate(count=Count("pk"), oldest=Min("published_at"))
    return [
        GaugeMetricFamily("luisterkamer_reactions_waiting", "Reactions that wait for a moderator.", waiting["count"]),
        _age("luisterkamer_reaction_oldest_waiting_seconds", "How long the oldest has waited.", waiting["oldest"]),
        GaugeMetricFamily("luisterkamer_reactions_unannounced", "Published, followers not told.", unannounced["count"]),
        _age("luisterkamer_reaction_oldest_unannounced_seconds", "How long the oldest has.", unannounced["oldest"]),
    ]


def _workers() -> GaugeMetricFamily:
    alive = Heartbeat.objects.filter(beat_at__gt=Now() - SILENT_AFTER).count()
    return GaugeMetricFamily("luisterkamer_workers", "Workers that were heard of lately.", alive)


def _age(name: str, explained: str, oldest: datetime | None) -> GaugeMetricFamily:
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0
    return GaugeMetricFamily(name, explained, max(0, seconds))
