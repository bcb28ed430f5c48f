"""Feeds of reactions: of one article, and of the whole site. Name and website stand on top of each entry, then the words.

Only the ETag says whether a feed is still the same: a reaction that was taken away leaves no later moment behind, so
`If-Modified-Since` alone is answered with the whole feed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from articles.feeds import NEVER, atom_id
from articles.freshness import showing
from articles.models import Article
from articles.moved import at_former_address
from forum.cleaning import website_host
from forum.reactions.models import Reaction, ReactionQuerySet
from forum.reactions.rendering import answer_link
from forum.syndication import AtomFeed, Attributes, Person, atom_answer
from forum.text import LINK_REL, joined, reader_html
from forum.webaddress import absolute

FEED_SIZE = 100


@require_safe
@at_former_address
def of_article(request: HttpRequest, slug: str) -> HttpResponse:
    articles = Article.objects.published().select_related("discussion").defer("body", "body_html")
    article = get_object_or_404(articles, slug=slug)
    with translation.override(article.language):
        title = gettext("Reactions to “%(title)s”") % {"title": article.title}
        found = _rows(Reaction.objects.newest_in(article))
        for reaction in found:
            reaction.article = article
        address = reverse("article_reactions_feed", args=[slug])
        assert article.published_at is not None
        page = article.get_absolute_url()
        return showing(_atom(request, found, title, page, address, since=article.published_at), [article])


@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    title = gettext("%(site)s: newest reactions") % {"site": settings.SITE_NAME}
    found = _rows(Reaction.objects.recent().select_related("article").defer("article__body", "article__body_html"))
    return _atom(request, found, title, reverse("home"), reverse("reactions_feed"), since=NEVER)


def _rows(found: ReactionQuerySet) -> list[Reaction]:
    parent = ("html", "body", "path", "held_because")
    return list(found.select_related("parent").defer("html", *(f"parent__{name}" for name in parent))[:FEED_SIZE])


def _atom(
    request: HttpRequest, found: Iterable[Reaction], title: str, page: str, address: str, *, since: datetime
) -> HttpResponse:
    request.META.pop("HTTP_IF_MODIFIED_SINCE", None)  # see above
    feed = AtomFeed(
        title=title,
        page=absolute(page),
        address=absolute(address),
        language=get_language() or settings.LANGUAGE_CODE,
        changed=max([_changed_at(reaction) for reaction in found], default=since),
    )
    for reaction in found:
        own = absolute(reaction.get_absolute_url())
        with translation.override(reaction.article.language):
            names = {"name": reaction.name, "title": reaction.article.title}
            feed.add_entry(
                title=gettext("%(name)s at “%(title)s”") % names,
                page=own,
                atom_id=own,
                language=reaction.article.language,
                people=[Person(reaction.name, reaction.website)],
                content=_content(reaction),
                published=_published_at(reaction),
                updated=_changed_at(reaction),
                in_reply_to=_in_reply_to(reaction),
            )
    return atom_answer(feed)


def _content(reaction: Reaction) -> str:
    """Every piece is made for the whole web already: readers' words hold no other links than whole ones."""
    parts: list[str] = [format_html("<p><strong>{}</strong>", reaction.name)]
    if reaction.website:
        link = (reaction.website, LINK_REL, website_host(reaction.website))
        parts.append(format_html('<br><a href="{}" rel="{}">{}</a>', *link))
    parts.append("</p>")
    if reaction.parent:
        parts += ["<p><em>", answer_link(reaction.parent, whole=True), "</em></p>"]
    return joined([*parts, reader_html(reaction.body)])


def _in_reply_to(reaction: Reaction) -> Attributes:
    """Source: RFC 4685, section 3. An opening answers the article itself."""
    page = absolute((reaction.parent or reaction.article).get_absolute_url())
    return {"ref": page if reaction.parent else atom_id(reaction.article), "href": page, "type": "text/html"}


def _published_at(reaction: Reaction) -> datetime:
    assert reaction.published_at is not None  # only what is published is in a feed
    return reaction.published_at


def _changed_at(reaction: Reaction) -> datetime:
    return max(_published_at(reaction), reaction.edited_at or NEVER)
