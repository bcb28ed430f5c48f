"""How much of a processor does one answer of an article's page take, under few reactions and under very many, beside the
best that this machine and nginx can do?

Servers get the same questions by turns, over loopback, from this process: the site, once with the page kept and once
without keeping; a trivial application with the same bytes in granian, the limit of what Python can do here; nginx with the
bytes in a file, packed beforehand.
"""

import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from bench import servers, sizes
from bench.generator import REPLIES, article_with
from bench.sizes import MANY, ROUNDS
from forum.reactions.models import Reaction

SIZES = (5, 100, 10_000, MANY)
USUAL = 100  # the article that the budgets name
KEPT_REQUESTS, MADE_REQUESTS = 2_000, 40  # in each round
FASTEST_REQUESTS = 10_000  # its CPU is counted in steps of 10 ms
CLIENTS = 2
OF_TRIVIAL, OF_NGINX = 0.5, 0.25  # of the requests that they answer with the same CPU
MADE_MS, MADE_QUERIES = 12.0, 6
OF_USUAL = 1.20  # times what the same costs under USUAL reactions
LIMIT, FASTEST = "granian, trivial, same bytes", "nginx, file packed beforehand"
PACKED = {"Accept-Encoding": "gzip"}


class Asked(NamedTuple):
    name: str
    port: int
    pid: int
    path: str
    headers: dict[str, str]
    requests: int
    status: int = 200
    compared: str = ""  # the row whose cost it may exceed by OF_USUAL


def measure() -> list[dict[str, Any]]:
    articles = {size: article_with(size // (1 + REPLIES)) for size in SIZES}
    servers.collect_static()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="luisterkamer-pages-")))
        kept = stack.enter_context(servers.site(PAGES_MEGABYTES="32"))
        made = stack.enter_context(servers.site(PAGES_MEGABYTES="0"))
        rows = []
        for size, article in articles.items():
            rows += _of_article(size, article, kept, made)
        path = articles[USUAL].get_absolute_url()
        answer, body = servers.ask(kept[0], path, PACKED)
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() not in ("content-length", "date", "server")]
        trivial = stack.enter_context(servers.trivial(folder, body, headers))
        rows.append(Asked(LIMIT, *trivial, path, PACKED, KEPT_REQUESTS))
        if shutil.which("nginx"):
            nginx = stack.enter_context(servers.nginx(folder, path, body, headers))
            rows.append(Asked(FASTEST, *nginx, path, PACKED, FASTEST_REQUESTS))
        return _judged(rows, _alternating(rows))


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    columns = ("queries", "cpu_us", "wall_us", "per_second", "of_trivial", "of_nginx", "of_100", "allowed")
    return sizes.table(figures, *columns)


def _of_article(size: int, article: Article, kept: tuple[int, int], made: tuple[int, int]) -> list[Asked]:
    first = article.get_absolute_url()
    answer, _ = servers.ask(kept[0], first, PACKED)
    if answer.status != 200 or answer.getheader("Content-Encoding") != "gzip":
        raise RuntimeError(f"{first}: {answer.status} {answer.getheader('Content-Encoding')}")
    known = {**PACKED, "If-None-Match": str(answer.getheader("ETag"))}
    of = f"{size:,} reactions"
    rows = [
        Asked(f"{of}: kept", *kept, first, PACKED, KEPT_REQUESTS, compared=f"{USUAL} reactions: kept"),
        Asked(f"{of}: not changed (304)", *kept, first, known, KEPT_REQUESTS, 304, f"{USUAL} reactions: not changed (304)"),
    ]  # fmt: skip
    pages = {"first page": first}
    if size > USUAL:
        conversations = size // (1 + REPLIES)
        deep = Reaction.objects.only("pk").get(article=article, thread_no=conversations * 3 // 4, reply_no=REPLIES)
        pages |= {
            "middle page": f"{first}?after={conversations // 2}",
            "last page": f"{first}?after={conversations - 20}",
            "where a permalink leads": _target(deep),
        }
    for name, path in pages.items():
        compared = f"{USUAL} reactions: first page, made"
        rows.append(Asked(f"{of}: {name}, made", *made, path, {}, MADE_REQUESTS, compared=compared))
    if size > USUAL:
        rows.append(Asked(f"{of}: permalink, redirect", *made, deep.get_absolute_url(), {}, MADE_REQUESTS, 302))
    return rows


def _target(reaction: Reaction) -> str:
    place = urlsplit(Client(SERVER_NAME="127.0.0.1").get(reaction.get_absolute_url())["Location"])
    return f"{place.path}?{place.query}"


def _queries(path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        Client(SERVER_NAME="127.0.0.1").get(path)
    return len(queries)


def _alternating(rows: list[Asked]) -> dict[str, dict[str, Any]]:
    spent: dict[str, list[tuple[float, float]]] = {row.name: [] for row in rows}
    for number in range(ROUNDS + 1):
        for row in rows:
            cost = _cost(row)
            if number:  # the first round warms up
                spent[row.name].append(cost)
    figures = {}
    for row in rows:
        cpu, wall = (median(values) for values in zip(*spent[row.name], strict=True))
        figures[row.name] = {
            "page": row.name,
            "requests": row.requests,
            "cpu_us": round(cpu, 1),
            "wall_us": round(wall, 1),
            "per_second": round(1_000_000 / wall),
            "kept": True,
        }
    return figures


def _judged(rows: list[Asked], figures: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """How many requests it answers with the CPU with which the limit answers one; and beside the same under USUAL."""
    for row in rows:
        figure = figures[row.name]
        cpu = figure["cpu_us"]
        if row.name in (LIMIT, FASTEST):
            continue
        if row.name.endswith(": kept"):
            figure["of_trivial"] = round(figures[LIMIT]["cpu_us"] / cpu, 3)
            figure["kept"] = figure["of_trivial"] >= OF_TRIVIAL
            figure["allowed"] = f">={OF_TRIVIAL}"
            if FASTEST in figures:
                figure["of_nginx"] = round(figures[FASTEST]["cpu_us"] / cpu, 3)
                figure["kept"] = figure["kept"] and figure["of_nginx"] >= OF_NGINX
                figure["allowed"] += f" >={OF_NGINX}"
        if "made" in row.name:
            figure["queries"] = _queries(row.path)
            figure["kept"] = cpu <= MADE_MS * 1000 and figure["queries"] <= MADE_QUERIES
            figure["allowed"] = f"{MADE_MS:.0f} ms"
        if row.compared:
            figure["of_100"] = round(cpu / figures[row.compared]["cpu_us"], 3)
            figure["kept"] = figure["kept"] and figure["of_100"] <= OF_USUAL
    return list(figures.values())


def _cost(row: Asked) -> tuple[float, float]:
    """Microseconds of CPU and of the clock for one request."""
    before, begun = servers.cpu_ms(row.pid), time.perf_counter()
    clients = [Thread(target=_many, args=(row, row.requests // CLIENTS)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    passed = time.perf_counter() - begun
    asked = row.requests // CLIENTS * CLIENTS
    return (servers.cpu_ms(row.pid) - before) * 1000 / asked, passed * 1_000_000 / asked


def _many(row: Asked, times: int) -> None:
    line = servers.Line(row.port)
    question = line.question("GET", row.path, row.headers)
    for _ in range(times):
        status, _head = line.ask(question)
        if status != row.status:
            raise RuntimeError(f"{row.name}: {status}")
    line.close()
