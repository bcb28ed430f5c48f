"""What a role lets somebody do. A person may have several roles; each is a Django group of the same name.

Rules about one article (an author's own draft) stand in articles.rights.
"""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    AUTHOR = "author"
    EDITOR = "editor"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.AUTHOR: _("Author"),
    Role.EDITOR: _("Editor"),
    Role.MODERATOR: _("Moderator"),
    Role.ADMINISTRATOR: _("Administrator"),
}


class Ability(StrEnum):
    WRITE = "write"  # begin an article, write in an own draft
    EDIT_ANY = "edit any"  # write in every article, see everybody's numbers and questions
    PUBLISH = "publish"  # publish, schedule, withdraw every article
    ARRANGE = "arrange"  # sections, authors, the pages of the house
    MODERATE = "moderate"  # decide about reactions
    MANAGE_PEOPLE = "manage people"  # who may log in, and as what


ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.AUTHOR: frozenset({Ability.WRITE}),
    Role.EDITOR: frozenset({Ability.WRITE, Ability.EDIT_ANY, Ability.PUBLISH, Ability.ARRANGE}),
    Role.MODERATOR: frozenset({Ability.MODERATE}),
    Role.ADMINISTRATOR: frozenset(Ability),
}

# What an ability opens in Django's admin; administrators open all of it.
PERMISSIONS: dict[Ability, frozenset[str]] = {
    Ability.MODERATE: frozenset(
        {
            "reactions.view_reaction",
            *(f"spam.{may}_blockedterm" for may in ("view", "add", "change", "delete")),
        }
    ),
}

Visitor = User | AnonymousUser  # what request.user may be


def roles_of(user: Visitor) -> frozenset[Role]:
    """None for whoever is no active member of staff. One query the first time, kept on the user of this request."""
    if isinstance(user, AnonymousUser) or not user.is_active or not user.is_staff:
        return frozenset()
    if user.is_superuser:
        return frozenset({Role.ADMINISTRATOR})
    known: frozenset[Role] | None = user.__dict__.get("known_roles")
    if known is None:
        names = user.groups.values_list("name", flat=True)
        known = user.__dict__["known_roles"] = frozenset(Role(name) for name in names if name in set(Role))
    return known


def written_roles(user: User) -> frozenset[Role]:
    """Those he was given, also while he is blocked."""
    given = {group.name for group in user.groups.all()}
    return frozenset(role for role in Role if role in given)


def able(user: Visitor, ability: Ability) -> bool:
    return any(ability in ABILITIES[role] for role in roles_of(user))


def permissions_of(user: Visitor) -> frozenset[str]:
    return frozenset().union(*(names for ability, names in PERMISSIONS.items() if able(user, ability)))
