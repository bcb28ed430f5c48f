"""docs/rights.md says who may open what. Here every route of the staff is asked by everybody, and must answer so.

A new route: one line in docs/rights.md. What its address names is made by `samples`, when an article does not do.
"""

import re
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from articles.actions.versions import record_revision
from articles.models import Article
from forum.accounts.actions import set_roles
from forum.accounts.roles import ABILITIES, Ability, Role
from forum.middleware import STAFF
from forum.moderation.actions import Seen, decide, file_appeal
from forum.outbox.models import OutgoingMail
from forum.spam.models import BlockedTerm
from tests.articles.pictures import make_image, picture_bytes
from tests.factories import make_article, make_author
from tests.reactions.talk import say
from tests.subscriptions.readers import follow

RIGHTS = (Path(__file__).resolve().parent.parent / "docs" / "rights.md").read_text()
WHO = ("visitor", "no role", *(role.value for role in Role))
WORDS = {"everybody": set(WHO), "logged in": set(WHO) - {"visitor"}, "nobody": set(), "its owner": set()}
NO_SUCH_METHOD = "–"
REFUSED, ANSWERED, NOT_KNOWN, NOT_THERE = "refused", "answered", "no such method", "not there: give it a sample"
QUERIES = {
    "/admin/autocomplete/": "?app_label=articles&model_name=author&field_name=user&term=x",
    "/desk/articles/<pk>/revisions/difference/": "?from=1&to=1",
}


# The papers


def table(heading: str) -> list[list[str]]:
    part = RIGHTS.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    assert len(rows) > 2, heading
    return rows[2:]  # without heads and rule


def routes_on_paper() -> dict[str, tuple[str, str]]:
    rows = table("Routes")
    assert len({address for address, *_ in rows}) == len(rows)
    return {address.strip("`"): (opens, does) for address, opens, does in rows}


def line_for(address: str, lines: dict[str, tuple[str, str]]) -> str | None:
    """The most exact of the lines that fit."""
    fitting = [line for line in lines if line == address or fnmatchcase(address, line)]
    return max(fitting, key=lambda line: (line == address, len(line)), default=None)


# The code


def staff_routes() -> list[str]:
    """As on paper: /desk/people/<pk>/."""
    addresses = [f"/{route}" for route in _routes(get_resolver().url_patterns)]
    return sorted({address for address in addresses if address.startswith(STAFF)} - {"/admin/<url>"})  # the rest: 404


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield re.sub(r"\(\?P<(\w+)>[^)]*\)\$?", r"<\1>", route).replace("^", "").removesuffix("$")


def guarded_views(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from guarded_views(pattern.url_patterns, route)
        elif route.startswith(("/desk/", "/moderation/")):
            yield route, pattern.callback


# Who asks for what


@pytest.fixture
def people(db) -> dict[str, User | AnonymousUser]:
    found: dict[str, User | AnonymousUser] = {"visitor": AnonymousUser()}
    for who in WHO[1:]:
        user = User.objects.create_user(who.replace(" ", "-"), f"{who[:3]}@luisterkamer.example", "een lang wachtwoord")
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
        RecoveryCodes.activate(user)
        found[who] = set_roles(user, roles={Role(who)} if who != "no role" else set(), by=None)
    return found


@pytest.fixture
def samples(people, settings) -> dict[str, dict[str, object]]:
    """What the words in an address stand for; the longest beginning that fits counts. The article is the author's."""
    author = make_author(user=people["author"])
    draft = make_article(author=author, status=Article.Status.DRAFT, published_at=None)
    make_image(picture_bytes(size=(64, 64)), article=draft, made=False)
    record_revision(draft, by=None)
    settings.MODERATION = "after"
    reaction, question = say(make_article()), say(make_article(author=author), is_question=True)
    term = BlockedTerm.objects.create(term="casino")
    passkey = Authenticator.objects.create(
        user=User.objects.create_user("iemand"), type=Authenticator.Type.WEBAUTHN, data={"name": "x"}
    )
    asked = follow(reaction.article, "lezer@voorbeeld.example")
    mail = OutgoingMail.objects.get()
    rows = [draft, author, draft.section, people["no role"], reaction, mail, mail.address, asked, asked.consents.get()]
    rows.append(term)
    seen = Seen.of(question)
    refused = decide(question, "refuse", seen=seen, by=people["administrator"], ground="attack")
    appeal = file_appeal(refused, body="Waarom?", now=timezone.now())
    decide(question, "publish", seen=Seen.of(question), by=people["administrator"])
    return {
        "/": {"pk": draft.pk, "slug": draft.slug, "language": "nl", "kind": "about", "number": 1, "token": "onbekend"},
        "/accounts/2fa/webauthn/keys/": {"pk": passkey.pk},
        "/admin/": {"app_label": "articles"},
        "/admin/r/": {"content_type_id": ContentType.objects.get_for_model(Article).pk, "object_id": draft.pk},
        "/desk/authors/": {"pk": author.pk},
        "/desk/questions/": {"pk": question.pk},
        "/desk/deliveries/": {"pk": mail.pk},
        "/desk/suppressions/": {"pk": mail.address_id},
        "/desk/people/": {"pk": people["no role"].pk},
        "/desk/sections/": {"pk": draft.section_id},
        "/moderation/": {"pk": reaction.pk},
        "/moderation/appeals/": {"pk": appeal.pk},
        **{f"/admin/{row._meta.app_label}/{row._meta.model_name}/": {"object_id": row.pk} for row in rows},
    }


def concrete(address: str, samples: dict[str, dict[str, object]]) -> str:
    values: dict[str, object] = {}
    for beginning in sorted(samples, key=len):
        if address.startswith(beginning):
            values |= samples[beginning]
    return re.sub(r"<(\w+)>", lambda found: str(values.get(found[1], 1)), address) + QUERIES.get(address, "")


def login(user: User | AnonymousUser, client: Client) -> Client:
    """As who showed a moment ago that it is he."""
    if isinstance(user, User):
        client.force_login(user)
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "reauthenticated": True}]
        session.save()
    return client


