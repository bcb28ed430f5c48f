"""Who is at work in an article, and what it shows of itself at the desk."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from articles import rights
from articles.differences import Piece, pieces
from articles.manuscript import FIELDS, number
from articles.models import Article, Author, Discussion, Revision, Section, WorkingCopy
from forum.accounts.roles import Ability, able
from forum.desk.forms import LABELS

AT_WORK = timedelta(minutes=10)  # after the last sign of life


class Difference(NamedTuple):
    name: str
    label: str | Promise
    before: str
    after: str
    pieces: list[Piece]


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # forum.accounts.guards let in nobody else
    return request.user


def article_for(request: HttpRequest, pk: int) -> Article:
    """404 when there is none; 403 when it is somebody else's."""
    articles = Article.objects.with_byline().with_picture().select_related("translation")
    article = get_object_or_404(articles, pk=pk)
    if not able(user_of(request), Ability.EDIT_ANY) and not rights.is_own(user_of(request), article):
        raise PermissionDenied
    return article


def article_to_edit(request: HttpRequest, pk: int) -> Article:
    article = article_for(request, pk)
    if not rights.may_edit(user_of(request), article):
        raise PermissionDenied
    return article


def others_at_work(article: Article, user: User) -> list[WorkingCopy]:
    copies = WorkingCopy.objects.select_related("editor").filter(article=article).exclude(editor=user)
    return list(copies.filter(kept_at__gt=timezone.now() - AT_WORK).order_by("began_at")[:5])


def saved_by(article: Article) -> Revision | None:
    """Who saved it as it is now."""
    return Revision.objects.select_related("saved_by").filter(article=article, number=article.version).first()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Field by field, in the order of the page; only what differs."""
    changed = [name for name in FIELDS if before.get(name, "") != after.get(name, "")]
    names = _names(before, after) if {"section", "authors"} & set(changed) else {}
    found = []
    for name in changed:
        old, new = (_shown(name, typed.get(name, ""), names) for typed in (before, after))
        found.append(Difference(name, LABELS[name], old, new, pieces(old, new)))
    return found


def _names(*typed: Mapping[str, Any]) -> dict[str, dict[int, str]]:
    sections = Section.objects.in_bulk([number(fields.get("section")) for fields in typed])
    authors = Author.objects.in_bulk([number(pk) for fields in typed for pk in fields.get("authors", [])])
    return {
        "section": {pk: section.name for pk, section in sections.items()},
        "authors": {pk: author.name for pk, author in authors.items()},
    }


def _shown(name: str, value: str | Sequence[str], names: Mapping[str, Mapping[int, str]]) -> str:
    gone = gettext("(gone)")
    if name == "authors":
        return ", ".join(names["authors"].get(number(pk), gone) for pk in value)
    if name == "section":
        return names["section"].get(number(value), gone)
    if name == "closes_at":
        return str(value).replace("T", " ")
    choices: dict[str, dict[Any, Any]] = {
        "language": dict(settings.LANGUAGES),
        "reactions": dict(Discussion.State.choices),
    }
    return str(choices.get(name, {}).get(value, value))
