from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from articles.house import LANGUAGES, HousePage, address_of
from articles.models import Article, ArticleImage
from articles.skyline import draw
from articles.structured_data import iso_moment
from forum.text import joined

register = template.Library()


@register.filter("iso_moment")
def local_iso_moment(moment: datetime) -> str:
    return iso_moment(moment)


@register.filter
def short_moment(moment: datetime, year: int | str | None = None) -> str:
    """ "21 nov, 07:12"; with the year when it is not `year`, the year of the page around it."""
    moment = timezone.localtime(moment)
    month = "b" if get_language() == "nl" else "M"  # Dutch writes months without a capital
    return date_format(
        moment, f"j {month}, H:i" if str(moment.year) == str(year) else f"j {month} Y, H:i", use_l10n=False
    )


@register.filter
def long_date(moment: date) -> str:
    return date_format(_local(moment), "j F Y", use_l10n=False)


@register.filter
def month_name(day: date) -> str:
    """ "november 2026"; a date has no time that could turn it into the day before."""
    return date_format(day, "F Y", use_l10n=False)


@register.filter
def whole_date(moment: datetime) -> str:
    """ "Maandag 23 november 2026" """
    return capfirst(date_format(_local(moment), "l j F Y", use_l10n=False))


@register.filter
def long_moment(moment: datetime) -> str:
    return date_format(_local(moment), "j F Y, H:i", use_l10n=False)


@register.filter
def local_year(moment: date) -> int:
    return _local(moment).year


def _local(moment: date) -> date:
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment


@register.simple_tag
def gables(skyline: str, windows: bool = False, height: int = 25) -> SafeString:
    return draw(skyline, windows=windows, height=height)


@register.simple_tag
def prose(article: Article) -> SafeString:
    """The article's text, made into HTML by us when it was saved."""
    return joined([article.body_html])


@register.simple_tag
def author_link(name: str, slug: str) -> SafeString:
    """Name and slug as they stand in `article.byline`."""
    return format_html('<a class="u-url p-name" href="{}" rel="author">{}</a>', reverse("author", args=[slug]), name)


@register.simple_tag
def author_cards(article: Article) -> SafeString:
    """The whole byline in microformats, each author a card: "A", "A and B", "A, B and C"."""
    return _enumerated(
        [
            format_html('<span class="p-author h-card">{}</span>', author_link(name, slug))
            for name, slug in article.byline
        ]
    )


@register.simple_tag
def author_names(article: Article) -> SafeString:
    return _enumerated([escape(name) for name, _slug in article.byline])


def _enumerated(parts: list[SafeString]) -> SafeString:
    if len(parts) < 2:
        return joined(parts)
    return format_html(gettext("{} and {}"), format_html_join(", ", "{}", ([part] for part in parts[:-1])), parts[-1])


@register.simple_tag
def house_address(kind: str) -> str:
    """Of a page of the house, in the language of the page that leads there."""
    language = get_language()
    return address_of(kind, language if language in LANGUAGES else settings.LANGUAGE_CODE)


@register.simple_tag
def mine_address() -> str:
    """Of the page on which a reader asks for his own, in the language of the page that leads there."""
    language = get_language()
    return reverse("mine") + (f"?language={language}" if language != settings.LANGUAGE_CODE else "")


@register.simple_tag
def house_prose(page: HousePage) -> SafeString:
    """The text of a page of the house, made into HTML by us."""
    return joined([page.html])


@register.filter
def contact_shown(address: str) -> str:
    return address.removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/")


@register.filter
def srcset(parts: list[dict[str, Any]], kind: str) -> str:
    """All widths of a picture's renditions or crops, `kind` "avif" or "jpeg"."""
    return ", ".join(f"{default_storage.url(made[kind])} {made['width']}w" for made in parts)


@register.filter
def middle(parts: list[dict[str, Any]]) -> str:
    """The picture for who understands neither AVIF nor srcset."""
    return default_storage.url(parts[len(parts) // 2]["jpeg"])


@register.filter
def middle_address(image: ArticleImage) -> str:
    return middle(image.renditions)
