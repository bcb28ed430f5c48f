"""What stands around every page and hardly ever changes: made once for each of its values, which are all named here."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache, wraps

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from articles.reading import Version, front_pages

register = template.Library()


def made_once(draw: Callable[..., SafeString]) -> Callable[..., SafeString]:
    """For what depends on its arguments alone, the language among them. While developing it is drawn each time."""
    kept = lru_cache(maxsize=1_000)(draw)

    @wraps(draw)
    def found(*args: object, **named: object) -> SafeString:
        return (draw if settings.DEBUG else kept)(*args, **named)

    return found


@register.simple_tag
def head_links() -> SafeString:
    return _head_links(get_language(), settings.SITE_NAME)


@register.simple_tag(takes_context=True)
def masthead(context: template.Context) -> SafeString:
    """The site, its sections with the one we are in, and the way to this page in the other language.

    Where there is no other version, that way leads to the front page in it.
    """
    versions = context.get("versions") or ()
    current = context.get("current_section")
    return _masthead(
        get_language(),
        settings.SITE_NAME,
        sections=tuple((section.slug, section.name) for section in context.get("sections") or ()),
        current=current.slug if current else "",
        is_page=bool(context.get("section_is_page")),
        today=context.get("today"),
        versions=tuple(versions),
    )


@register.simple_tag
def footer() -> SafeString:
    return _footer(get_language(), settings.SITE_NAME, settings.CONTACT)


@made_once
def _head_links(language: str, site_name: str) -> SafeString:
    return render_to_string("_head_links.html", {"SITE_NAME": site_name})


@made_once
def _masthead(
    language: str,
    site_name: str,
    *,
    sections: Sequence[tuple[str, str]],
    current: str,
    is_page: bool,
    today: date | None,
    versions: Sequence[Version],
) -> SafeString:
    others = [version for version in versions or front_pages() if version.language != language]
    where = {"sections": sections, "current": current, "section_is_page": is_page, "versions": others}
    return render_to_string("_masthead.html", {"SITE_NAME": site_name, "today": today, **where})


@made_once
def _footer(language: str, site_name: str, contact: str) -> SafeString:
    return render_to_string("_footer.html", {"SITE_NAME": site_name, "CONTACT": contact})
