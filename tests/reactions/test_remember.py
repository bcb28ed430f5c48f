"""Name and website remembered on this device: only when asked for, never the address."""

import pytest
from django.core import signing

from tests.factories import make_article
from tests.reactions.posts import cookies_of, inputs, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def remembering(client, publish_at_once):
    """A browser whose reader ticked the box once."""
    send(client, make_article(), website="sanne.example", email="sanne@thuis.example", remember="on")
    return client


@pytest.mark.parametrize("https", [True, False])
def test_p15_a_ticked_box_sets_one_signed_cookie(client, publish_at_once, settings, https):
    settings.SITE_IS_HTTPS = https
    answer = send(client, make_article(), website="sanne.example", remember="on")
    assert cookies_of(answer) == {"reader"}
    cookie = answer.cookies["reader"]
    assert (cookie["max-age"], cookie["path"], cookie["samesite"]) == (365 * 24 * 3600, "/", "Lax")
    assert bool(cookie["httponly"]) and bool(cookie["secure"]) == https


def test_the_form_and_the_script_are_told_what_is_remembered(remembering):
    slug = make_article().slug
    kept = inputs(remembering.get(f"/articles/{slug}/react/"))
    assert (kept["name"], kept["website"], kept["remember"]) == ("Sanne Kuipers", "https://sanne.example/", "")
    told = remembering.get(f"/articles/{slug}/reader/").json()
    assert (told["name"], told["website"], told["remember"]) == ("Sanne Kuipers", "https://sanne.example/", True)


def test_p17_the_cookie_holds_no_address(remembering):
    held = signing.loads(remembering.cookies["reader"].value, salt="forum.reactions.identity.reader")
    assert held == ["Sanne Kuipers", "https://sanne.example/"]


def test_taking_the_tick_away_makes_it_forget(remembering):
    article = make_article()
    form = inputs(remembering.get(f"/articles/{article.slug}/react/"))
    del form["remember"]
    answer = send(remembering, article, **{**form, "body": "Vergeet mij."})
    assert answer.cookies["reader"]["max-age"] == 0


def test_a_form_that_never_showed_the_tick_does_not_make_it_forget(remembering):
    assert not cookies_of(send(remembering, make_article(), body="Vanaf de gedeelde pagina."))


def test_leaving_the_tick_renews_it(remembering):
    article = make_article()
    form = inputs(remembering.get(f"/articles/{article.slug}/react/"))
    answer = send(remembering, article, **{**form, "name": "Sanne K.", "body": "Nog een.", "remember": "on"})
    assert signing.loads(answer.cookies["reader"].value, salt="forum.reactions.identity.reader")[0] == "Sanne K."


SIGNED_ELSEWHERE = pytest.param(signing.dumps(["Noor", ""], salt="elders"), id="signed elsewhere")  # differs by second


@pytest.mark.parametrize("forged", ["x", "a:b:c", SIGNED_ELSEWHERE, "é", ""])
def test_a_forged_cookie_is_ignored(client, forged):
    client.cookies["reader"] = forged
    answer = client.get(f"/articles/{make_article().slug}/react/")
    assert answer.status_code == 200 and inputs(answer)["name"] == ""


def test_p15_shared_pages_do_not_look_at_it(remembering, client):
    article = make_article()
    with_cookie = remembering.get(f"/articles/{article.slug}/")
    remembering.cookies.clear()
    assert with_cookie.content == remembering.get(f"/articles/{article.slug}/").content
    assert "Cookie" not in with_cookie.get("Vary", "")
