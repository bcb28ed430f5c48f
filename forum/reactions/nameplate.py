"""What a nameplate and the words below it show, for pages on which a reaction stands outside its thread."""

from typing import Any

from articles.models import Article
from articles.templatetags.articles import local_year
from forum.cleaning import website_host
from forum.reactions.models import Reaction
from forum.text import reader_html


def drawn(reaction: Reaction) -> dict[str, Any]:
    """For templates/reactions/_form_nameplate.html; also of one that is not stored."""
    return {
        "name": reaction.name,
        "host": website_host(reaction.website) if reaction.website else "",
        "words": reader_html(reaction.body),
        "by_author": reaction.by_author,
        "by_editors": reaction.by_editors,
        "name_confirmed": reaction.name_confirmed,
        "is_question": reaction.is_question,
        "answered": reaction.parent.name if reaction.parent else "",
    }


def quoted(reaction: Reaction, article: Article) -> dict[str, Any]:
    """With its moment, and without whom it answers."""
    return drawn(reaction) | {
        "answered": "",
        "moment": reaction.published_at or reaction.created_at,
        "year": local_year(article.published_at or reaction.created_at),
    }
