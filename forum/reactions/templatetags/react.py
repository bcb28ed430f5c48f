"""The form at the foot of an article."""

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from articles.models import Article
from articles.templatetags.frame import made_once
from forum.reactions.forms import ReactionForm
from forum.reactions.identity import voice_of
from forum.text import joined

register = template.Library()


SLUG = "-slug-"  # stands for the article's in the form that is made once


@register.simple_tag(takes_context=True)
def react_form(context: template.Context, article: Article) -> SafeString:
    """The same for everybody without a session: no stamp, no key; the script fetches those when they are needed."""
    voice = voice_of(context["request"], article)
    if voice:
        form = ReactionForm(slug=article.slug, alone=False, voice=voice)
        return render_to_string("reactions/_form.html", {"form": form}, context["request"])
    return joined([_form_of_anybody(get_language(), settings.MAX_BODY_CHARS).replace(SLUG, article.slug)])


@made_once
def _form_of_anybody(language: str, max_chars: int) -> SafeString:
    """Under every article it differs by the slug alone, and making it costs as much as the rest of the page."""
    return render_to_string("reactions/_form.html", {"form": ReactionForm(slug=SLUG, alone=False)})


@register.simple_tag
def reaction_scripts(*, alone: bool = False) -> SafeString:
    """`alone`: the form stands on a page of its own, where no answer is put into the page around it."""
    return _scripts(get_language(), alone=alone)


@made_once
def _scripts(language: str, *, alone: bool) -> SafeString:
    return render_to_string("reactions/_scripts.html", {"alone": alone})


@register.filter
def isolated(name: str) -> str:
    """A name whose direction leaves the sentence around it alone."""
    return format_html("<bdi>{}</bdi>", name)
