"""What /metrics says of finished pages. Asked when it is read, so that no answer costs more for it."""

import time
from collections.abc import Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from forum.pagecache.published import Published
from forum.pagecache.store import Store


class Counted(Collector):
    def __init__(self, counts: Mapping[str, int], store: Store, published: Published | None = None) -> None:
        self.counts, self.store, self.published = counts, store, published

    def collect(self) -> Iterable[Metric]:
        pages = CounterMetricFamily(
            "luisterkamer_pages",
            "Public pages: answered from what is kept, unchanged (304), made, or kept although the database is away.",
            labels=["how"],
        )
        for how, count in self.counts.items():
            pages.add_metric([how], count)
        memory = GaugeMetricFamily("luisterkamer_pages_bytes", "Memory that kept pages take.", self.store.bytes)
        return [pages, memory, *(() if self.published is None else self._on_disk(self.published))]

    def _on_disk(self, published: Published) -> Iterable[Metric]:
        files = CounterMetricFamily(
            "luisterkamer_published",
            "Pages in PAGES_DIR: published, purged, refused for want of room; failed: a removal that did not succeed.",
            labels=["how"],
        )
        for how, count in published.counts.items():
            files.add_metric([how], count)
        yield files
        yield GaugeMetricFamily("luisterkamer_published_pages", "Pages that stand in PAGES_DIR.", len(published))
        yield GaugeMetricFamily(
            "luisterkamer_published_unchecked_seconds",
            "How long ago everything in PAGES_DIR was last known to be true.",
            time.monotonic() - published.looked,
        )
