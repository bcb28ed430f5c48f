"""What the editor page holds of an article, in its two shapes.

*Typed fields* are plain text by name, `authors` a list of it: what a form sends and shows, and what revisions and
working copies keep as JSON. A *manuscript* is the same after it was checked, with rows and moments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.utils import timezone, translation

from articles import images
from articles.models import Article, Author, Section
from forum import text

WORDS_PER_MINUTE = 200
TEXTS = ("title", "slug", "lead", "body", "correction", "language", "section")
SETTINGS = ("translation", "reactions", "closes_at", "close_after_days")
FIELDS = (*TEXTS[:-2], "section", "authors", "language", *SETTINGS)

Typed = Mapping[str, Any]


@dataclass(frozen=True)
class Manuscript:
    """`slug` empty: made from the headline. `authors`: the byline in order, at least one."""

    title: str
    slug: str
    lead: str
    body: str
    correction: str
    language: str
    section: Section
    authors: Sequence[Author]
    translation: Article | None = None
    reactions: str = "open"
    closes_at: datetime | None = None
    close_after_days: int | None = None


def typed_fields(article: Article) -> dict[str, Any]:
    """An article of the database as the editor page shows it. Asks for the byline and the translation."""
    discussion = article.discussion
    counted = discussion.close_after_days is not None
    return {
        "title": article.title,
        "slug": article.slug,
        "lead": article.lead,
        "body": article.body,
        "correction": article.correction,
        "section": str(article.section_id),
        "authors": [str(pk) for pk in article.bylines.values_list("author_id", flat=True)],
        "language": article.language,
        "translation": article.translation.slug if article.translation else "",
        "reactions": discussion.state,
        "closes_at": "" if counted else typed_moment(discussion.closes_at),
        "close_after_days": str(discussion.close_after_days) if counted else "",
    }


def typed_moment(moment: datetime | None) -> str:
    """As `<input type=datetime-local>` has it: "2026-11-30T09:00", in the site's time zone."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def lines(typed: str) -> str:
    """Newlines as we keep them, and without the one character that no database takes."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def put_in(article: Article, typed: Typed, *, finished: bool = True) -> Article:
    """Show what was typed, as far as it can be shown, in an article that is *not* going to be saved: for a preview.

    What cannot be (a section that is gone, half an address) stays as it was. `finished`: with its HTML.
    """
    for name in ("title", "lead", "body", "correction"):
        setattr(article, name, typed.get(name, getattr(article, name)))
    if typed.get("language") in ("nl", "en"):
        article.language = typed["language"]
    if section := Section.objects.filter(pk=number(typed.get("section"))).first():
        article.section = section
    if authors := authors_of(typed.get("authors", [])):
        article.author = authors[0]
        article.byline = byline_of(authors)
    if article.correction and not article.corrected_at:
        article.corrected_at = timezone.now()
    if finished:
        finish(article)
    return article


def finish(article: Article) -> None:
    """Make from the text what pages show: its HTML and the minutes it takes. Asks for the article's pictures."""
    with translation.override(article.language):
        article.body_html = text.article_html(article.body, images.figure_of(article))
    article.minutes = max(1, ceil(len(article.body.split()) / WORDS_PER_MINUTE))


def byline_of(authors: Sequence[Author]) -> list[list[str]]:
    return [[author.name, author.slug] for author in authors]


def authors_of(typed: Sequence[Any]) -> list[Author]:
    """The authors in the order in which their numbers were typed; what is no author's number is passed over."""
    wanted = [number(one) for one in typed]
    found = Author.objects.in_bulk(wanted)
    return [found[pk] for pk in dict.fromkeys(wanted) if pk in found]


def number(typed: Any) -> int:
    """The number of a row as it was typed; 0, which no row has, for anything else."""
    said = str(typed or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