def ask(user: User | AnonymousUser, method: str, address: str) -> str:
    """What it changes is taken back."""
    with transaction.atomic():
        answer = login(user, Client()).generic(method, address)
        transaction.set_rollback(True)
    if answer.status_code in (302, 303):
        there = urlsplit(answer["Location"])
        if there.path == "/admin/":  # what is asked for is not there, or who asks is nobody
            return NOT_THERE
        to_login = there.path in ("/accounts/login/", "/admin/login/") and "next=" in there.query
        return REFUSED if to_login and address != "/admin/login/" else ANSWERED
    return {403: REFUSED, 404: NOT_THERE, 405: NOT_KNOWN}.get(answer.status_code, ANSWERED)


# The tests


def test_every_route_of_the_staff_stands_in_the_table_and_no_other():
    lines = routes_on_paper()
    found = {address: line_for(address, lines) for address in staff_routes()}
    assert len(found) > 20  # positive control: the search finds them
    assert [address for address, line in found.items() if line is None] == [], "add a line to docs/rights.md"
    assert set(lines) - set(found.values()) == set(), "docs/rights.md names what does not exist"


@pytest.mark.parametrize("who", WHO)
def test_a_route_answers_whom_the_table_names_and_nobody_else(who, people, samples):
    lines = routes_on_paper()
    wrong = []
    for address in staff_routes():
        for method, said in zip(("GET", "POST"), lines[line_for(address, lines) or ""], strict=True):
            expected = WORDS.get(said, set(said.split(", ")))
            assert said == NO_SUCH_METHOD or expected <= set(WHO), (address, said)
            answer = ask(people[who], method, concrete(address, samples))
            if (answer == ANSWERED) != (said != NO_SUCH_METHOD and who in expected):
                wrong.append(f"{method} {address}: {answer}, the table says {said}")
    assert not wrong, "\n".join(wrong)


def test_what_a_role_may_do_is_what_the_table_says():
    heads = next(line for line in RIGHTS.partition("## Roles\n")[2].splitlines() if line.startswith("|"))
    roles = [Role(cell.strip()) for cell in heads.strip("|").split("|")[1:]]
    on_paper = {
        Ability(row[0].split("`")[1]): {role for role, cell in zip(roles, row[1:], strict=True) if cell == "yes"}
        for row in table("Roles")
    }
    assert on_paper == {ability: {role for role in Role if ability in ABILITIES[role]} for ability in Ability}


def test_every_page_of_the_desk_says_what_one_must_be_able_to_do():
    found = list(guarded_views(get_resolver().url_patterns))
    assert found
    assert [route for route, view in found if not getattr(view, "required_abilities", ())] == []


def test_what_staff_see_is_kept_by_no_cache(people, samples):
    kept = []
    client = login(people["administrator"], Client())
    for address in staff_routes():
        policy = client.get(concrete(address, samples)).get("Cache-Control", "")
        if "no-store" not in policy or "private" not in policy:
            kept.append(f"{address}: {policy}")
    assert kept == []


def test_p13_every_form_of_the_staff_needs_the_token_of_its_browser(people, samples):
    client = login(people["administrator"], Client(enforce_csrf_checks=True))
    open_doors = [
        address
        for address in staff_routes()
        if (answer := client.post(concrete(address, samples))).status_code != 403 and answer.status_code != 405
    ]
    assert open_doors == []
