"""Articles with many reactions, written in bulk with the numbers and parts that posting them would have given."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from articles.models import Article, Author, Discussion, Section
from bench import bulk
from forum.reactions.models import Reaction
from forum.reactions.rendering import HTML_VERSION, part

NAMES = ["Thijs Bogaard", "Marieke van Oordt", "Fatima El Idrissi", "Pieter Zonneveld", "Lotte Hagedoorn"]
WORDS = "de stad wordt stil en wie goed luistert hoort de bakker fluiten aan de overkant van het water"
REPLIES = 4  # below every opening: a page of twenty conversations shows as many as a short article in all
MANY = 50_000  # from here on indexes are made afterwards
PLACEHOLDER, PARENT = 8_888_888_881, 8_888_888_882  # ids that are replaced by the real ones
COLUMNS = (
    *("id", "article_id", "parent_id", "thread_no", "reply_no", "path", "depth", "replies", "last_reply_no"),
    *("name", "website", "body", "language", "status", "shown", "created_at", "published_at", "announced_at"),
    *("html", "html_version", "fingerprint"),
)
_article_number = count(1)


def article_with(conversations: int, *, long_one: int = 0) -> Article:
    """An article with so many conversations of an opening and REPLIES replies; with `long_one`, one conversation in
    the middle has so many replies, each an answer to the one before it or, every eighth, to the opening."""
    n = next(_article_number)
    section, _ = Section.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    author, _ = Author.objects.get_or_create(slug="bench", defaults={"name": "Noor Terbeek"})
    article = Article.objects.create(
        title=f"Artikel {n}",
        slug=f"artikel-{n}",
        body="Tekst.",
        body_html="<p>Tekst.</p>",
        language="nl",
        section=section,
        author=author,
        status=Article.Status.PUBLISHED,
        published_at=timezone.now() - timedelta(days=1),
        announced_at=timezone.now(),
    )
    visible = conversations * (1 + REPLIES) + (long_one - REPLIES if long_one else 0)
    parts = _sample_parts(article)
    last = Reaction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0  # COPY lets nothing else be asked
    with bulk.indexed_afterwards(Reaction) if visible >= MANY else nullcontext():
        bulk.insert(Reaction, COLUMNS, _rows(article, conversations, long_one, parts, count(last + 1)))
    Discussion.objects.create(
        article=article,
        last_thread_no=conversations,
        visible=visible,
        skyline="e0f1" * min(60, visible // 2),
        last_reaction_at=timezone.now(),
    )
    if visible >= MANY:
        bulk.settle()
    return article


def _rows(
    article: Article, conversations: int, long_one: int, parts: list[Reaction], numbers: Iterator[int]
) -> Iterator[tuple[Any, ...]]:
    for thread_no in range(1, conversations + 1):
        replies = long_one if long_one and thread_no == conversations // 2 else REPLIES
        yield from _conversation(article, thread_no, replies, parts, numbers)


def _conversation(
    article: Article, thread_no: int, replies: int, parts: list[Reaction], numbers: Iterator[int]
) -> Iterator[tuple[Any, ...]]:
    opening = parent = next(numbers)
    path, depth = b"", 0
    yield _row(article, parts[thread_no % len(NAMES)], opening, None, thread_no, 0, b"", 0, replies)
    for reply_no in range(1, replies + 1):
        if reply_no % 8 == 1:
            parent, path, depth = opening, b"", 0
        path, depth = path[: 4 * 31] + reply_no.to_bytes(4, "big"), depth + 1
        sample = parts[len(NAMES) + reply_no % len(NAMES)]
        pk = next(numbers)
        yield _row(article, sample, pk, parent, thread_no, reply_no, path, depth, 0)
        parent = pk


def _row(
    article: Article,
    sample: Reaction,
    pk: int,
    parent: int | None,
    thread_no: int,
    reply_no: int,
    path: bytes,
    depth: int,
    replies: int,
) -> tuple[Any, ...]:
    """In the order of COLUMNS."""
    html = sample.html.replace(str(PLACEHOLDER), str(pk))
    if parent:
        html = html.replace(str(PARENT), str(parent))
    moment = sample.created_at
    return (
        *(pk, article.pk, parent, thread_no, reply_no, path, depth, replies, replies),
        *(sample.name, sample.website, sample.body, "nl", Reaction.Status.PUBLISHED, True, moment, moment, moment),
        *(html, HTML_VERSION, f"bench {pk}"),
    )


def _sample_parts(article: Article) -> list[Reaction]:
    """For every name an opening and then, for every name again, a reply; rendered once, used for all."""
    now = timezone.now()
    samples = []
    for parent in (None, Reaction(pk=PARENT, name=NAMES[0], status=Reaction.Status.PUBLISHED)):
        for n, name in enumerate(NAMES):
            sample = Reaction(
                pk=PLACEHOLDER,
                article=article,
                parent=parent,
                name=name,
                website="https://lezer.example/" if n % 2 else "",
                body="\n\n".join([WORDS, *[WORDS] * (n % 3)]),
                status=Reaction.Status.PUBLISHED,
                created_at=now,
                published_at=now,
            )
            sample.html = part(sample)
            samples.append(sample)
    return samples
