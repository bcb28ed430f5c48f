"""Asking for the link: one answer for all, a mail for whom it concerns, and not too many of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.mine.actions import forget_links
from forum.mine.models import Link
from forum.outbox.models import Address, OutgoingMail
from forum.outbox.sending import send_due
from forum.subscriptions.actions import erase_unconfirmed
from tests.factories import make_article
from tests.mailserver import links_in, mail_server
from tests.mine.owners import SANNE, ask, hears_nothing, later, mailed_path, post, post_and_confirm
from tests.reactions.posts import FROM_OUR_PAGE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


def test_p18_every_kind_of_address_gets_the_same_answer_for_the_same_work():
    article = make_article()
    kinds = {kind: f"{kind}@voorbeeld.example" for kind in ("unknown", "known", "confirmed", "suppressed")}
    post(Client(), article, kinds["known"], body="Nog niet bevestigd.")
    post_and_confirm(Client(), article, kinds["confirmed"], body="Bevestigd.")
    post_and_confirm(Client(), article, kinds["suppressed"], body="Wil niets meer.")
    Address.objects.filter(email=kinds["suppressed"]).update(
        suppressed_at=timezone.now(), suppressed_because="550 unknown"
    )
    answers, statements = {}, {}
    for kind, email in kinds.items():
        with CaptureQueriesContext(connection) as queries:
            answer = ask(Client(), email)
        answers[kind] = (answer.status_code, dict(answer.headers), answer.content, answer.cookies.output())
        statements[kind] = [re.sub(r"'[^']*'|\"s\d+_x\d+\"|\b\d+\b", "?", query["sql"]) for query in queries]
    assert answers["unknown"][0] == 303
    assert len({str(answer) for answer in answers.values()}) == 1
    assert len({str(found) for found in statements.values()}) == 1
    assert OutgoingMail.objects.filter(kind="mine").count() == 4  # a row for each; who builds them sees what to say


def test_only_an_address_with_something_confirmed_gets_the_mail(client, settings):
    article = make_article()
    post(Client(), article, "known@voorbeeld.example", body="Nog niet bevestigd.")
    post_and_confirm(Client(), article, body="Bevestigd.")
    with mail_server(settings) as server:
        for email in ("unknown@voorbeeld.example", "known@voorbeeld.example", SANNE):
            ask(client, email)
        send_due()
        mine = [mail for _, mail in server.mails if "mijn reacties" in str(mail["Subject"])]
        assert [mail["To"] for mail in mine] == [SANNE]
        assert str(mine[0]["Subject"]) == "Je link naar mijn reacties (drie uur geldig)"
        [link] = [link for link in links_in(mine[0]) if "/mine/" in link]
    page = client.get(link.removeprefix("http://127.0.0.1:8000"))
    assert page.status_code == 200 and "Bevestigd." in page.text


def test_p27_nobody_can_be_buried_in_links():
    post_and_confirm(Client(), make_article())
    for _ in range(20):
        assert ask(Client()).status_code == 303
    assert OutgoingMail.objects.filter(kind="mine").count() == 3
    later(hours=2)
    for _ in range(20):
        ask(Client())
    assert OutgoingMail.objects.filter(kind="mine").count() == 5  # in a day


def test_p27_one_client_asks_for_ten_in_an_hour():
    for number in range(15):
        ask(Client(), f"lezer{number}@voorbeeld.example", REMOTE_ADDR="203.0.113.9")
    ask(Client(), "ander@voorbeeld.example", REMOTE_ADDR="203.0.113.10")
    assert OutgoingMail.objects.filter(kind="mine").count() == 11


def test_a_fresh_link_takes_the_place_of_older_ones(client):
    post_and_confirm(Client(), make_article())
    first, second = mailed_path(client), mailed_path(client)
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_p16_a_link_works_for_three_hours_and_is_kept_as_a_hash_only(client):
    post_and_confirm(Client(), make_article())
    path = mailed_path(client)
    token = path.strip("/").rsplit("/", 1)[-1]
    assert len(token) == 32  # 192 bits
    assert token not in str(Link.objects.values())
    assert client.get(f"/subscriptions/{token}/").status_code == 410  # of one purpose
    later(hours=2, minutes=59)
    assert client.get(path).status_code == 200
    later(minutes=1)
    for answer in (client.get(path), client.post(path, {"what": "stop"}, headers=FROM_OUR_PAGE)):
        assert answer.status_code == 410 and 'name="email"' in answer.text
    assert client.get("/mine/onbekend/").content == client.get(path).content
    assert client.get(f"{path}export/").status_code == client.get(f"{path}erase/").status_code == 410


def test_a_mail_that_waited_too_long_is_not_sent(client):
    post_and_confirm(Client(), make_article())
    ask(client)
    later(hours=3)
    assert hears_nothing()


def test_a_wrong_address_is_said_so_whoever_it_may_be(client):
    for typed in ("", "geen adres", "a@b", "a@b.example, c@d.example"):
        answer = ask(client, typed)
        assert answer.status_code == 422 and "Vul een e-mailadres in" in answer.text
    assert not Link.objects.exists()


def test_the_pages_are_kept_by_nobody_and_found_by_no_one(client):
    post_and_confirm(Client(), make_article())
    path = mailed_path(client)
    for page in ("/mine/", "/mine/asked/", "/mine/recent/", path, f"{path}erase/", f"{path}export/", "/mine/x/"):
        answer = client.get(page)
        assert answer["Cache-Control"] == "no-store" and answer["X-Robots-Tag"] == "noindex", page
        assert not answer.cookies
        if path in page:
            assert answer["Referrer-Policy"] == "no-referrer", page


def test_the_page_speaks_the_language_of_what_was_written(client):
    assert "Enter your e-mail address" in client.get("/mine/?language=en").text
    asked = client.post("/mine/", {"email": SANNE, "language": "en"}, headers=FROM_OUR_PAGE)
    assert "Check your mail" in client.get(asked["Location"]).text
    post_and_confirm(Client(), make_article(language="en"), body="Well said.")
    assert "What you wrote" in client.get(mailed_path(client)).text


def test_links_are_forgotten_after_a_day_and_unknown_addresses_with_them(client):
    ask(client, "unknown@voorbeeld.example")
    OutgoingMail.objects.update(status="cancelled")
    assert forget_links(timezone.now()) == 0
    assert forget_links(timezone.now() + timedelta(hours=25)) == 1
    erase_unconfirmed(timezone.now() + timedelta(days=6))
    assert Address.objects.exists()  # whoever asks what became of his mail gets an answer
    erase_unconfirmed(timezone.now() + timedelta(days=8))
    assert not Address.objects.exists()


def test_a_post_from_another_site_asks_nothing():
    answer = Client().post("/mine/", {"email": SANNE}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and not Link.objects.exists()
