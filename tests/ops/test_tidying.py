"""What is kept for a while goes by itself: one round of the worker does every job that docs/operations.md names (C1, C2)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from forum.outbox.bounces import record_bounce
from forum.outbox.models import Address, Bounce, OutgoingMail
from forum.reactions.models import Reaction
from forum.subscriptions.actions import subscribe, unsubscribe
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article
from tests.outbox.rows import make_address, make_mail
from tests.reactions.talk import say
from tests.subscriptions.readers import ask, stop_path, token_in

pytestmark = pytest.mark.django_db
CLIENT = "k" * 43


def one_round_later(**span: float) -> None:
    """Everything that has a moment is that much older, and the worker comes by."""
    for model, moments in {
        OutgoingMail: ("created_at", "sent_at", "due_at"),
        Bounce: ("at",),
        Consent: ("asked_at", "confirmed_at", "ended_at"),
        Subscription: ("created_at", "confirmed_at", "ended_at"),
        Reaction: ("created_at",),
    }.items():
        for moment in moments:
            rows = model.objects.filter(**{f"{moment}__isnull": False})
            rows.update(**{moment: F(moment) - timedelta(**span)})
    call_command("worker", "--once")


@pytest.fixture(autouse=True)
def all_mail_has_left(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MODERATION = "after"


def test_c2_an_unconfirmed_address_goes_after_seven_days():
    ask(make_article(), "niemand@lezers.example")
    one_round_later(days=6.9)
    assert Address.objects.exists()
    one_round_later(days=0.2)
    assert not Address.objects.exists() and not Consent.objects.exists() and not Subscription.objects.exists()


def test_c2_the_hash_of_a_client_goes_after_thirty_days_with_a_reaction_and_with_a_consent():
    article = make_article()
    fields = {"scope": "article", "proven": True, "client_key": CLIENT, "now": timezone.now()}
    subscribe(email="sanne@lezers.example", article=article, **fields)
    say(article, client_key=CLIENT)
    one_round_later(days=29)
    assert {*Consent.objects.values_list("client_key", flat=True)} == {CLIENT}
    assert {*Reaction.objects.values_list("client_key", flat=True)} == {CLIENT}
    one_round_later(days=2)
    assert {*Consent.objects.values_list("client_key", flat=True)} == {""}
    assert {*Reaction.objects.values_list("client_key", flat=True)} == {""}
    assert Subscription.objects.active().count() == 1


def test_c1_the_proof_of_consent_stays_five_years_after_its_end_without_the_address():
    fields = {"scope": "article", "proven": True, "client_key": "", "now": timezone.now()}
    unsubscribe(token_in(stop_path(subscribe(email="sanne@lezers.example", article=make_article(), **fields))))
    one_round_later(days=31)
    assert not Subscription.objects.exists() and not Address.objects.exists()
    one_round_later(days=365 * 5 - 31)
    assert Consent.objects.get().address_hash
    one_round_later(days=3)
    assert not Consent.objects.exists()


def test_finished_mails_go_after_ninety_days_and_bounces_after_thirty():
    address = make_address()
    subscription = subscribe(
        email=address.email, article=make_article(), scope="article", proven=True, client_key="", now=timezone.now()
    )
    mail = make_mail(address, subscription=subscription.pk)
    OutgoingMail.objects.update(status="sent", sent_at=timezone.now())
    record_bounce(mail.pk, status="5.2.2", source="dsn", now=timezone.now())
    one_round_later(days=29)
    assert Bounce.objects.exists()
    one_round_later(days=2)
    assert not Bounce.objects.exists() and OutgoingMail.objects.exists()
    one_round_later(days=60)
    assert not OutgoingMail.objects.exists()
    assert Address.objects.exists()  # still follows something


def test_p25_who_follows_nothing_can_be_told_for_a_week_what_became_of_his_mail():
    mail = make_mail(kind="question")
    OutgoingMail.objects.filter(pk=mail.pk).update(status="failed", reason="cannot be built: ValueError")
    one_round_later(days=6.9)
    assert OutgoingMail.objects.get().reason == "cannot be built: ValueError"
    one_round_later(days=0.2)
    assert not Address.objects.exists() and not OutgoingMail.objects.exists()
