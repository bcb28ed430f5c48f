"""A person and the author as whom he writes: what forum.accounts and articles do together."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify

from articles.actions import save_author
from articles.models import Author
from forum.accounts import actions
from forum.accounts.roles import Role

NEW_AUTHOR = "new"  # instead of the number of one that exists
MAX_SLUG_CHARS = 50


@transaction.atomic
def take_on(
    *, name: str, email: str, roles: Iterable[Role], author: str, may_publish: bool, by: User
) -> User:  # fmt: skip
    """Invite somebody and, if asked, tie him to an author: its number, NEW_AUTHOR, or "" for none. Raises AddressTaken."""
    user = actions.invite_person(name=name, email=email, roles=roles, by=by)
    let_write_as(user, author, may_publish=may_publish)
    return user


@transaction.atomic
def change_person(
    user: User, *, name: str, email: str, roles: Iterable[Role], author: str, may_publish: bool, by: User
) -> User:
    """All or nothing. Raises AddressTaken, LastAdministrator."""
    actions.set_roles(user, roles=roles, by=by)
    actions.change_address(user, email=email, by=by)
    actions.rename_person(user, name=name)
    let_write_as(user, author, may_publish=may_publish)
    return user


def free_authors(user: User | None) -> list[Author]:
    """Nobody's, and his own."""
    nobodys = Author.objects.filter(user=None)
    return list(nobodys | Author.objects.filter(user=user) if user else nobodys)


def let_write_as(user: User, author: str, *, may_publish: bool) -> None:
    now = _new_author(user.first_name) if author == NEW_AUTHOR else None
    if author and now is None:
        now = Author.objects.get(pk=author)
    for former in Author.objects.filter(user=user):
        if former != now:
            former.user = None
            save_author(former)
    if now and (now.user_id, now.may_publish) != (user.pk, may_publish):
        now.user, now.may_publish = user, may_publish
        save_author(now)


def _new_author(name: str) -> Author:
    base = slugify(name)[:MAX_SLUG_CHARS] or "auteur"
    taken = set(Author.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(word for word in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if word not in taken)
    return Author(name=name[:60], slug=slug)
