"""The bar above every page of the staff: what this person may open, and no more."""

from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.accounts.roles import Ability, able

register = template.Library()


class Door(NamedTuple):
    url_name: str
    label: str | Promise
    abilities: tuple[Ability, ...]


DOORS = (
    Door("desk_articles", _("Articles"), (Ability.WRITE,)),
    Door("desk_sections", _("Sections"), (Ability.ARRANGE,)),
    Door("desk_authors", _("Authors"), (Ability.ARRANGE,)),
    Door("desk_pages", _("Pages of the house"), (Ability.ARRANGE,)),
)


@register.inclusion_tag("desk/_bar.html", takes_context=True)
def desk_bar(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    doors = [
        {"address": reverse(door.url_name), "label": door.label, "is_here": context.get("door") == door.url_name}
        for door in DOORS
        if any(able(request.user, ability) for ability in door.abilities)
    ]
    return {"doors": doors, "user": request.user}
