"""Receipts and decisions, from the form to a real mail server; and who is never bombed with them."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox.models import Address, OutgoingMail
from forum.outbox.sending import send_due
from forum.reactions.actions import remove
from forum.reports.actions import reopen_reports, settle_reports
from forum.reports.models import Report
from forum.subscriptions.actions import end, erase_unconfirmed
from tests.factories import make_article
from tests.mailserver import html_of, mail_server, text_of
from tests.reactions.posts import text_of as page_of
from tests.reactions.talk import say
from tests.reports.reporters import report, send_report
from tests.subscriptions.readers import follow
from tests.subscriptions.test_privacy import CANARY, seen, shapes_of

pytestmark = pytest.mark.django_db
LOTTE = "lotte@lezers.example"


def receipts() -> int:
    return OutgoingMail.objects.filter(kind="report").count()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_reporter_is_told_at_once_and_again_when_it_is_decided(client, settings, language):
    said = say(make_article(language=language, title="Het stille uur"), "Gemene woorden.", name="Koop Nu")
    typed = {"name": "Bezoek evil.example", "explanation": "Klik op evil.example", "email": LOTTE}
    send_report(client, said, **typed)
    number = Report.objects.get().pk
    with mail_server(settings) as server:
        send_due()
        remove(said)
        assert settle_reports(said, upheld=True) == 1
        assert settle_reports(said, upheld=False) == 0
        send_due()
    receipt, decision = server.to(LOTTE)
    subjects = {
        "nl": [f"Je melding {number}", f"Je melding {number}: wat we besloten"],
        "en": [f"Your report {number}", f"Your report {number}: what we decided"],
    }
    assert [receipt["Subject"], decision["Subject"]] == subjects[language]
    assert decision["In-Reply-To"] == receipt["Message-ID"] != decision["Message-ID"]
    attack = {"nl": "Persoonlijke aanval of bedreiging", "en": "Personal attack or threat"}[language]
    right = {"nl": "Je had gelijk", "en": "You were right"}[language]
    further = {"nl": "Zie je het anders?", "en": "Do you see it differently?"}[language]
    for half in (lambda mail: " ".join(text_of(mail).split()), html_of):
        assert attack in half(receipt) and "Het stille uur" in half(receipt)
        assert right in half(decision) and further in half(decision)
        for mail in (receipt, decision):
            assert f"/reactions/{said.pk}/" in half(mail)
            for word in ("evil.example", "Gemene", "Koop Nu"):  # P27: nothing that a visitor typed
                assert word not in half(mail)
    assert "List-Unsubscribe" not in receipt and receipt["Auto-Submitted"] == "auto-generated"


def test_who_was_not_right_hears_that_it_stands(settings):
    said = say(make_article())
    report(said, email=LOTTE)
    settle_reports(said, upheld=False)
    with mail_server(settings) as server:
        send_due()
    assert "laat de reactie staan" in text_of(server.to(LOTTE)[1])


def test_a_decision_that_is_taken_back_in_time_is_not_mailed_and_the_next_one_is(settings):
    said = say(make_article())
    report(said, email=LOTTE)
    moment = timezone.now()
    settle_reports(said, upheld=False, now=moment)
    assert reopen_reports(said, decided_at=moment) == 1
    assert Report.objects.open().count() == 1
    settle_reports(said, upheld=True)
    with mail_server(settings) as server:
        send_due()
    assert "Je had gelijk" in text_of(server.to(LOTTE)[1]) and len(server.to(LOTTE)) == 2


def test_p27_a_thousand_ways_to_type_a_foreign_address_give_three_receipts_and_their_decisions():
    said = [say(make_article()) for _ in range(8)]
    for n, reaction in enumerate(said):
        filed = report(reaction, email=LOTTE.upper() if n % 2 else LOTTE)
        assert filed.address is not None
    assert receipts() == 3
    for reaction in said:
        settle_reports(reaction, upheld=True)
    assert OutgoingMail.objects.filter(kind="report decided").count() == 3


def test_p27_requests_to_confirm_count_as_well_and_a_day_later_there_is_room():
    article, now = make_article(), timezone.now()
    for _ in range(2):
        follow(make_article(), LOTTE)
    for n in range(3):
        report(say(article), email=LOTTE, now=now + timedelta(minutes=n))
    assert receipts() == 1
    report(say(article), email=LOTTE, now=now + timedelta(hours=25))
    assert receipts() == 2


def test_p27_one_client_has_ten_mailed_in_an_hour_whomever_they_go_to():
    article, now = make_article(), timezone.now()
    for n in range(14):
        report(say(article), client_key="one", email=f"lezer{n}@lezers.example", now=now + timedelta(minutes=n))
    assert receipts() == 10
    report(say(article), client_key="other", email="lezer20@lezers.example", now=now + timedelta(minutes=15))
    assert receipts() == 11


def test_p27_a_ceiling_for_the_whole_site(settings):
    settings.CONFIRMATIONS_PER_HOUR = 2
    article = make_article()
    for n in range(4):
        report(say(article), email=f"lezer{n}@lezers.example")
    assert receipts() == 2


def test_p18_known_unknown_suppressed_and_bombed_addresses_get_the_same_answer(client):
    article = make_article()
    follow(article, "bekend@lezers.example")
    Address.objects.create(
        email="stil@lezers.example", key="stil@lezers.example", suppressed_at=timezone.now(), suppressed_because="x"
    )
    for _ in range(3):
        report(say(article), email="vol@lezers.example")
    pages = set()
    for n, who in enumerate(("bekend", "onbekend", "stil", "vol")):
        said = say(article)
        answer = send_report(client, said, host=f"192.0.2.{n + 1}", email=f"{who}@lezers.example")
        number = str(Report.objects.latest("pk").pk)
        pages.add(page_of(client.get(answer["Location"])).replace(f"nummer {number}.", "nummer N."))
    assert len(pages) == 1


def test_a_suppressed_address_gets_nothing(settings):
    Address.objects.create(
        email=LOTTE, key=LOTTE, suppressed_at=timezone.now(), suppressed_because="asked by the owner"
    )
    report(say(make_article()), email=LOTTE)
    with mail_server(settings) as server:
        send_due()
    assert server.mails == [] and OutgoingMail.objects.get().status == "suppressed"


def test_ending_a_subscription_with_the_number_of_a_report_leaves_its_mails_alone():
    said = say(make_article())
    subscription = follow(make_article(), "karim@lezers.example")
    report(said, email=LOTTE)
    OutgoingMail.objects.filter(kind="report").update(subscription_id=subscription.pk)
    end(subscription, how="link")
    assert OutgoingMail.objects.get(kind="report").status == "queued"


def test_the_address_of_an_open_report_is_not_erased_as_loose(settings):
    said = say(make_article())
    report(said, email=LOTTE)
    with mail_server(settings) as server:
        send_due()
        later = timezone.now() + timedelta(days=40)
        erase_unconfirmed(later)
        settle_reports(said, upheld=True)
        send_due()
        assert len(server.to(LOTTE)) == 2


def test_p17_a_reporter_s_address_is_found_nowhere_but_in_its_table(client, caplog):
    caplog.set_level(logging.DEBUG)
    said = say(make_article())
    sent = {"reason": "unlawful", "name": "Lotte", "good_faith": "on", "email": CANARY}
    answers = [send_report(client, said, **sent), send_report(client, said, **sent)]
    answers += [client.get(answers[0]["Location"]), client.get(f"/reactions/{said.pk}/report/")]
    article = make_article()
    answers += [send_report(client, say(article), email=CANARY) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200, 303, 409, 429}
    everything = "\n".join(seen(answer) for answer in answers) + caplog.text
    assert not [shape for shape in shapes_of(CANARY) if shape.lower() in everything.lower()]
    assert CANARY not in "".join(map(str, Report.objects.values_list("explanation", "name", "client_key")))
