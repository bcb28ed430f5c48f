"""How much memory do the web server and the worker have for themselves, and how long until the first answer?"""

import threading
import time
from statistics import median
from typing import Any

from bench import servers, sizes
from bench.fanout import posting
from bench.generator import article_with
from bench.mail import worker
from bench.posting import Poster
from bench.sizes import ROUNDS
from forum.spam.screening import MIN_SECONDS_OPEN

REST_MB = 120.0
LOAD_SECONDS = 5
READERS = 8
PATHS = ("/", "/articles/", "/search/?q=bakker", "/feeds/articles.atom")


def measure() -> list[dict[str, Any]]:
    article = article_with(20)
    path = article.get_absolute_url()
    poster = Poster(article_with(20))
    servers.collect_static()
    starts = [_cold_start(path) for _ in range(ROUNDS)]
    rest, load, with_parent = [], [], []
    for _ in range(3):
        with servers.site() as (port, pid):
            for address in (path, "/", "/articles/"):
                servers.ask(port, address, {})
            rest.append(_largest(pid))
            with_parent.append(sum(servers.pss_mb(one) for one in servers.family(pid)))
            time.sleep(MIN_SECONDS_OPEN)
            load.append(_under_load(port, pid, path, poster))
    idle = []
    with worker() as pid:
        time.sleep(8)
        idle.append(servers.pss_mb(pid))
    return [
        _row("web process at rest, MB (PSS)", rest, REST_MB),
        _row("web process and its watcher at rest, MB (PSS)", with_parent),
        _row(f"web process, {READERS} readers and a writer, MB (PSS)", load),
        _row("worker at rest, MB (PSS)", idle),
        _row("cold start to the first article, s", [seconds for seconds, _ in starts]),
        _row("of it CPU, s", [cpu for _, cpu in starts]),
    ]


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    return sizes.table(figures, "median", "worst", "allowed")


def _row(page: str, values: list[float], allowed: float | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "page": page,
        "median": round(median(values), 2),
        "worst": round(max(values), 2),
        "kept": True,
    }
    if allowed is not None:
        row |= {"allowed": allowed, "kept": row["median"] <= allowed}
    return row


def _cold_start(path: str) -> tuple[float, float]:
    """From the start of granian to the end of the first answer."""
    begun = time.perf_counter()
    with servers.site() as (port, pid):
        answer, _ = servers.ask(port, path, {})
        passed = time.perf_counter() - begun
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return passed, servers.cpu_ms(pid) / 1000


def _largest(pid: int) -> float:
    return max(servers.pss_mb(one) for one in servers.family(pid))


def _under_load(port: int, pid: int, path: str, poster: Poster) -> float:
    ended = threading.Event()

    def reader() -> None:
        line = servers.Line(port)
        while not ended.is_set():
            for address in (path, *PATHS):
                line.ask(line.question("GET", address, {"Accept-Encoding": "gzip"}))
        line.close()

    threads = [threading.Thread(target=reader) for _ in range(READERS)]
    largest = 0.0
    with posting(poster, port):
        for thread in threads:
            thread.start()
        end = time.monotonic() + LOAD_SECONDS
        while time.monotonic() < end:
            time.sleep(0.25)
            largest = max(largest, _largest(pid))
        ended.set()
        for thread in threads:
            thread.join()
    return largest
