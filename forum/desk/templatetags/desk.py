"""The bar above every page of the staff: what this person may open, and no more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.actions.versions import Note
from articles.templatetags.articles import short_moment
from forum.accounts.people import name_of, names_of_roles
from forum.accounts.roles import Ability, Visitor, able
from forum.desk.questions import open_count
from forum.outbox.reasons import in_words
from forum.reactions.models import Reaction
from forum.reports.models import Report

register = template.Library()


class Door(NamedTuple):
    url_name: str
    label: str | Promise
    abilities: tuple[Ability, ...]
    waiting: Callable[[Visitor], int] | None = None  # how much is to be done behind it


def to_decide(user: Visitor) -> int:
    """Reactions that wait, and published ones that were reported. Said up to a hundred."""
    held = Reaction.objects.held().order_by("pk")[:100].count()
    reported = Report.objects.open().exclude(reaction__status=Reaction.Status.HELD)
    return held + reported.order_by().values("reaction").distinct()[:100].count()


DOORS = (
    Door("desk_articles", _("Articles"), (Ability.WRITE,)),
    Door("desk_questions", _("Questions"), (Ability.WRITE,), open_count),
    Door("desk_numbers", _("Numbers"), (Ability.WRITE,)),
    Door("moderation", _("Moderation"), (Ability.MODERATE,), to_decide),
    Door("desk_sections", _("Sections"), (Ability.ARRANGE,)),
    Door("desk_authors", _("Authors"), (Ability.ARRANGE,)),
    Door("desk_pages", _("Pages of the house"), (Ability.ARRANGE,)),
    Door("desk_people", _("People"), (Ability.MANAGE_PEOPLE,)),
    Door("desk_deliveries", _("Deliveries"), (Ability.MANAGE_PEOPLE,)),
    Door("desk_suppressions", _("No mail"), (Ability.MANAGE_PEOPLE,)),
    Door("desk_inbound", _("Incoming mail"), (Ability.MANAGE_PEOPLE,)),
)


register.filter("roles", names_of_roles)
register.filter("reason_in_words", in_words)


@register.filter
def clock(moment: datetime) -> str:
    """ "14:05" of today; with the day when it was another."""
    moment, now = timezone.localtime(moment), timezone.localtime()
    return f"{moment:%H:%M}" if moment.date() == now.date() else short_moment(moment, now.year)


@register.filter
def staff_name(user: User | None) -> str:
    return name_of(user) if user else gettext("the worker")


@register.filter
def note_words(note: str) -> str:
    """What a revision's note says: "restored 12" -> "restored from 12"."""
    word, _, number = note.rpartition(" ") if note.startswith(f"{Note.RESTORED} ") else (note, "", "")
    label = dict(Note.choices).get(word, "")
    return gettext("restored from %(number)s") % {"number": number} if number else str(label)


@register.inclusion_tag("desk/_bar.html", takes_context=True)
def desk_bar(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    doors = [
        {
            "address": reverse(door.url_name),
            "label": door.label,
            "is_here": context.get("door") == door.url_name,
            "waiting": door.waiting(request.user) if door.waiting else 0,
        }
        for door in DOORS
        if any(able(request.user, ability) for ability in door.abilities)
    ]
    return {
        "doors": doors,
        "name": name_of(request.user),
        "is_account": request.resolver_match.url_name == "account",
        "csrf_token": context.get("csrf_token"),
    }
