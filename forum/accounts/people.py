"""Who works here, and what was changed about that."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from forum.accounts.roles import ROLE_NAMES, Role, written_roles

CHANGES_SHOWN = 30
WHAT = {
    "invited": _("invited as:"),
    "roles": _("now has these roles:"),
    "blocked": _("blocked"),
    "let in again": _("may log in again"),
    "devices": _("logs in without passkeys and app again"),
    "address": _("has another e-mail address"),
}


class Change(NamedTuple):
    """`by` is "" for what a command did. `roles` are those from then on, when that is what changed."""

    at: datetime
    by: str
    about: str
    what: Any
    roles: list[Any]


def name_of(user: User) -> str:
    return user.get_full_name() or user.username


def administrators() -> QuerySet[User]:
    """Those who can log in and let others in."""
    return User.objects.filter(is_active=True, is_staff=True, is_superuser=True)


def everybody() -> QuerySet[User]:
    """Who may log in first, who was blocked last; each by name."""
    return User.objects.prefetch_related("groups").select_related("author").order_by("-is_active", "first_name", "pk")


def names_of_roles(user: User) -> list[Any]:
    given = written_roles(user)
    return [ROLE_NAMES[role] for role in Role if role in given]


def has_devices(user: User) -> bool:
    """A passkey or an app: without it nobody logs in as him."""
    return Authenticator.objects.filter(user=user).exists()


def recent_changes() -> list[Change]:
    """The newest first."""
    kind = ContentType.objects.get_for_model(User)
    entries = LogEntry.objects.filter(content_type=kind).select_related("user").order_by("-pk")[:CHANGES_SHOWN]
    people = User.objects.in_bulk([int(entry.object_id) for entry in entries if entry.object_id])
    found = []
    for entry in entries:
        told, about = _told(entry), people.get(int(entry.object_id or 0))
        if told.get("what") in WHAT:
            by = "" if told["by_command"] else name_of(entry.user)
            roles = [ROLE_NAMES[Role(role)] for role in told["roles"]]
            found.append(Change(entry.action_time, by, name_of(about) if about else "?", WHAT[told["what"]], roles))
    return found


def _told(entry: LogEntry) -> dict[str, Any]:
    """What forum.accounts.actions wrote; nothing for an entry of Django's admin."""
    return json.loads(entry.change_message) if entry.change_message.startswith("{") else {}
