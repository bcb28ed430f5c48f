"""The form at the foot of an article."""

from typing import Any

from django import template
from django.utils.html import format_html

from articles.models import Article
from forum.reactions.forms import ReactionForm
from forum.reactions.identity import voice_of

register = template.Library()


@register.inclusion_tag("reactions/_form.html", takes_context=True)
def react_form(context: template.Context, article: Article) -> dict[str, Any]:
    """The same for everybody without a session: no stamp, no key; the script fetches those when they are needed."""
    voice = voice_of(context["request"], article)
    return {"form": ReactionForm(slug=article.slug, alone=False, voice=voice)}


@register.filter
def isolated(name: str) -> str:
    """A name whose direction leaves the sentence around it alone."""
    return format_html("<bdi>{}</bdi>", name)
