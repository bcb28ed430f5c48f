"""What this process counts of itself, for /metrics. Each process counts its own; the scraper adds them up.

Labels are names of routes and words of ours, never what a visitor sent: their number is bounded.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds

REQUEST_SECONDS = Histogram(
    "luisterkamer_request_seconds",
    "How long Django took to answer, in seconds, by route and class of status.",
    ("route", "status"),
    buckets=BUCKETS,
    registry=REGISTRY,
)
POSTS = Counter(
    "luisterkamer_posts", "Reactions that were sent in, by what became of them.", ("verdict",), registry=REGISTRY
)
