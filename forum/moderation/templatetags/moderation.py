"""What the pages of other rooms show of decisions, and small words for the desk."""

from datetime import timedelta
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import ngettext

from forum.moderation.statement import last_statement
from forum.reactions.grounds import Ground
from forum.reactions.models import Reaction
from forum.spam.reasons import in_words

register = template.Library()


@register.inclusion_tag("moderation/_statement.html")
def statement_for_writer(reaction: Reaction, token: str) -> dict[str, Any]:
    """For the page of who wrote it; nothing while nobody decided. `token`: what proved that it is his."""
    found = last_statement(reaction.pk)
    return {
        "statement": found,
        "article": reaction.article,
        "token": token,
        "may_appeal": bool(found and found.may_appeal(timezone.now())),
    }


@register.simple_tag
def yearly_counts_are_public() -> bool:
    return settings.YEARLY_COUNTS


@register.filter
def ground_words(ground: str) -> str:
    return str(Ground(ground).label) if ground in Ground.values else ""


@register.filter
def reasons_words(reasons: list[str]) -> list[str]:
    return [in_words(reason) for reason in reasons]


@register.filter
def about(duration: timedelta) -> str:
    """ "12 minutes", "3 hours", "2 days": rounded, the largest unit that fits twice."""
    minutes = max(1, round(duration.total_seconds() / 60))
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
