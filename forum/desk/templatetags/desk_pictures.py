"""The pictures of an article, for the page on which it is written."""

from typing import Any

from django import template

from articles.models import Article

register = template.Library()


@register.inclusion_tag("desk/_pictures.html", takes_context=True)
def desk_pictures(context: template.Context, article: Article) -> dict[str, Any]:
    """List, upload form and script; not inside another form. Works alone, and better with textarea#id_body beside it."""
    return pictures_context(article) | {
        "csrf_token": context.get("csrf_token"),
        "refused": context.get("refused"),
    }


def pictures_context(article: Article) -> dict[str, Any]:
    return {"article": article, "images": list(article.images.order_by("number"))}
