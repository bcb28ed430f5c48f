"""Karim edits, Noor writes (an author publishes what she made), Bas writes too, each with a browser of his own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from articles.models import Article, Author
from forum.accounts.roles import Role
from tests.factories import make_author


def make_staff(name: str, *roles: Role, **fields: Any) -> User:
    user = User.objects.create_user(name, password="een lang wachtwoord", is_staff=True, **fields)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def browser_of(user: User) -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    client.force_login(user)
    return client


@pytest.fixture
def karim(db) -> User:
    return make_staff("karim", Role.EDITOR, first_name="Karim", last_name="Belhaj")


@pytest.fixture
def noor(db) -> Author:
    return make_author(name="Noor Terbeek", user=make_staff("noor", Role.AUTHOR, first_name="Noor"))


@pytest.fixture
def editor(karim) -> Client:
    return browser_of(karim)


@pytest.fixture
def author(noor) -> Client:
    return browser_of(noor.user)


def address(article: Article, rest: str = "") -> str:
    return f"/desk/articles/{article.pk}/{rest}"


def page_fields(client: Client, article: Article) -> dict[str, Any]:
    """What a browser would send from the editor page as it is shown now."""
    page = client.get(address(article))
    assert page.status_code == 200
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


Save = Callable[..., Any]


def save(client: Client, article: Article, do: str = "save", **changes: Any) -> Any:
    """Open the editor page, change these fields, press a button."""
    return client.post(address(article), {**page_fields(client, article), **changes, "do": do})
