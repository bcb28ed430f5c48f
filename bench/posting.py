"""What does an accepted post cost, and how long does it take, under few reactions and under very many, from several clients?

Through a real granian, each post with words of its own, every other one an answer to the first reaction.
"""

import random
import time
import urllib.parse
from statistics import median, quantiles
from threading import Thread
from typing import Any, NamedTuple

from django.db import connection

from articles.models import Article
from bench import servers, sizes
from bench.generator import REPLIES, article_with
from bench.sizes import MANY, ROUNDS
from forum.reactions import identity
from forum.reactions.models import Reaction
from forum.spam.screening import MIN_SECONDS_OPEN

FEW = 100
CLIENTS = (1, 8, 16)
POSTS = 64  # in each round, of all clients together
CPU_MS = 8.0
OF_FEW = 1.20
WORDS = 60
HEADERS = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


class Round(NamedTuple):
    cpu_ms: float  # of the web process, for one post
    database_ms: float  # of PostgreSQL, for one post
    seconds: list[float]
    passed: float
    failed: int


def words_of(dice: random.Random) -> list[str]:
    """Made up, and nobody's advertisement."""
    syllables = [a + b for a in "bdfghklmnprstvwz" for b in ("a", "e", "ie", "o", "oe", "ui")]
    return ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(5_000)]


class Poster:
    """Posts that nobody would hold: words of its own, a form opened some seconds ago."""

    def __init__(self, article: Article) -> None:
        self.path = f"{article.get_absolute_url()}reactions/"
        openings = Reaction.objects.filter(article=article, reply_no=0).order_by("thread_no")
        self.parent = openings.values_list("pk", flat=True)[0]
        self.opened = identity.stamp()
        self.words = words_of(random.Random(20261126))
        self.dice = random.Random()

    def question(self, line: servers.Line, *, answers: bool) -> bytes:
        fields = {
            "name": "Sanne Kuipers",
            "website": "",
            "body": " ".join(self.dice.choices(self.words, k=WORDS)),
            "parent": str(self.parent) if answers else "",
            "notify": "article",
            "form_key": identity.new_form_key(),
            "opened": self.opened,
        }
        return line.question("POST", self.path, HEADERS, urllib.parse.urlencode(fields).encode())


def measure() -> list[dict[str, Any]]:
    posters = {size: Poster(article_with(size // (1 + REPLIES))) for size in (FEW, MANY)}
    servers.collect_static()
    spent: dict[tuple[int, int], list[Round]] = {(size, clients): [] for clients in CLIENTS for size in posters}
    with servers.site() as (port, pid):
        time.sleep(MIN_SECONDS_OPEN + 0.5)
        for number in range(ROUNDS + 1):
            for (size, clients), rounds in spent.items():
                done = post(posters[size], port, pid, clients)
                if number:  # the first round warms up
                    rounds.append(done)
    return _judged([_row(size, clients, rounds) for (size, clients), rounds in spent.items()])


def post(poster: Poster, port: int, pid: int, clients: int) -> Round:
    each = POSTS // clients
    seconds: list[float] = []
    failed: list[int] = []

    def client() -> None:
        line = servers.Line(port)
        questions = [poster.question(line, answers=bool(n % 2)) for n in range(each)]
        for question in questions:
            begun = time.perf_counter()
            status, head = line.ask(question)
            seconds.append(time.perf_counter() - begun)
            if status != 303 or b"/wacht" in head or b"/waiting" in head:
                failed.append(status)
            if status == 0:
                line.close()
                line = servers.Line(port)
        line.close()

    threads = [Thread(target=client) for _ in range(clients)]
    before, database, begun = servers.cpu_ms(pid), database_ms(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed, asked = time.perf_counter() - begun, each * clients
    spent = servers.cpu_ms(pid) - before, database_ms() - database
    return Round(spent[0] / asked, spent[1] / asked, seconds, passed, len(failed))


def database_ms() -> float:
    """Of PostgreSQL on this machine, all its processes: it works for nobody else here. 0 on SQLite, which works in ours."""
    postmaster = servers.postmaster() if connection.vendor == "postgresql" else None
    return servers.cpu_ms(postmaster) if postmaster else 0.0


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    columns = ("cpu_ms", "database_ms", "p50_ms", "p95_ms", "per_second", "failed", "of_100", "cpu_of_100", "allowed")
    return sizes.table(figures, *columns)


def _row(size: int, clients: int, rounds: list[Round]) -> dict[str, Any]:
    seconds = [one for done in rounds for one in done.seconds]
    return {
        "page": f"{size:,} reactions, {clients} client{'s' if clients > 1 else ''}",
        "posts": len(seconds),
        "cpu_ms": round(median(done.cpu_ms for done in rounds), 2),
        "database_ms": round(median(done.database_ms for done in rounds), 2),
        "p50_ms": round(median(median(done.seconds) for done in rounds) * 1000, 2),
        "p95_ms": round(quantiles(seconds, n=20)[-1] * 1000, 2),
        "per_second": round(median(len(done.seconds) / done.passed for done in rounds), 1),
        "failed": sum(done.failed for done in rounds),
    }


def _judged(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows come in pairs: the same clients under few reactions and under many."""
    for few, many in zip(figures[::2], figures[1::2], strict=True):
        many["of_100"] = round(many["p50_ms"] / few["p50_ms"], 3)
        many["cpu_of_100"] = round(many["cpu_ms"] / few["cpu_ms"], 3)
        many["allowed"] = f"{OF_FEW}, {CPU_MS:.0f} ms"
        few["allowed"] = f"{CPU_MS:.0f} ms"
        for row in (few, many):
            row["kept"] = row["cpu_ms"] <= CPU_MS and not row["failed"] and row.get("of_100", 0) <= OF_FEW
    return figures
