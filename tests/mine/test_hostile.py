"""P10 and P05: readers' text by way of a change, on the pages of /mine/ and in the file."""

import json

import pytest
from django.test import Client

from forum.reactions.actions import approve
from forum.reactions.models import Reaction
from tests import hostile
from tests.factories import make_article
from tests.mine.owners import SANNE, act, mailed_path, post, post_and_confirm, seen_in
from tests.reactions.posts import FROM_OUR_PAGE
from tests.test_hostile_matrix import MAX_BODY, bodies, check_page, names, websites

SENDABLE = [text for text in hostile.STRINGS if text == text.encode("utf-8", "ignore").decode()]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


@pytest.fixture
def published(settings):
    settings.MAX_BODY_CHARS = MAX_BODY


def test_p10_every_text_by_way_of_a_change(client, published):
    article = make_article(title="</title><script>alert(1)</script>")
    post_and_confirm(client, article, name=names()[7])
    door = mailed_path(client)
    for n, body in enumerate(bodies()[::30]):
        reaction = post(client, article, name=names()[n * 31 % len(names())], body=f"Eerst iets gewoons, {n}.")
        edit = f"{door}reactions/{reaction.pk}/edit/"
        opened = client.get(edit)
        check_page(opened.text)
        typed = {"website": websites()[n % len(websites())], "body": body, "seen": seen_in(opened.text)}
        check_page(client.post(edit, {**typed, "preview": "1"}, headers=FROM_OUR_PAGE).text)
        check_page(client.post(edit, {**typed, "website": body}, headers=FROM_OUR_PAGE).text)
        assert client.post(edit, typed, headers=FROM_OUR_PAGE).status_code == 303
        reaction.refresh_from_db()
        assert reaction.body == body
        if reaction.status == Reaction.Status.HELD:
            approve(reaction)
        check_page(client.get(f"{door}reactions/{reaction.pk}/withdraw/").text)
        if n % 4 == 0 and n < 12:
            act(client, door, "claim", name=reaction.name)
    for page in (door, f"{door}erase/", "/mine/recent/", article.get_absolute_url(), f"{door}?done=<b>&before=<b>"):
        answer = client.get(page)
        assert answer.status_code == 200
        check_page(answer.text)
    assert len(json.loads(client.get(f"{door}export/").getvalue())["reactions"]) == Reaction.objects.count()
    client.post(f"{door}erase/", {"sure": "1"}, headers=FROM_OUR_PAGE)
    page = check_page(client.get(article.get_absolute_url()).text)
    signed = [text for text, around in page.text if around and around[-1][0] == "bdi"]
    assert set(signed) == {"verwijderd op verzoek"}


def test_p05_no_string_makes_any_page_of_these_fall(client):
    reaction = post_and_confirm(client, make_article())
    door = mailed_path(client)
    edit = f"{door}reactions/{reaction.pk}/edit/"
    seen = seen_in(client.get(edit).text)
    for text in SENDABLE[::12]:
        for path, fields in (
            ("/mine/", {"email": text, "language": text}),
            (door, {"what": "claim", "name": text}),
            (door, {"what": text, "reaction": text, "claim": text, "subscription": text}),
            (edit, {"body": text, "website": text, "seen": text}),
            (edit, {"body": text, "website": "", "seen": seen, "preview": "1"}),
            (f"{door}erase/", {"words": text}),
        ):
            answer = client.post(path, fields, headers=FROM_OUR_PAGE)
            assert answer.status_code in (200, 303, 409, 413, 422), (path, text, answer.status_code)
        for path in ("/mine/", "/mine/asked/", door):
            answer = client.get(path, {"language": text, "done": text, "before": text})
            assert answer.status_code == 200
    reaction.refresh_from_db()
    assert (reaction.body, reaction.status) == ("Dit blijft me bij.", "published")


def test_p05_odd_tokens_and_cookies_lead_nowhere():
    client = Client()
    for token in ("x", "a" * 32, "a" * 5000, "%00", "é", "..", "recent%2F"):
        assert client.get(f"/mine/{token}/").status_code in (404, 410), token
    for odd in ("", "x", "\x00", "é", "9" * 5000, "eyJ:x:y"):
        client.cookies["own-1"] = odd
        assert client.get("/mine/recent/").status_code == 200
        assert client.get("/mine/recent/1/edit/").status_code == 404
    assert SANNE not in client.get("/mine/").text
