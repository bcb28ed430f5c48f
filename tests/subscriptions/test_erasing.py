from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox.models import Address, OutgoingMail
from forum.subscriptions.actions import erase_unconfirmed, unsubscribe
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article
from tests.subscriptions.database import everything_stored
from tests.subscriptions.readers import SANNE, ask, follow, stop_path, token_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sent():
    """Every mail has left: nothing waits for the address any more."""
    return lambda: OutgoingMail.objects.update(status="sent", sent_at=timezone.now())


def test_c2_an_address_that_nobody_confirmed_goes_after_seven_days(sent):
    now = timezone.now()
    ask(make_article(), now=now)
    sent()
    assert erase_unconfirmed(now + 6.9 * DAY) == 0
    assert Address.objects.exists()
    assert erase_unconfirmed(now + 7.1 * DAY) == 1
    assert SANNE.lower() not in everything_stored().lower()
    assert not Subscription.objects.exists() and not Consent.objects.exists() and not OutgoingMail.objects.exists()


def test_a_confirmed_address_stays(sent):
    follow(make_article())
    sent()
    erase_unconfirmed(timezone.now() + 1000 * DAY)
    assert Subscription.objects.active().count() == 1
    assert Address.objects.count() == 1


def test_an_address_with_one_confirmed_and_one_unconfirmed_keeps_the_first(sent):
    followed = follow(make_article())
    ask(make_article())
    sent()
    erase_unconfirmed(timezone.now() + 8 * DAY)
    assert list(Subscription.objects.all()) == [followed]
    assert Address.objects.count() == 1


def test_who_is_asked_again_gets_seven_days_again(sent):
    article, now = make_article(), timezone.now()
    ask(article, now=now)
    ask(article, now=now + 6 * DAY)
    sent()
    erase_unconfirmed(now + 8 * DAY)
    assert Subscription.objects.count() == 1 and Consent.objects.count() == 1


def test_a_suppressed_address_stays_so_that_nobody_asks_it_again(sent):
    ask(make_article())
    Address.objects.update(suppressed_at=timezone.now(), suppressed_because="asked by the owner")
    sent()
    erase_unconfirmed(timezone.now() + 8 * DAY)
    assert Address.objects.get().suppressed_at
    assert not Subscription.objects.exists()


def test_c1_what_ended_goes_after_30_days_and_its_proof_after_5_years(sent):
    now = timezone.now()
    subscription = follow(make_article())
    sent()
    unsubscribe(token_in(stop_path(subscription)))
    erase_unconfirmed(now + 29 * DAY)
    assert Subscription.objects.count() == 1
    erase_unconfirmed(now + 31 * DAY)
    assert not Subscription.objects.exists() and not Address.objects.exists()
    proof = Consent.objects.get()
    assert proof.address is None and proof.address_hash and proof.confirmed_at and proof.ended_at
    erase_unconfirmed(now + 365 * 5 * DAY)
    assert Consent.objects.exists()
    erase_unconfirmed(now + 366 * 5 * DAY)
    assert not Consent.objects.exists()


def test_c2_the_hash_of_the_client_goes_after_30_days():
    now = timezone.now()
    ask(make_article(), now=now, proven=True, client_key="k" * 43)
    erase_unconfirmed(now + 29 * DAY)
    assert Consent.objects.get().client_key
    erase_unconfirmed(now + 31 * DAY)
    assert Consent.objects.get().client_key == ""


def test_many_go_in_batches(sent, monkeypatch):
    monkeypatch.setattr("forum.subscriptions.actions.CLEARING_BATCH", 3)
    article, now = make_article(), timezone.now()
    for n in range(8):
        ask(article, f"lezer{n}@voorbeeld.example", now=now, client_key=f"client-{n}")
    sent()
    assert erase_unconfirmed(now + 31 * DAY) == 8
    assert not Address.objects.exists()


def test_an_address_that_mail_waits_for_stays():
    now = timezone.now()
    ask(make_article(), now=now)
    erase_unconfirmed(now + 8 * DAY)
    assert Address.objects.count() == 1


def test_the_log_of_a_deleted_article_stays_without_its_address(sent):
    subscription = follow(make_article())
    sent()
    subscription.article.delete()
    assert erase_unconfirmed() == 1
    proof = Consent.objects.get()
    assert proof.address is None and proof.address_hash and proof.ended_how == "article gone"
