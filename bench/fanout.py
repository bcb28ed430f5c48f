"""How long does it take to queue the mails of one reaction for very many followers, and how long does a post wait meanwhile?

Measured with nobody else there, and while one client goes on posting through granian.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from articles.models import Article
from bench import bulk, servers, sizes
from bench.generator import article_with
from bench.posting import Poster, database_ms
from bench.sizes import ROUNDS
from forum.outbox.models import Address, OutgoingMail
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.spam.screening import MIN_SECONDS_OPEN
from forum.subscriptions import tokens
from forum.subscriptions.models import Scope, Subscription

FOLLOWERS = 100_000
ALLOWED_SECONDS = {"postgresql": 3.0, "sqlite": 6.0}
LONGEST_WAIT = 0.25


def measure() -> list[dict[str, Any]]:
    article = article_with(20)
    other = Poster(article_with(20))
    follow(article)
    bulk.settle()
    servers.collect_static()
    seconds: list[tuple[float, float]] = []  # elapsed, CPU in this process and PostgreSQL's
    batches: list[float] = []
    waited: list[float] = []
    with servers.site() as (port, _pid):
        time.sleep(MIN_SECONDS_OPEN + 0.5)
        for _ in range(ROUNDS):
            with posting(other, port) as waits:
                time.sleep(1)
            usual = max(waits)
            _make_due(article)
            with _timed_batches(batches):
                seconds.append(_fan_out())
            _make_due(article)
            with posting(other, port) as waits:
                time.sleep(0.2)
                _fan_out()
            waited.append(max(waits) - usual)
    return _judged(seconds, batches, waited)


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    return sizes.table(figures, "median", "worst", "allowed")


def follow(article: Article, followers: int = FOLLOWERS) -> None:
    """That many confirmed addresses, each with its subscription."""
    last = Address.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    numbers, now = range(last + 1, last + 1 + followers), timezone.now()
    addresses = ((n, f"lezer{n}@example.org", f"lezer{n}@example.org", now, now) for n in numbers)
    bulk.insert(Address, ("id", "email", "key", "created_at", "confirmed_at"), addresses)
    columns = ("id", "address_id", "article_id", "scope", "nonce", "token_hash", "created_at", "confirmed_at")
    bulk.insert(Subscription, (*columns, "frequency"), (_subscription(n, article, now) for n in numbers))


def _subscription(n: int, article: Article, now: Any) -> tuple[Any, ...]:
    nonce = secrets.token_hex(16)
    token = tokens.hashed(tokens.subscription_token(nonce))
    return n, n, article.pk, Scope.ARTICLE, nonce, token, now, now, "at once"


def _make_due(article: Article) -> None:
    """Of the reactions that wait to be announced only one is this article's; those of the posting client have no followers."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM outbox_outgoingmail")
    bulk.settle()
    Reaction.objects.filter(announced_at=None).update(announced_at=timezone.now())
    one = Reaction.objects.filter(article=article, reply_no=0).order_by("-pk")[:1]
    Reaction.objects.filter(pk__in=list(one.values_list("pk", flat=True))).update(announced_at=None)


def _fan_out() -> tuple[float, float]:
    begun, working = time.perf_counter(), time.process_time() + database_ms() / 1000
    announce_due()
    spent = time.perf_counter() - begun, time.process_time() + database_ms() / 1000 - working
    if (queued := OutgoingMail.objects.count()) != FOLLOWERS:
        raise RuntimeError(f"{queued} mails are queued")
    return spent


@contextmanager
def _timed_batches(batches: list[float]) -> Iterator[None]:
    """A batch is one statement, and holds SQLite's only writer for as long."""

    def timed(execute: Any, sql: str, *given: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, *given)
        finally:
            if "INSERT INTO outbox_outgoingmail" in sql:
                batches.append(time.perf_counter() - begun)

    with connection.execute_wrapper(timed):
        yield


@contextmanager
def posting(poster: Poster, port: int) -> Iterator[list[float]]:
    """One client posts until the end; gives how long each post took."""
    waits: list[float] = []
    ended = threading.Event()

    def client() -> None:
        line = servers.Line(port)
        while not ended.is_set():
            question = poster.question(line, answers=True)
            begun = time.perf_counter()
            status, _ = line.ask(question)
            if status != 303:
                raise RuntimeError(f"a post was answered with {status}")
            waits.append(time.perf_counter() - begun)
            ended.wait(0.02)
        line.close()

    thread = threading.Thread(target=client)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


def _judged(seconds: list[tuple[float, float]], batches: list[float], waited: list[float]) -> list[dict[str, Any]]:
    elapsed, working = (list(values) for values in zip(*seconds, strict=True))
    allowed = ALLOWED_SECONDS[connection.vendor]
    rows = [
        _row(f"fan-out to {FOLLOWERS:,} followers, s", elapsed, allowed),
        _row("of it CPU of the worker and the database, s", working, None),
        _row("one batch, s", batches, LONGEST_WAIT if connection.vendor == "sqlite" else None),
        _row("the longest post meanwhile, beyond the longest without, s", waited, LONGEST_WAIT),
    ]
    return rows


def _row(page: str, values: list[float], allowed: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "page": page,
        "median": round(median(values), 3),
        "worst": round(max(values), 3),
        "kept": True,
    }
    if allowed is not None:
        row |= {"allowed": allowed, "kept": row["median"] <= allowed}
    return row
