"""The seam between articles and reactions: the room under an article, and the newest voices on the home page."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from articles.models import Article, Author
from forum.cleaning import website_host
from forum.converters import number_in_query
from forum.reactions import structured_data
from forum.reactions.models import Reaction
from forum.reactions.thread_markup import thread
from forum.reactions.threads import ORDERS, Page, article_page
from forum.text import data_block, excerpt
from forum.webaddress import absolute

register = template.Library()

VOICE_CHARS = 200


@register.inclusion_tag("reactions/_section.html", takes_context=True)
def reaction_section(context: template.Context, article: Article) -> dict[str, Any]:
    """The readers' room. The article must come with its discussion; costs one query, three for a long article."""
    page, path = _page_of(context["request"], article), article.get_absolute_url()
    return {
        "request": context["request"],
        "article": article,
        "discussion": article.discussion,
        "page": page,
        "is_whole": not page.is_long and page.previous is None,
        "thread": thread(page, article) if page.rows else "",
        "previous": page_address(path, page, page.previous),
        "following": page_address(path, page, page.following),
    }


@register.simple_tag(takes_context=True)
def thread_address(context: template.Context, article: Article) -> str:
    """The one address under which search engines keep this page: its own, for a later page of a long article.

    Another order, or a later page of what stands whole on the article's own page, is that page once more.
    """
    page = _page_of(context["request"], article)
    cursor = number_in_query(context["request"].GET.get("after"))
    later = f"?after={cursor}" if cursor and page.is_long and page.order == ORDERS[0] else ""
    return absolute(article.get_absolute_url() + later)


@register.simple_tag(takes_context=True)
def discussion_data(context: template.Context, article: Article, page: Page | None = None) -> SafeString:
    """JSON-LD of the article and of the reactions that this page shows."""
    page = page or _page_of(context["request"], article)
    return data_block(structured_data.discussion_data(article, page.rows))


def _page_of(request: HttpRequest, article: Article) -> Page:
    """Loaded once for a page of the site, however many of its tags ask."""
    pages: dict[int, Page] = request.__dict__.setdefault("thread_pages", {})
    if article.pk not in pages:
        pages[article.pk] = article_page(article, request.GET.get("order"), request.GET.get("after"))
    return pages[article.pk]


def page_address(path: str, page: Page, cursor: int | None) -> str:
    """The same page from another cursor on; "" for none. The first page has one address only."""
    if cursor is None:
        return ""
    query = {} if page.order == ORDERS[0] else {"order": page.order}
    if cursor:
        query["after"] = str(cursor)
    return path + (f"?{urlencode(query)}" if query else "") + "#reactions"


@register.simple_tag
def recent_reactions(count: int) -> SafeString:
    """List items for the newest reactions of the whole site, "" when there are none. One query."""
    return voices(Reaction.objects.recent()[:count])


@register.simple_tag
def author_answers(author: Author, count: int) -> SafeString:
    """List items for what an author answered lately, in the letter of the editors. One query."""
    return voices(Reaction.objects.answers_of(author)[:count], by_author=True)


def voices(reactions: QuerySet[Reaction], *, by_author: bool = False) -> SafeString:
    columns = ("name", "website", "body", "published_at", "article__title", "article__slug", "article__language")
    said = [
        {
            "reaction": reaction,
            "article": reaction.article,
            "host": website_host(reaction.website) if reaction.website else "",
            "words": excerpt(reaction.body, VOICE_CHARS),
        }
        for reaction in reactions.select_related("article").only(*columns)
    ]
    return render_to_string("reactions/_voices.html", {"voices": said, "by_author": by_author})
