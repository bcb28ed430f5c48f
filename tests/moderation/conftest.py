"""Noor and Ruud moderate, each with a browser of his own. Nothing is published before somebody has read it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from forum.accounts.roles import Role
from forum.moderation.actions import Seen, decide
from forum.moderation.models import Decision
from forum.reactions.models import Reaction


def make_staff(name: str, *roles: Role, **fields: Any) -> User:
    fields = {"email": f"{name}@redactie.example", "first_name": name.capitalize(), **fields}
    user = User.objects.create_user(name, password="een lang wachtwoord", is_staff=True, **fields)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def browser_of(user: User) -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def read_first(settings):
    settings.MODERATION = "before"
    cache.clear()


@pytest.fixture
def noor(db) -> User:
    return make_staff("noor", Role.MODERATOR)


@pytest.fixture
def ruud(db) -> User:
    return make_staff("ruud", Role.MODERATOR)


@pytest.fixture
def desk(noor) -> Client:
    return browser_of(noor)


Deciding = Callable[..., Decision]


@pytest.fixture
def by_noor(noor) -> Deciding:
    """Noor decides on what she sees at this moment."""

    def decided(reaction: Reaction, verb: str, **words: Any) -> Decision:
        row = Reaction.objects.select_related("article", "parent").get(pk=reaction.pk)
        return decide(row, verb, seen=Seen.of(row), by=noor, **words)

    return decided
