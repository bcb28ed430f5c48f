"""The preview: exactly as it will stand, nothing stored; and the reader's address on no page (P17, P18)."""

import base64
import hashlib
import html
import re

import pytest
from django.utils import timezone

from forum.outbox.models import Address
from forum.reactions import identity
from forum.reactions.models import Reaction
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.reactions.posts import inputs, send, text_of
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
CANARY = "kanarie.vogel@voliere.example"


def spellings(address: str) -> list[str]:
    plain = address.encode()
    return [
        *(address, "kanarie", "voliere", html.escape(address).replace("@", "&#64;"), address.replace("@", "%40")),
        *(base64.b64encode(plain).decode().rstrip("="), base64.urlsafe_b64encode(plain).decode().rstrip("=")),
        *(plain.hex(), address[::-1], hashlib.sha256(plain).hexdigest(), hashlib.md5(plain).hexdigest()),
    ]


def assert_unseen(answer) -> None:
    whole = "\n".join([answer.content.decode(), str(answer.headers), str(answer.cookies)]).lower()
    for spelling in spellings(CANARY):
        assert spelling.lower() not in whole


def test_the_preview_shows_the_nameplate_and_stores_nothing(client, publish_at_once):
    article = make_article()
    first = say(article, name="سميرة حدّاد")
    answer = send(
        client, article, preview="1", website="www.sannetekent.example/mij", email=CANARY, parent=str(first.pk)
    )
    page = text_of(answer)
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store" and 'content="noindex"' in page
    shown = page[page.index('class="preview') : page.index("<form")]
    order = ["Sanne Kuipers", "sannetekent.example", "in antwoord op <bdi>سميرة حدّاد</bdi>", "Dit blijft me bij."]
    assert [shown.find(words) for words in order] == sorted(shown.find(words) for words in order)
    assert "Je e-mailadres blijft privé. We sturen je eerst een mail om te bevestigen dat je bericht wilt." in page
    assert Reaction.objects.count() == 1 and not Address.objects.exists()


def test_a_draft_goes_from_form_to_preview_to_form_to_post_unchanged(client, publish_at_once):
    article = make_article()
    typed = {"name": '  Aaltje ’t "Hof" ', "website": "www.molen.example", "body": '\nEen <b> & "twee"\r\n\r\nDrie.\t'}
    form = inputs(client.get(f"/articles/{article.slug}/react/"))
    key = form["form_key"]
    draft = inputs(send(client, article, **{**form, **typed, "preview": "1", "notify": "replies"}))
    assert {name: draft[name].replace("\r\n", "\n") for name in typed} == {
        name: words.replace("\r\n", "\n") for name, words in typed.items()
    }
    answer = send(client, article, **draft, edit="1")
    again = inputs(answer)
    assert answer.status_code == 200 and 'class="errors' not in text_of(answer)
    assert (again["form_key"], again["notify"]) == (key, "replies")
    assert send(client, article, **again).status_code == 303
    said = Reaction.objects.get()
    assert (said.name, said.website) == ('Aaltje ’t "Hof"', "https://www.molen.example/")
    assert said.body == 'Een <b> & "twee"\n\nDrie.' and said.form_key == key


def test_a_preview_of_something_wrong_is_the_form_with_what_is_wrong(client):
    answer = send(client, make_article(), preview="1", name="")
    assert answer.status_code == 422 and "Vul je naam in." in text_of(answer)


def test_p17_the_address_travels_sealed_and_is_asked_for_consent(client, publish_at_once):
    article = make_article()
    preview = send(client, article, preview="1", email=CANARY, notify="replies")
    assert_unseen(preview)
    draft = inputs(preview)
    edit = send(client, article, **draft, edit="1")
    assert_unseen(edit)
    assert "We hebben het adres dat je invulde bewaard." in text_of(edit)
    assert_unseen(send(client, article, **draft))
    (subscription,) = Subscription.objects.select_related("address")
    assert (subscription.address.email, subscription.scope, subscription.confirmed_at) == (CANARY, "replies", None)


def test_an_address_can_be_changed_or_left_out_after_the_preview(client, publish_at_once):
    article = make_article()
    draft = inputs(send(client, article, preview="1", email=CANARY))
    edited = inputs(send(client, article, **draft, edit="1"))
    send(client, article, **{**edited, "email": "anders@thuis.example"})
    assert [address.email for address in Address.objects.all()] == ["anders@thuis.example"]
    edited |= {"body": "Zonder.", "form_key": identity.new_form_key(), "no_email": "on"}
    send(client, article, **edited)
    assert Address.objects.count() == 1 and Reaction.objects.latest("pk").subscription is None


@pytest.mark.parametrize("sealed", ["x", "\x00", "é", "gAAAAA" + "A" * 100, "A" * 32])
def test_a_broken_seal_is_ignored(client, publish_at_once, sealed):
    assert send(client, make_article(), sealed=sealed).status_code == 303
    assert not Address.objects.exists()


def test_a_seal_holds_for_a_day(monkeypatch):
    sealed = identity.seal(CANARY)
    assert identity.unseal(sealed) == CANARY and CANARY not in sealed
    monkeypatch.setattr(identity, "SEALED_SECONDS", -1)
    assert identity.unseal(sealed) == ""


@pytest.mark.parametrize("mode", ["after", "before"])
def test_p17_the_address_is_on_no_page_that_posting_leads_to(client, settings, mode, caplog):
    settings.MODERATION = mode
    article = make_article()
    posted = send(client, article, email=CANARY, remember="on")
    assert_unseen(posted)
    answers = [
        client.get(posted["Location"], follow=True),
        client.get(f"/articles/{article.slug}/"),
        client.get(f"/articles/{article.slug}/react/"),
        client.get(f"/articles/{article.slug}/reader/"),
        client.get("/"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert_unseen(answer)
    assert "kanarie" not in caplog.text


def test_p17_only_the_answer_to_its_own_wrong_post_shows_the_address(client):
    answer = send(client, make_article(), name="", email=CANARY)
    page = answer.content.decode()
    assert page.count(CANARY) == 1
    assert re.search(rf'<input type="email"[^>]*value="{re.escape(CANARY)}"', page)


KNOWN = ["unknown", "asked before", "confirmed", "suppressed"]


@pytest.mark.parametrize("mode", ["after", "before"])
def test_p18_known_and_unknown_addresses_get_the_same_bytes(client, settings, mode):
    from forum.subscriptions.actions import subscribe

    settings.MODERATION = mode
    seen = set()
    for state in KNOWN:
        article, now = make_article(title="Een", slug=f"een-{state[:3]}"), timezone.now()
        if state != "unknown":
            subscribe(email=CANARY, article=article, scope="replies", client_key="", proven=False, now=now)
        if state in ("confirmed", "suppressed"):
            Subscription.objects.filter(article=article).update(confirmed_at=now)
        if state == "suppressed":
            Address.objects.update(suppressed_at=now)
        posted = send(client, article, email=CANARY, body=f"Van {state}")
        page = client.get(posted["Location"]).content.decode() if mode == "before" else ""
        told = f"{posted.status_code} {sorted(posted.headers)} {posted.content!r} {page}"
        assert ("Kijk in je mail" in page) == (mode == "before")
        seen.add(
            told.replace(article.slug, "SLUG")
            .replace(f"Van {state}", "WORDS")
            .replace(article.section.name, "S")
            .replace(article.section.slug, "S")
        )
    told_apart = {
        re.sub(r"stad-\d+|Stad \d+", "S", re.sub(r"(<li><a href=\"/sections/[^\n]*</li>\s*)+", "", one)) for one in seen
    }
    assert len(told_apart) == 1
