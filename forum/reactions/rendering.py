"""The stored part of a page: one reaction's HTML, made when it is written, changed or moderated; never when it is read.

It is in the article's language and holds nothing that depends on who looks or when. Raise HTML_VERSION when the
template changes: the worker makes the old parts again, and until then the old ones serve.
"""

from collections.abc import Iterable
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from articles.models import Discussion
from articles.templatetags.articles import local_year
from forum.cleaning import website_host
from forum.reactions.models import Reaction
from forum.text import joined, reader_html
from forum.webaddress import absolute

HTML_VERSION = 4
PARTS_AT_ONCE = 200
GONE = (Reaction.Status.REMOVED, Reaction.Status.WITHDRAWN)


def part(reaction: Reaction, *, words: SafeString | None = None) -> str:
    """The finished part. `words`: the text as HTML, when the caller made it before it took a lock."""
    article = reaction.article
    opening = reaction.parent_id is None
    with translation.override(article.language):
        context: dict[str, object] = {"reaction": reaction, "heading": "h3" if opening else "h4"}
        if is_gone(reaction):
            context["gone"] = why_gone(reaction)
        else:
            context |= {
                "words": reader_html(reaction.body) if words is None else words,
                "host": website_host(reaction.website) if reaction.website else "",
                "url": reaction.get_absolute_url(),
                "slug": article.slug,
                "year": local_year(article.published_at or reaction.created_at),
                "answered": joined([" <span>", answer_link(reaction.parent), "</span>"]) if reaction.parent else "",
            }
        return render_to_string("reactions/_reaction.html", context).strip()


def is_gone(reaction: Reaction) -> bool:
    """Nothing of it is shown but that it was there. What was never published has no numbers."""
    return reaction.status in GONE or (reaction.status != Reaction.Status.PUBLISHED and reaction.thread_no is not None)


def answer_link(parent: Reaction, *, whole: bool = False) -> SafeString:
    """ "in answer to …", in the language that is active. Removing the parent changes exactly this in every answer.

    `whole`: for a feed, with the full address.
    """
    if parent.is_held_again:
        name = gettext("a hidden reaction")
    else:
        name = gettext("a removed reaction") if is_gone(parent) else parent.name
    address = parent.get_absolute_url()
    if whole:
        link = format_html('<a href="{}">{}</a>', absolute(address), name)
    else:
        link = format_html('<a class="u-in-reply-to" href="{}"><bdi>{}</bdi></a>', address, name)
    return joined([gettext("in answer to %(name)s") % {"name": link}])


def why_gone(reaction: Reaction) -> str:
    """One sentence, in the language that is active."""
    if reaction.status == Reaction.Status.WITHDRAWN:
        return gettext("The writer withdrew this reaction.")
    if reaction.is_hidden_by_readers:
        return gettext("Readers reported this reaction. It is hidden until the editors have looked at it.")
    if reaction.is_held_again:
        return gettext("This reaction is hidden until the editors have looked at it.")
    reason = ground_in_words(reaction)
    if reason:
        return gettext("This reaction was removed by the editors. Reason: %(reason)s.") % {"reason": reason}
    return gettext("This reaction was removed by the editors.")


def ground_in_words(reaction: Reaction) -> str:
    """Why it was refused or removed, in the language that is active; "" when nobody said."""
    return str(reaction.get_decision_ground_display() or reaction.decision_reason).rstrip(".")


def remake_parts(batch: Iterable[Reaction]) -> int:
    """Make the parts of a batch again; the rows must come with article and parent. May run twice. Returns how many.

    Conditional on the states it was made from, so that a decision taken meanwhile keeps its own part. The parts are made
    before the lock on their articles' discussions, whose versions rise.
    """
    made = 0
    rows = iter(batch)
    while some := [(reaction, part(reaction)) for reaction in islice(rows, PARTS_AT_ONCE)]:
        with transaction.atomic():
            shown = Discussion.objects.filter(pk__in={reaction.article_id for reaction, _ in some}).order_by("pk")
            list(shown.select_for_update().values_list("pk", flat=True))  # in one order: nobody waits in a circle
            made += sum(_replace(reaction, html) for reaction, html in some)
            shown.order_by().update(version=F("version") + 1)
    return made


def _replace(reaction: Reaction, html: str) -> int:
    row = Reaction.objects.filter(
        pk=reaction.pk,
        status=reaction.status,
        edited_at=reaction.edited_at,
        answered_by=reaction.answered_by_id,
    )
    if reaction.parent:
        row = row.filter(parent__status=reaction.parent.status)
    return row.update(html=html, html_version=HTML_VERSION)
