"""A reader's address goes in by one door and is seen through none."""

import base64
import hashlib
import logging
import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from forum.outbox.models import Address, OutgoingMail
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.subscriptions.database import everything_stored
from tests.subscriptions.readers import ask, confirm_path, follow, manage_path, stop_path

pytestmark = pytest.mark.django_db
CANARY = "Kanarie.Geheim@Vogelkooi.example"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def shapes_of(email: str) -> list[str]:
    """What an address may hide as: itself, quoted, encoded, or as a hash that anybody can make."""
    shapes = []
    for written in {email, email.lower()}:
        raw = written.encode()
        shapes += [written, quote(written), quote(written, safe=""), base64.b64encode(raw).decode().rstrip("=")]
        shapes += [hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")]
        shapes += [base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")]
    shapes += [email.split("@")[0].lower(), email.split("@")[1].lower()]
    return shapes


def seen(answer) -> str:
    cookies = answer.cookies.output()
    return f"{answer.request['PATH_INFO']}\n{answer.headers}\n{cookies}\n{answer.content.decode()}"


def post(client: Client, article, email: str, body: str, **fields):
    data = {"name": "Sanne", "website": "", "email": email, "notify": "article", "body": body, "parent": "", **fields}
    return client.post(f"/articles/{article.slug}/reactions/", data, headers=SAME_ORIGIN)


def test_p17_the_canary_is_found_nowhere_but_in_its_table(client, settings, caplog):
    settings.MODERATION = "after"
    caplog.set_level(logging.DEBUG)
    article = make_article()
    answers = [post(client, article, CANARY, "Eerste reactie.")]
    answers.append(post(client, article, CANARY, "Nog een.", preview="1"))
    reaction = Reaction.objects.order_by("pk").first()
    subscription = Subscription.objects.get()
    links = [confirm_path(subscription)]
    answers += [client.get(links[0]), client.post(links[0]), client.post(links[0])]
    links += [manage_path(subscription), stop_path(subscription)]
    answers += [client.get(link) for link in links]
    answers.append(post(client, article, CANARY, "Derde, nu bekend."))
    answers.append(post(client, article, "kanarie.geheim@vogelkooi.example", "Vierde."))
    number = {"subscription": subscription.pk}
    answers += [client.post(links[1], {"what": "scope", "scope": "replies", **number})]
    announce_due()
    paths = ["/", article.get_absolute_url(), f"/articles/{article.slug}/react/", reaction.get_absolute_url()]
    answers += [reader.get(path) for reader in (client, Client()) for path in paths]
    answers += [client.post(links[2], {"what": "all"}), client.post(links[1], {"what": "resume"})]
    assert Address.objects.get().email == CANARY

    public = "\n".join([*map(seen, answers), *links, caplog.text]).lower()
    stored = everything_stored().lower()
    stored = stored.replace(CANARY.lower(), "", 2)  # as typed and as compared, both in the row of the address
    for shape in shapes_of(CANARY):
        assert shape.lower() not in public
        assert shape.lower() not in stored


def test_p17_only_the_refused_form_gives_an_address_back_to_who_typed_it(client):
    answer = post(client, make_article(), CANARY, "")
    assert answer.status_code == 422
    assert CANARY in answer.content.decode()
    assert CANARY not in str(answer.headers) + answer.cookies.output()


def test_p18_every_kind_of_address_gets_the_same_answer(settings):
    settings.MODERATION = "after"
    article = make_article()
    known, confirmed, suppressed = "known@x.example", "confirmed@x.example", "suppressed@x.example"
    ask(article, known)
    follow(article, confirmed)
    ask(article, suppressed)
    Address.objects.filter(email=suppressed).update(suppressed_at=timezone.now(), suppressed_because="bounces")
    answers = {}
    for email in ("unknown@x.example", known, confirmed, suppressed):
        answer = post(Client(), article, email, f"Reactie van {email.split('@')[0]}.")
        headers = {name: re.sub(r"\d+|(?<=/)[\w-]{20,}", "…", value) for name, value in answer.headers.items()}
        cookies = [(re.sub(r"\d+$", "…", cookie.key), {**cookie}) for cookie in answer.cookies.values()]
        answers[email] = (answer.status_code, headers, answer.content, re.sub(r"\d\d:\d\d:\d\d", "…", str(cookies)))
    assert answers[known][0] == 303
    assert len({str(answer) for answer in answers.values()}) == 1


def test_p18_a_suppressed_address_is_written_down_like_any_other():
    article = make_article()
    first = ask(article, "unknown@x.example")
    Address.objects.create(
        email="suppressed@x.example",
        key="suppressed@x.example",
        suppressed_at=timezone.now(),
        suppressed_because="bounces",
    )
    second = ask(article, "suppressed@x.example")
    rows = [OutgoingMail.objects.filter(subscription_id=one.pk).count() for one in (first, second)]
    assert rows == [1, 1]
