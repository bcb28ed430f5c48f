"""Who may log in, and as what. Every change is written in Django's log of changes, with who made it."""

import json
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from forum.accounts.people import administrators
from forum.accounts.roles import Role, written_roles

MAX_USERNAME_CHARS = 40


class PeopleError(Exception):
    """Something that cannot be done with a person; the subclasses say why."""


class LastAdministrator(PeopleError):
    """Without him nobody could let anybody in."""


class AddressTaken(PeopleError):
    """Somebody else logs in with this address."""


@transaction.atomic
def invite_person(*, name: str, email: str, roles: Iterable[Role], by: User | None) -> User:
    """Make an account that logs in with a mailed code; `by` None: a command did. Raises AddressTaken."""
    email, roles = email.lower(), frozenset(roles)
    _check_free(email, but=None)
    user = User(username=_free_username(name), first_name=name, email=email)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    _give(user, roles)
    _log(user, "invited", by=by, roles=roles)
    return user


@transaction.atomic
def make_administrator(*, name: str, email: str) -> tuple[User, bool]:
    """For the command that begins a site. Who has this address becomes one; else somebody is made. May run twice.

    Returns him, and whether he was none before.
    """
    known = User.objects.filter(email__iexact=email).first()
    if known is None:
        return invite_person(name=name, email=email, roles={Role.ADMINISTRATOR}, by=None), True
    was = administrators().filter(pk=known.pk).exists()
    let_in_again(known, by=None)
    return set_roles(known, roles=written_roles(known) | {Role.ADMINISTRATOR}, by=None), not was


@transaction.atomic
def set_roles(user: User, *, roles: Iterable[Role], by: User | None) -> User:
    """Exactly these. May run twice. Raises LastAdministrator."""
    wanted = frozenset(roles)
    if Role.ADMINISTRATOR not in wanted:
        _check_another_administrator(user)
    before = written_roles(user)
    _give(user, wanted)
    if before != wanted:
        _log(user, "roles", by=by, roles=wanted)
    return user


@transaction.atomic
def block_person(user: User, *, by: User | None) -> User:
    """No way in any more, and out wherever logged in. May run twice. Raises LastAdministrator."""
    _check_another_administrator(user)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        _log(user, "blocked", by=by)
    end_sessions(user)
    return user


@transaction.atomic
def let_in_again(user: User, *, by: User | None) -> User:
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        _log(user, "let in again", by=by)
    return user


@transaction.atomic
def forget_devices(user: User, *, by: User | None) -> int:
    """For who lost them and his recovery codes as well: a mailed code is enough again. Returns how many there were."""
    forgotten, _ = Authenticator.objects.filter(user=user).delete()
    if forgotten:
        _log(user, "devices", by=by)
        end_sessions(user)
    return forgotten


@transaction.atomic
def rename_person(user: User, *, name: str) -> User:
    user.first_name, user.last_name = name, ""
    user.save(update_fields=["first_name", "last_name"])
    return user


@transaction.atomic
def change_address(user: User, *, email: str, by: User | None) -> User:
    """From now on codes go there, and to no former address. Raises AddressTaken."""
    email = email.lower()
    if email == user.email:
        return user
    _check_free(email, but=user)
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    _log(user, "address", by=by)
    return user


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Log out wherever he is logged in, except in the session `but`. Returns in how many places that was."""
    ended = 0
    for session in Session.objects.exclude(pk=but).filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
            ended += 1
    return ended


def forget_sessions() -> int:
    """Of sessions that have ended. Returns how many there were."""
    return Session.objects.filter(expire_date__lte=timezone.now()).delete()[0]


def _check_another_administrator(user: User) -> None:
    """Locks all administrators, so that two of them cannot take each other's role at the same moment."""
    held = set(administrators().select_for_update().order_by("pk").values_list("pk", flat=True))
    if held == {user.pk}:
        raise LastAdministrator


def _give(user: User, roles: frozenset[Role]) -> None:
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(roles)])
    user.is_staff = bool(roles)
    user.is_superuser = Role.ADMINISTRATOR in roles  # all of Django's admin
    user.save(update_fields=["is_staff", "is_superuser"])
    for known in ("known_roles", "_prefetched_objects_cache"):
        user.__dict__.pop(known, None)


def _check_free(email: str, *, but: User | None) -> None:
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if (
        others.filter(email__iexact=email).exists()
        or EmailAddress.objects.filter(user__in=others, email__iexact=email).exists()
    ):
        raise AddressTaken


def _free_username(name: str) -> str:
    """Only who logs in with a password ever types it."""
    base = slugify(name)[:MAX_USERNAME_CHARS] or "medewerker"
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    return next(word for word in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if word not in taken)


def _log(user: User, what: str, *, by: User | None, roles: Iterable[Role] = frozenset()) -> None:
    """Django's log has no row without somebody who did it: what a command does counts as his own."""
    LogEntry.objects.log_actions(
        (by or user).pk,
        [user],
        CHANGE,
        change_message=json.dumps(
            {"what": what, "roles": [role for role in Role if role in roles], "by_command": by is None}
        ),
        single_object=True,
    )
