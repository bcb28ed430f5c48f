"""What a page says about itself to search engines and to those who share it: cards and schema.org data."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from articles import structured_data
from articles.models import Article, Author, Section
from forum.text import data_block, joined
from forum.webaddress import absolute

register = template.Library()

LOCALES = {"nl": "nl_NL", "en": "en_GB"}  # as the Open Graph protocol writes them


@register.inclusion_tag("articles/_card.html")
def article_card(article: Article) -> dict[str, Any]:
    """Open Graph and Twitter card of an article. One query more when a translation is linked and did not come along."""
    other = article.translation
    return {
        "kind": "article",
        "title": article.title,
        "description": article.lead,
        "address": absolute(article.get_absolute_url()),
        "site_name": settings.SITE_NAME,
        "locale": LOCALES[article.language],
        "other_locale": LOCALES[other.language] if other and other.is_public else "",
        "picture": structured_data.social_picture(article),
        "article": article,
        "authors": [absolute(f"/authors/{slug}/") for _, slug in article.byline],
    }


@register.inclusion_tag("articles/_card.html", takes_context=True)
def page_card(context: template.Context, title: str, description: str = "", kind: str = "website") -> dict[str, Any]:
    return {
        "kind": kind,
        "title": title,
        "description": description or gettext("Articles to read in peace. Reactions to answer in peace."),
        "address": absolute(context["request"].path),
        "site_name": settings.SITE_NAME,
        "locale": LOCALES[context.get("LANGUAGE_CODE") or settings.LANGUAGE_CODE],
    }


@register.simple_tag
def site_data() -> SafeString:
    return data_block(structured_data.site_data())


@register.simple_tag
def section_data(section: Section) -> SafeString:
    way = [(section.name, section.get_absolute_url())]
    return joined([data_block(structured_data.section_data(section)), data_block(structured_data.breadcrumbs(way))])


@register.simple_tag
def author_data(author: Author) -> SafeString:
    way = [(author.name, author.get_absolute_url())]
    return joined([data_block(structured_data.author_data(author)), data_block(structured_data.breadcrumbs(way))])


@register.simple_tag(takes_context=True)
def list_data(context: template.Context, title: str) -> SafeString:
    """For a list that is neither a section nor an author: where it stands."""
    return data_block(structured_data.breadcrumbs([(str(title), context["request"].path)]))


@register.simple_tag
def article_way(article: Article) -> SafeString:
    section = article.section
    steps = [(section.name, section.get_absolute_url()), (article.title, article.get_absolute_url())]
    return data_block(structured_data.breadcrumbs(steps))
