"""What /metrics says of finished pages. Asked when it is read, so that no answer costs more for it."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from forum.pagecache.store import Store


class Counted(Collector):
    def __init__(self, counts: Mapping[str, int], store: Store) -> None:
        self.counts, self.store = counts, store

    def collect(self) -> Iterable[Metric]:
        pages = CounterMetricFamily(
            "luisterkamer_pages",
            "Public pages: answered from what is kept, unchanged (304), made, or kept although the database is away.",
            labels=["how"],
        )
        for how, count in self.counts.items():
            pages.add_metric([how], count)
        return [pages, GaugeMetricFamily("luisterkamer_pages_bytes", "Memory that kept pages take.", self.store.bytes)]
