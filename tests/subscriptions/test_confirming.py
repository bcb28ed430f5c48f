import re
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox.models import Address, OutgoingMail
from forum.subscriptions import tokens
from forum.subscriptions.actions import AlreadyConfirmed, ExpiredToken, UnknownToken, confirm
from forum.subscriptions.models import Consent, Subscription
from forum.subscriptions.proof import COOKIE, proven
from tests.factories import make_article
from tests.subscriptions.database import everything_stored
from tests.subscriptions.readers import SANNE, ask, confirm_path, follow, live_consent, manage_path, stop_path, token_in

pytestmark = pytest.mark.django_db


def test_p12_opening_every_link_in_the_mails_twice_changes_nothing(client):
    pending = ask(make_article())
    active = follow(make_article(), "karim@voorbeeld.example")
    before = everything_stored()
    for path in (confirm_path(pending), manage_path(active), stop_path(active)):
        for visit in (client.get, client.head, client.get):
            assert visit(path).status_code == 200
    assert everything_stored() == before


def test_the_button_on_the_page_confirms_what_was_asked(client):
    subscription = ask(make_article(title="Het stille uur"), scope="replies")
    path = confirm_path(subscription)
    page = client.get(path).content.decode()
    assert "Het stille uur" in page
    assert re.search(r'value="replies" checked', page)
    assert client.post(path, {"scope": "replies"}).status_code == 200
    subscription.refresh_from_db()
    assert subscription.confirmed_at and subscription.scope == "replies"
    assert subscription.address.confirmed_at


def test_who_confirms_may_choose_another_scope(client):
    subscription = ask(make_article(), scope="replies")
    client.post(confirm_path(subscription), {"scope": "article"})
    assert Subscription.objects.active().get().scope == "article"
    assert live_consent(subscription).scope == "article"


def test_an_unknown_scope_is_ignored(client):
    subscription = ask(make_article(), scope="replies")
    client.post(confirm_path(subscription), {"scope": "'; drop table"})
    assert Subscription.objects.active().get().scope == "replies"


def test_p16_a_link_confirms_once(client):
    subscription = ask(make_article())
    path = confirm_path(subscription)
    client.post(path)
    before = everything_stored()
    again = client.post(path)
    assert again.status_code == 200
    assert COOKIE in client.cookies and not again.cookies
    assert everything_stored() == before
    with pytest.raises(AlreadyConfirmed):
        confirm(token_in(path), scope="article")


def test_p16_a_link_confirms_for_72_hours():
    now = timezone.now()
    early = ask(make_article(), now=now)
    late = ask(make_article(), "karim@voorbeeld.example", now=now)
    path, late_path = confirm_path(early), confirm_path(late)
    confirm(token_in(path), scope="article", now=now + timedelta(hours=71, minutes=59))
    with pytest.raises(ExpiredToken):
        confirm(token_in(late_path), scope="article", now=now + timedelta(hours=72))


def test_p16_an_expired_link_says_so_on_get_and_post(client):
    subscription = ask(make_article())
    path = confirm_path(subscription)
    Consent.objects.update(asked_at=timezone.now() - timedelta(hours=73))
    for visit in (client.get, client.post):
        answer = visit(path)
        assert answer.status_code == 410
        assert "<button" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert not Subscription.objects.active().exists()


def test_p16_only_the_sha_256_of_128_random_bits_is_stored():
    subscription = ask(make_article())
    consent = live_consent(subscription)
    token = token_in(confirm_path(subscription))
    assert len(token) == 32  # 192 bits of an HMAC over a nonce of 128
    assert len(consent.nonce) == 32
    assert consent.token_hash == tokens.hashed(token)
    stored = everything_stored()
    assert token not in stored
    assert tokens.subscription_token(subscription.nonce) not in stored


def test_p16_a_token_serves_one_purpose():
    subscription = ask(make_article())
    token = token_in(confirm_path(subscription))
    assert tokens.subscription_of(token) is None
    assert tokens.consent_of(tokens.subscription_token(subscription.nonce)) is None
    assert tokens.confirm_token("a" * 32) != tokens.subscription_token("a" * 32)
    with pytest.raises(UnknownToken):
        confirm(tokens.confirm_token(subscription.nonce), scope="article")


