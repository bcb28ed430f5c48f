"""The seam between articles and reactions: the room under an article, and the newest voices on the home page."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from articles.models import Article, Author
from forum.cleaning import website_host
from forum.reactions.models import Reaction
from forum.reactions.thread_markup import thread
from forum.reactions.threads import ORDERS, Page, article_page
from forum.text import excerpt

register = template.Library()

VOICE_CHARS = 200


@register.inclusion_tag("reactions/_section.html", takes_context=True)
def reaction_section(context: template.Context, article: Article) -> dict[str, Any]:
    """The readers' room. The article must come with its discussion; costs one query, three for a long article."""
    query = context["request"].GET
    page, path = article_page(article, query.get("order"), query.get("after")), article.get_absolute_url()
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
