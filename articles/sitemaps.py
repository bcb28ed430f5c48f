"""What search engines may fetch, and where everything is. Source: sitemaps.org, protocol 0.9; Google's news extension.

An article's sitemap is found by its number: numbers 1 to SPLIT stand in the first, and so on. So no sitemap costs more
than another, none ever holds more than SPLIT, and an article stays in the one it is in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Max, Q, When
from django.db.models.functions import Coalesce, Greatest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.http import require_safe

from articles.models import Article, Author, Section
from articles.structured_data import iso_moment
from forum.characters import for_xml
from forum.syndication import answer
from forum.webaddress import absolute

SPLIT = 10_000
MOST_NEWS = 1000  # Source: Google's news sitemaps
NEWS_DAYS = 2
MOST_PAGES = 20_000  # sections, and authors; the protocol ends at 50,000 in one file
HOUSE_PAGES = ("archive", "about", "house_rules", "privacy", "accessibility", "contact")

# The last moment at which an article or what is said under it changed.
CHANGED = Greatest("updated_at", "published_at", Coalesce("discussion__last_reaction_at", "published_at"))

PROTOCOL = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    context = {"sitemap": absolute(reverse("sitemap"))}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Two queries; nothing of an article but its number and its moments is looked at. No part of it is empty."""
    public = Article.objects.published()
    found: list[tuple[str, datetime | None]] = [(reverse("sitemap_pages"), None)]
    if public.filter(published_at__gte=_news_begin()).exists():
        found.append((reverse("sitemap_news"), None))
    parts = public.annotate(changed=CHANGED, part=(F("pk") - 1) / SPLIT).values("part").annotate(at=Max("changed"))
    for part, at in parts.order_by("part").values_list("part", "at"):
        found.append((reverse("sitemap_articles", args=[part + 1]), at))
    lines = (f"<sitemap>{_place(path)}{_changed(moment)}</sitemap>" for path, moment in found)
    return _answer("sitemapindex", PROTOCOL, lines)


@require_safe
def articles(request: HttpRequest, number: int) -> HttpResponse:
    """Found by number only: with the state among the conditions, SQLite would go through all that is published."""
    if not 1 <= number <= 2**62 // SPLIT:
        raise Http404
    found = Article.objects.filter(pk__gt=(number - 1) * SPLIT, pk__lte=number * SPLIT).order_by("pk")
    public = ExpressionWrapper(_public(), BooleanField())
    translated = _public("translation__")
    rows = found.annotate(
        public=public,
        changed=CHANGED,
        other_slug=Case(When(translated, then="translation__slug")),
        other_language=Case(When(translated, then="translation__language")),
    )
    fields = ("public", "slug", "language", "changed", "other_slug", "other_language")
    place = _xml(absolute(reverse("article", args=["-slug-"])))  # once, not ten thousand times
    lines = [_article(place, *row) for public, *row in rows.values_list(*fields).iterator(chunk_size=2000) if public]
    if not lines:
        raise Http404
    return _answer("urlset", f"{PROTOCOL} {XHTML}", lines)


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    fresh = Article.objects.published().filter(published_at__gte=_news_begin()).newest_first()
    fields = ("slug", "language", "published_at", "title")
    return _answer("urlset", f"{PROTOCOL} {NEWS}", (_news(*row) for row in fresh.values_list(*fields)[:MOST_NEWS]))


@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """Sections and authors change when one of their articles is published."""
    now, published = timezone.now(), Article.Status.PUBLISHED
    sections = Section.objects.filter(articles__status=published, articles__published_at__lte=now)
    authors = Author.objects.filter(written__status=published, written__published_at__lte=now)
    newest = (
        ("section", sections.annotate(newest=Max("articles__published_at"))),
        ("author", authors.annotate(newest=Max("written__published_at"))),
    )
    found: list[tuple[str, datetime | None]] = [(reverse(name), None) for name in ("home", "articles", *HOUSE_PAGES)]
    for name, rows in newest:
        in_order = rows.order_by("pk").values_list("slug", "newest")[:MOST_PAGES]
        found += [(reverse(name, args=[slug]), at) for slug, at in in_order]
    return _answer("urlset", PROTOCOL, (f"<url>{_place(path)}{_changed(moment)}</url>" for path, moment in found))


def _news_begin() -> datetime:
    return timezone.now() - timedelta(days=NEWS_DAYS)


def _public(prefix: str = "") -> Q:
    """What ArticleQuerySet.published asks for, also of a translation."""
    return Q((f"{prefix}status", Article.Status.PUBLISHED), (f"{prefix}published_at__lte", timezone.now()))


def _article(place: str, slug: str, language: str, changed: datetime, *other: str | None) -> str:
    """`other`: slug and language of the translation. When there is one, each names both, itself too."""
    here = place.replace("-slug-", slug)
    alternates = ""
    if all(other):
        links = ((language, here), (other[1], place.replace("-slug-", str(other[0]))))
        alternates = "".join(f'<xhtml:link rel="alternate" hreflang="{name}" href="{to}"/>' for name, to in links)
    return f"<url><loc>{here}</loc>{_changed(changed)}{alternates}</url>"


def _news(slug: str, language: str, published_at: datetime, title: str) -> str:
    return (
        f"<url>{_place(reverse('article', args=[slug]))}<news:news>"
        f"<news:publication><news:name>{_xml(settings.SITE_NAME)}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{iso_moment(published_at)}</news:publication_date>"
        f"<news:title>{_xml(title)}</news:title></news:news></url>"
    )


def _place(path: str) -> str:
    return f"<loc>{_xml(absolute(path))}</loc>"


def _changed(moment: datetime | None) -> str:
    return f"<lastmod>{iso_moment(moment)}</lastmod>" if moment else ""


def _xml(text: str) -> str:
    return escape(for_xml(text))


def _answer(root: str, names: str, lines: Iterable[str]) -> HttpResponse:
    body = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f"<{root} {names}>", *lines, f"</{root}>\n"])
    return answer(body.encode(), content_type="application/xml; charset=utf-8")
