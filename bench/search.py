"""How long does an answer of /search/ take among a million reactions?"""

import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.models import Article, Author, Byline, Discussion, Section
from bench import bulk
from bench.sizes import MANY
from forum.moderation import log_triggers
from forum.reactions.models import Reaction
from forum.search.actions import fill_index
from forum.search.engines import engine

REACTIONS = int(os.environ.get("BENCH_REACTIONS", MANY))
ARTICLES, SECTIONS, AUTHORS = 2_000, 6, 40
DAYS = 1_000  # over which all was said
VOCABULARY = 120_000  # words, used as people use theirs: the second half as often, the third a third …
ALLOWED_MS = {"postgresql": 100, "sqlite": 150}  # at the 95th percentile, of all questions together
QUESTIONS = 40  # of each kind
_COMMON_WORDS = """de het een en van ik te dat die in is niet op met je voor zijn er maar aan dit was ook om bij als dan nog
wat of naar door ze hij zo wel over geen meer tot uit mijn kan al haar hun heb hebben werd worden moet mensen jaar goed wij
onze"""
_COMMON = _COMMON_WORDS.split()
_BEGINNINGS = "b br d dr f g gr h j k kl kr l m n p pl r s sch sl sn sp st str t tr v w z zw"
_RHYMES = """aan aar ak al am and at ee eel een el em en ep er es et eur ie iel ier ijf ijn ink is oe oek ol om ond ook oom op
or ot out uil uis uk uur"""
_ONSETS, _RIMES = _BEGINNINGS.split(), _RHYMES.split()
_ENDINGS = ["", "", "", "en", "e", "s", "t", "ing", "ingen", "heid", "lijk", "je"]


def measure() -> list[dict[str, Any]]:
    crowd = Crowd()
    fill(crowd)
    return [*asked(crowd), *posted(crowd)]


def fill(crowd: "Crowd") -> None:
    begun = time.perf_counter()
    engine().uninstall()  # filled in one go afterwards, which is what a migration does
    with connection.cursor() as cursor:
        for statement in log_triggers.uninstall(connection.vendor):  # they would refuse to empty the log
            cursor.execute(statement)
    call_command("flush", interactive=False, verbosity=0)
    crowd.write()
    written = time.perf_counter()
    engine().install()
    fill_index()
    print(
        f"{REACTIONS:,} reactions written in {written - begun:.0f} s, indexed in {time.perf_counter() - written:.0f} s",
        file=sys.stderr,
    )


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    names = ("p50", "p95", "max", "cpu_p50", "cpu_p95")
    lines = [f"{'question':<44}{'times':>7}" + "".join(f"{name:>9}" for name in names) + f"{'found':>8}"]
    for row in figures:
        values = "".join(f"{row[name]:>9.1f}" for name in names)
        lines.append(f"{row['page']:<44}{row['times']:>7}{values}{row['found']:>8}")
    return lines


class _Clock:
    """Milliseconds that went by, and those in which a processor worked for us: here, and in PostgreSQL's own process."""

    def __init__(self) -> None:
        self.database: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.database = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def __call__(self) -> tuple[float, float]:
        working = time.process_time() * 1_000
        if self.database and self.database.exists():  # another machine's database works unseen
            working += int(self.database.read_text().split()[0]) / 1_000_000
        return time.perf_counter() * 1_000, working