@pytest.mark.parametrize("token", ["x", "é" * 40, "A" * 300])
def test_a_made_up_link_no_longer_works(client, token):
    assert client.get(f"/subscriptions/confirm/{token}/").status_code == 410
    assert client.post(f"/subscriptions/confirm/{token}/").status_code == 410
    assert client.get(f"/subscriptions/{token}/").status_code == 410
    assert client.post(f"/subscriptions/{token}/", {"what": "all"}).status_code == 410


def test_confirming_proves_the_address_to_this_browser_only(client, rf):
    subscription = ask(make_article())
    client.post(confirm_path(subscription))
    asking = rf.get("/")
    assert not proven(asking, SANNE)
    asking.COOKIES[COOKIE] = client.cookies[COOKIE].value
    assert proven(asking, SANNE)
    assert proven(asking, SANNE.upper())
    assert not proven(asking, "karim@voorbeeld.example")
    assert not proven(asking, "")
    asking.COOKIES[COOKIE] = "x" + client.cookies[COOKIE].value
    assert not proven(asking, SANNE)


def test_the_cookie_of_proof_is_for_the_server_alone(client):
    client.post(confirm_path(ask(make_article())))
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 30 * 24 * 3600


def test_the_cookie_of_proof_holds_five_addresses(client, rf):
    emails = [f"lezer{n}@voorbeeld.example" for n in range(6)]
    for email in emails:
        client.post(confirm_path(ask(make_article(), email)))
    asking = rf.get("/")
    asking.COOKIES[COOKIE] = client.cookies[COOKIE].value
    assert [proven(asking, email) for email in emails] == [False, True, True, True, True, True]


def test_a_proven_address_follows_at_once_with_its_consent_noted():
    subscription = ask(make_article(), proven=True, client_key="k" * 43)
    assert Subscription.objects.active().get() == subscription
    consent = live_consent(subscription)
    assert consent.confirmed_at == consent.asked_at and consent.client_key == "k" * 43
    assert not OutgoingMail.objects.exists()


def test_who_follows_already_is_not_asked_again():
    article = make_article()
    subscription = follow(article)
    assert ask(article) == subscription
    assert ask(article, SANNE.upper()) == subscription
    assert OutgoingMail.objects.count() == 1


def test_another_scope_must_be_confirmed_unless_proven():
    article = make_article()
    subscription = follow(article, scope="replies")
    Consent.objects.update(asked_at=timezone.now() - timedelta(days=2))
    ask(article, scope="article")
    subscription.refresh_from_db()
    assert subscription.scope == "replies"
    assert OutgoingMail.objects.count() == 2
    ask(article, scope="article", proven=True)
    subscription.refresh_from_db()
    assert subscription.scope == "article"
    assert OutgoingMail.objects.count() == 2


def test_a_fresh_confirmation_lifts_the_suppression(client):
    subscription = ask(make_article())
    Address.objects.update(suppressed_at=timezone.now(), suppressed_because="5.1.1 unknown")
    client.post(confirm_path(subscription))
    address = Address.objects.get()
    assert address.suppressed_at is None and address.suppressed_because == ""


def test_a_proven_browser_does_not_lift_the_suppression():
    ask(make_article())
    Address.objects.update(suppressed_at=timezone.now(), suppressed_because="asked by the owner")
    ask(make_article(), proven=True)
    assert Address.objects.get().suppressed_at
    assert not Subscription.objects.active().exists()


def test_c1_the_log_keeps_each_consent_and_replaces_the_address_at_its_end():
    article = make_article()
    subscription = follow(article)
    ask(article, scope="replies", proven=True)
    first, second = Consent.objects.order_by("pk")
    assert first.ended_how == "replaced" and first.ended_at and first.address is None
    assert first.confirmed_at and first.wording and first.article == article
    assert len(first.address_hash) == 22 and "sanne" not in first.address_hash.lower()
    assert second.ended_at is None and second.address == subscription.address


def test_the_pages_are_in_the_language_of_the_article(client):
    english = client.get(confirm_path(ask(make_article(language="en")))).content.decode()
    dutch = client.get(confirm_path(ask(make_article(), "karim@voorbeeld.example"))).content.decode()
    assert '<html lang="en">' in english and "Yes, notify me" in english
    assert '<html lang="nl">' in dutch and "Ja, stuur mij bericht" in dutch


def test_the_pages_are_kept_by_no_cache_and_found_by_no_search_engine(client):
    subscription = follow(make_article())
    for path in (confirm_path(ask(make_article())), manage_path(subscription), stop_path(subscription)):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert 'name="robots" content="noindex"' in answer.content.decode()
        assert client.put(path).status_code == 405
