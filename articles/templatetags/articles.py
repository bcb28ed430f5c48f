from datetime import date, datetime
from typing import Any

from django import template
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from articles.models import Article, ArticleImage, Author
from articles.skyline import draw
from forum.text import joined

register = template.Library()


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
def long_moment(moment: datetime) -> str:
    return date_format(_local(moment), "j F Y, H:i", use_l10n=False)


@register.filter
def local_year(moment: date) -> int:
    return _local(moment).year


@register.filter
def iso_moment(moment: datetime) -> str:
    """Local time with its offset, to the second: what `<time datetime>` takes."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


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
def author_link(author: Author) -> SafeString:
    return format_html('<a class="u-url p-name" href="{}" rel="author">{}</a>', author.get_absolute_url(), author.name)


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
