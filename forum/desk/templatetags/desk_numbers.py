"""The numbers of an article, for its own page at the desk and for every page that shows them beside something else."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from articles.models import Article
from forum.desk.numbers import COUNTED, DAYS, SAMPLE, numbers_of
from forum.text import joined

register = template.Library()

STEP, BAR, HEIGHT = 10, 8, 80  # units of the drawing


@register.inclusion_tag("desk/_numbers.html")
def article_numbers(article: Article) -> dict[str, Any]:
    """Six queries. The article must come with its discussion."""
    discussion = article.discussion
    return {
        "article": article,
        "discussion": discussion,
        "numbers": numbers_of(article),
        "share": round(100 * discussion.answered / discussion.questions) if discussion.questions else None,
        "days": DAYS,
        "counted": COUNTED,
        "sample": SAMPLE,
    }


@register.simple_tag
def day_bars(days: Sequence[tuple[date, int]]) -> SafeString:
    """A bar for each day. Only a picture of what stands beside it in words."""
    most = max((count for _, count in days), default=0) or 1
    bars = [
        format_html(
            '<rect x="{}" y="{}" width="{}" height="{}"/>\n',
            STEP * at,
            HEIGHT - (height := max(2, round(HEIGHT * count / most))),
            BAR,
            height,
        )
        for at, (_, count) in enumerate(days)
        if count
    ]
    width = STEP * len(days)
    return joined(
        [
            format_html('<svg class="bars" viewBox="0 0 {} {}" aria-hidden="true">\n', width, HEIGHT + 1),
            *bars,
            format_html('<path d="M0 {0}.5H{1}"/>\n</svg>', HEIGHT, width),
        ]
    )


@register.filter
def span_words(span: timedelta) -> str:
    """ "25 minutes", "5 hours", "3 days": one unit is enough to compare by."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