class Crowd:
    """Always the same words from the same people."""

    def __init__(self) -> None:
        self.dice = random.Random(20261126)
        self.words = list(islice(self._vocabulary(), VOCABULARY))
        weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self.said = self.dice.choices(self.words, cum_weights=weights, k=4_000_000)
        self.now = timezone.now()

    def _vocabulary(self) -> Iterator[str]:
        yield from _COMMON
        seen = set(_COMMON)
        while True:
            parts = self.dice.choice((1, 1, 2, 2, 2, 3, 3, 4))
            word = "".join(self.dice.choice(_ONSETS) + self.dice.choice(_RIMES) for _ in range(parts))
            word += self.dice.choice(_ENDINGS)
            if word not in seen:
                seen.add(word)
                yield word

    def text(self, words: int) -> str:
        start = self.dice.randrange(len(self.said) - words)
        return " ".join(self.said[start : start + words])

    def write(self) -> None:
        sections = [Section(name=f"Rubriek {n}", slug=f"rubriek-{n}", position=n) for n in range(SECTIONS)]
        Section.objects.bulk_create(sections)
        authors = [Author(name=f"Auteur {n}", slug=f"auteur-{n}") for n in range(AUTHORS)]
        Author.objects.bulk_create(authors)
        articles = [self._article(n, sections, authors) for n in range(ARTICLES)]
        Article.objects.bulk_create(articles, batch_size=200)
        Byline.objects.bulk_create(Byline(article=article, author=article.author, position=0) for article in articles)
        each = REACTIONS // ARTICLES
        Discussion.objects.bulk_create(
            Discussion(article=article, last_thread_no=each, visible=each, last_reaction_at=self.now)
            for article in articles
        )
        _insert(self._reactions(articles))

    def _article(self, n: int, sections: list[Section], authors: list[Author]) -> Article:
        author = authors[n * 7 % AUTHORS]
        body = "\n\n".join(self.text(80) for _ in range(self.dice.randrange(4, 12)))
        return Article(
            title=self.text(6)[:160],
            slug=f"artikel-{n}",
            lead=self.text(25)[:600],
            body=body,
            body_html=f"<p>{body}</p>",
            language="nl",
            section=sections[n * n % SECTIONS],
            author=author,
            byline=[[author.name, author.slug]],
            status=Article.Status.PUBLISHED,
            published_at=self.now - timedelta(days=DAYS * (1 - n / ARTICLES), hours=1),
        )

    def _reactions(self, articles: list[Article]) -> Iterator[tuple[Any, ...]]:
        for n in range(REACTIONS):
            article = articles[n * ARTICLES // REACTIONS]
            words = min(400, max(3, int(self.dice.lognormvariate(3.6, 0.8))))
            moment = self.now - timedelta(seconds=DAYS * 86_400 * (1 - n / REACTIONS))
            yield (n + 1, article.pk, n % (REACTIONS // ARTICLES) + 1, 0, b"", f"Lezer {n % 5_000}", self.text(words),
                   self.dice.random() < 0.02, moment)  # fmt: skip

    def questions(self) -> dict[str, list[dict[str, str]]]:
        dice = random.Random(8)
        week_ago = {"period": "week"}

        def some(low: int, high: int) -> list[str]:
            return dice.sample(self.words[low:high], min(QUESTIONS, high - low))

        def pairs(first: tuple[int, int], second: tuple[int, int]) -> list[str]:
            return [f"{one} {two}" for one, two in zip(some(*first), some(*second), strict=False)]

        phrases = []
        while len(phrases) < QUESTIONS:
            at = dice.randrange(len(self.said) - 3)
            phrases.append(f'"{" ".join(self.said[at : at + 2])}"')
        kinds = {
            "in almost every reaction (rank 1-40)": (some(0, 40), {}),
            "frequent (rank 100-400)": (some(100, 400), {}),
            "middling (rank 1,000-4,000)": (some(1_000, 4_000), {}),
            "rare (rank 30,000-120,000)": (some(30_000, VOCABULARY), {}),
            "a word that nobody wrote": ([f"qx{word}" for word in some(0, 40)], {}),
            "two words, very common and frequent": (pairs((0, 40), (100, 400)), {}),
            "two words, frequent and middling": (pairs((100, 400), (1_000, 4_000)), {}),
            "two words, middling and rare": (pairs((1_000, 4_000), (30_000, VOCABULARY)), {}),
            "three very common words": (
                [f"{one} {two}" for one, two in zip(pairs((0, 40), (0, 40)), some(0, 40), strict=True)],
                {},
            ),
            "the beginning of a word, 4 letters": ([word[:4] for word in some(60, 4_000)], {}),
            "the beginning of a word, 6 letters": ([word[:6] for word in some(60, 4_000)], {}),
            "a phrase of two words": (phrases, {}),
            "a word, without another": (
                [f"{one} -{two}" for one, two in zip(some(100, 400), some(0, 40), strict=True)],
                {},
            ),
            "frequent, one section": (some(100, 400), {"section": "rubriek-1"}),
            "middling, one author": (some(1_000, 4_000), {"author": "auteur-3"}),
            "very common, one author": (some(0, 40), {"author": "auteur-3"}),
            "frequent, of this week": (some(100, 400), week_ago),
            "middling, of this year": (some(1_000, 4_000), {"period": "year"}),
            "frequent, only the author's answers": (some(100, 400), {"answers": "1"}),
            "frequent, newest first": (some(100, 400), {"order": "newest"}),
            "frequent, reactions, page 20": (some(100, 400), {"kind": "reactions", "page": "20"}),
        }
        return {kind: [{"q": words, **extra} for words in asked] for kind, (asked, extra) in kinds.items()}


def _insert(rows: Iterator[tuple[Any, ...]]) -> None:
    columns = ["id", "article_id", "thread_no", "reply_no", "path", "name", "body", "by_author", "published_at"]
    complete = (
        (*row, row[-1], row[-1], f"bench {row[0]}", "nl", "published", True, "<article></article>", 1) for row in rows
    )
    more = ("created_at", "announced_at", "fingerprint", "language", "status", "shown", "html", "html_version")
    bulk.insert(Reaction, (*columns, *more), complete)
    bulk.settle()


def asked(crowd: Crowd) -> list[dict[str, Any]]:
    client = Client(SERVER_NAME="127.0.0.1")
    kinds = crowd.questions()
    for questions in kinds.values():  # what a site that has run for a while has in memory
        client.get("/search/?" + urlencode(questions[0]))
    clock = _Clock()
    rows: list[dict[str, Any]] = []
    everything: list[tuple[float, float]] = []
    for kind, questions in kinds.items():
        spent, found = [], 0
        for fields in questions:
            begun = clock()
            answer = client.get("/search/?" + urlencode(fields))
            spent.append(_since(clock(), begun))
            if answer.status_code not in (200, 404):
                raise RuntimeError(f"{fields}: {answer.status_code}")
            found += b"<mark>" in answer.content
        rows.append(_row(kind, spent, found))
        everything += spent
    row = _row("all questions together", everything, sum(row["found"] for row in rows))
    row["allowed"] = ALLOWED_MS[connection.vendor]
    row["ratio"] = round(row["p95"] / row["allowed"], 3)
    row["kept"] = row["ratio"] <= 1
    return [*rows, row]


def _since(now: tuple[float, float], begun: tuple[float, float]) -> tuple[float, float]:
    return now[0] - begun[0], now[1] - begun[1]


def _row(page: str, spent: list[tuple[float, float]], found: int) -> dict[str, Any]:
    figures = {}
    for name, values in (("", [wall for wall, _ in spent]), ("cpu_", [cpu for _, cpu in spent])):
        figures[f"{name}p50"] = round(median(values), 2)
        figures[f"{name}p95"] = round(quantiles(values, n=20, method="inclusive")[-1], 2)
        figures[f"{name}max"] = round(max(values), 2)
    return {"page": page, "times": len(spent), **figures, "found": found, "kept": True}


def posted(crowd: Crowd) -> list[dict[str, Any]]:
    """What the index adds to storing a reaction: the same insert with its triggers and without."""
    with_index = _inserts(crowd, REACTIONS + 10)
    engine().uninstall()
    return [
        _row("one reaction stored, index kept", with_index, 0),
        _row("one reaction stored, without an index", _inserts(crowd, REACTIONS + 10_010), 0),
    ]


def _inserts(crowd: Crowd, first: int) -> list[tuple[float, float]]:
    article = Article.objects.order_by("-pk").first()
    clock = _Clock()
    spent = []
    for pk in range(first, first + 400):
        now: datetime = timezone.now()
        reaction = Reaction(
            pk=pk, article=article, name="Lezer", body=crowd.text(60), language="nl", status="published", shown=True,
            created_at=now, published_at=now, thread_no=pk, reply_no=0, path=b"", fingerprint=f"bench {pk}",
        )  # fmt: skip
        begun = clock()
        reaction.save(force_insert=True)
        spent.append(_since(clock(), begun))
    return spent
