"""Does a page cost the same, for every reaction it shows, under 100,000 reactions as under 100?"""

import re
import time
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from bench.generator import REPLIES, article_with
from forum.reactions.models import Reaction

FEW, MANY, LONG_CONVERSATION = 100, 100_000, 5_000
ALLOWED = 1.20  # times the cost of a reaction shown under an article of FEW
ROUNDS, REQUESTS = 11, 6  # in every round every page is asked for so often, one page after the other
SHOWN = re.compile(rb'<article class="reaction')


def measure() -> list[dict[str, Any]]:
    per_conversation = 1 + REPLIES
    few = article_with(FEW // per_conversation)
    conversations = (MANY - LONG_CONVERSATION) // per_conversation
    many = article_with(conversations, long_one=LONG_CONVERSATION - 1)
    return _timed(_pages(few, many, conversations))


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    lines = [f"{'page':<44}{'shown':>7}{'queries':>9}{'ms':>9}{'µs/reaction':>13}{'ratio':>8}"]
    for figure in figures:
        each = f"{figure['us_per_reaction']:.1f}" if figure["shown"] else "-"
        ratio = f"{figure['ratio']:.2f}" if figure["ratio"] else "-"
        lines.append(
            f"{figure['page']:<44}{figure['shown']:>7}{figure['queries']:>9}{figure['ms']:>9.2f}{each:>13}{ratio:>8}"
        )
    return lines


def _pages(few: Article, many: Article, conversations: int) -> dict[str, str]:
    url = many.get_absolute_url()
    deep = Reaction.objects.only("pk").get(
        article=many, thread_no=conversations // 2, reply_no=LONG_CONVERSATION * 3 // 4
    )
    opening = Reaction.objects.only("pk").get(article=many, thread_no=conversations * 3 // 4, reply_no=0)
    pages = {
        f"{FEW} reactions": few.get_absolute_url(),
        f"{MANY} reactions, first page": url,
        f"{MANY} reactions, middle page": f"{url}?after={conversations // 4}",
        f"{MANY} reactions, last page": f"{url}?after={conversations - 20}",
        f"{MANY} reactions, newest first": f"{url}?order=newest",
        "permalink of an opening: where it leads": _target(opening),
        "permalink of a deep reply: where it leads": _target(deep),
        "permalink of an opening: the redirect": opening.get_absolute_url(),
        "permalink of a deep reply: the redirect": deep.get_absolute_url(),
    }
    return pages


def _target(reaction: Reaction) -> str:
    place = urlsplit(Client(SERVER_NAME="127.0.0.1").get(reaction.get_absolute_url())["Location"])
    return f"{place.path}?{place.query}"


def _seconds(client: Client, address: str) -> float:
    begun = time.perf_counter()
    client.get(address)
    return time.perf_counter() - begun


def _timed(pages: dict[str, str]) -> list[dict[str, Any]]:
    client = Client(SERVER_NAME="127.0.0.1")
    seconds: dict[str, list[float]] = {page: [] for page in pages}
    figures = []
    for page, address in pages.items():  # also warms up
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        shown = len(SHOWN.findall(answer.content))
        if answer.status_code not in (200, 302) or (answer.status_code == 200 and not shown):
            raise RuntimeError(f"{address}: {answer.status_code}, {shown} reactions")
        figures.append({"page": page, "shown": shown, "queries": len(queries)})
    for _ in range(ROUNDS):
        for page, address in pages.items():
            seconds[page].append(min(_seconds(client, address) for _ in range(REQUESTS)))
    for figure in figures:
        spent = median(seconds[figure["page"]])
        figure["ms"] = round(spent * 1_000, 3)
        figure["us_per_reaction"] = round(spent * 1_000_000 / figure["shown"], 2) if figure["shown"] else None
    norm = figures[0]["us_per_reaction"]
    for figure in figures:
        of_article = figure["us_per_reaction"] is not None and "reactions" in figure["page"]
        figure["ratio"] = round(figure["us_per_reaction"] / norm, 3) if figure["shown"] else None
        figure["kept"] = not of_article or figure["ratio"] <= ALLOWED
    return figures
