"""Feeds of articles, whole: Atom for all, of a section, by an author; JSON Feed for all. At most FEED_SIZE articles."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from articles.models import Article, ArticleQuerySet, Author, Section
from articles.moved import at_former_address_of
from articles.structured_data import iso_moment, social_picture
from forum.syndication import AtomFeed, Attributes, Person, answer, atom_answer
from forum.text import html_elsewhere
from forum.webaddress import absolute

FEED_SIZE = 50
JSON_FEED = "https://jsonfeed.org/version/1.1"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    title = gettext("%(site)s: newest articles") % {"site": settings.SITE_NAME}
    return _atom(Article.objects.published(), title, reverse("home"), reverse("articles_feed"))


@require_safe
@at_former_address_of("section")
def section(request: HttpRequest, slug: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    found = Article.objects.published().filter(section=section)
    return _atom(
        found,
        f"{settings.SITE_NAME}: {section.name}",
        section.get_absolute_url(),
        reverse("section_feed", args=[slug]),
        subtitle=section.description or None,
    )


@require_safe
@at_former_address_of("author")
def author(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, slug=slug)
    return _atom(
        author.written.published(),
        f"{settings.SITE_NAME}: {author.name}",
        author.get_absolute_url(),
        reverse("author_feed", args=[slug]),
    )


@require_safe
def articles_json(request: HttpRequest) -> HttpResponse:
    """Source: the JSON Feed specification, version 1.1."""
    rows = _newest(Article.objects.published())
    feed: dict[str, Any] = {
        "version": JSON_FEED,
        "title": gettext("%(site)s: newest articles") % {"site": settings.SITE_NAME},
        "home_page_url": absolute(reverse("home")),
        "feed_url": absolute(reverse("articles_json")),
        "language": get_language(),
        "authors": [{"name": settings.SITE_NAME, "url": absolute(reverse("home"))}],
    }
    if settings.WEBSUB_HUB:
        feed["hubs"] = [{"type": "WebSub", "url": settings.WEBSUB_HUB}]
    feed["items"] = [_json_item(article) for article in rows]
    content = json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")
    return answer(content, content_type="application/feed+json", changed=_changed(rows))


def atom_id(article: Article) -> str:
    """Stays when the address changes. Source: RFC 4151; the day is one on which the site had this name."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{article.created_at:%Y-%m-%d}:articles/{article.pk}"


def _atom(found: ArticleQuerySet, title: str, page: str, address: str, subtitle: str | None = None) -> HttpResponse:
    rows = _newest(found)
    feed = AtomFeed(
        title=title,
        page=absolute(page),
        address=absolute(address),
        language=get_language() or settings.LANGUAGE_CODE,
        changed=_changed(rows),
        subtitle=subtitle,
        hub=settings.WEBSUB_HUB,
    )
    for article in rows:
        assert article.published_at is not None  # only what is published is in a feed
        feed.add_entry(
            title=article.title,
            page=absolute(article.get_absolute_url()),
            atom_id=atom_id(article),
            language=article.language,
            people=[Person(name, absolute(reverse("author", args=[slug]))) for name, slug in article.byline],
            content=_content(article),
            published=article.published_at,
            updated=article.changed_at,
            links=[_replies(article)],
            summary=article.lead,
            categories=[article.section.name],
        )
    return atom_answer(feed)


def _newest(found: ArticleQuerySet) -> list[Article]:
    return list(found.newest_first().with_byline().with_picture().defer("body")[:FEED_SIZE])


def _changed(rows: Sequence[Article]) -> datetime:
    """Also of what is no longer in it: an article that was withdrawn changed all feeds that it stood in."""
    once_public = Article.objects.exclude(status__in=[Article.Status.DRAFT, Article.Status.SCHEDULED])
    saved = once_public.order_by("-updated_at", "-pk").values_list("updated_at", flat=True).first()
    return max([article.changed_at for article in rows] + ([saved] if saved else []), default=NEVER)


def _content(article: Article) -> str:
    with translation.override(article.language):
        html = render_to_string("articles/_feed_content.html", {"article": article})
    return html_elsewhere(html, absolute(article.get_absolute_url()))


def _replies(article: Article) -> Attributes:
    """Where its reactions are, and how many. Source: RFC 4685, section 4."""
    discussion = article.discussion
    link = {
        "rel": "replies",
        "type": "application/atom+xml",
        "href": absolute(reverse("article_reactions_feed", args=[article.slug])),
        "thr:count": str(discussion.visible),
    }
    if discussion.last_reaction_at:
        link["thr:updated"] = iso_moment(discussion.last_reaction_at)
    return link


def _json_item(article: Article) -> dict[str, Any]:
    assert article.published_at is not None  # only what is published is in a feed
    item: dict[str, Any] = {
        "id": atom_id(article),
        "url": absolute(article.get_absolute_url()),
        "title": article.title,
        "content_html": _content(article),
        "date_published": iso_moment(article.published_at),
        "date_modified": iso_moment(article.changed_at),
        "authors": [{"name": name, "url": absolute(reverse("author", args=[slug]))} for name, slug in article.byline],
        "tags": [article.section.name],
        "language": article.language,
    }
    if article.lead:
        item["summary"] = article.lead
    picture = social_picture(article)
    if picture:
        item["image"] = picture.address
    return item
