"""How many mails a reader gets (PROMISES P28), and in which state each ends."""

import email
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox import queue
from forum.outbox.actions import enqueue, lift_suppression, send_again, suppress
from forum.outbox.models import Address, OutgoingMail
from forum.outbox.sending import send_due
from tests.mailserver import free_port
from tests.outbox.letters import GONE
from tests.outbox.rows import make_address, make_mail, pass_time, state
from tests.outbox.scripted import point_at, scripted_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with scripted_server(settings) as server:
        yield server


def told(server) -> list[str]:
    return [email.message_from_bytes(body)["X-Events"] for body in server.mails]


def test_p28_the_first_news_goes_at_once_the_rest_of_a_quarter_as_one_mail(server):
    sanne = make_address()
    make_mail(sanne, subscription=1, event=1)
    send_due()
    assert told(server) == ["1"]
    mails = [make_mail(sanne, subscription=1, event=event) for event in (2, 3)]
    assert send_due() == 0
    pass_time(minutes=10)
    mails.append(make_mail(sanne, subscription=1, event=4))
    assert send_due() == 0
    pass_time(minutes=5, seconds=1)
    assert send_due() == 1
    assert told(server) == ["1", "2,3,4"]
    assert [state(mail) for mail in mails] == ["sent"] * 3
    leads = OutgoingMail.objects.filter(event_id__gt=1).order_by("pk").values_list("lead", flat=True)
    assert list(leads) == [None, mails[0].pk, mails[0].pk]


def test_news_that_waits_together_from_the_start_is_one_mail(server):
    sanne = make_address()
    for event in (1, 2):
        make_mail(sanne, subscription=1, event=event)
    make_mail(sanne, subscription=2, event=3)
    assert send_due() == 2
    assert told(server) == ["1,2", "3"]


def test_p28_the_fifth_mail_in_an_hour_takes_all_and_the_sixth_waits(server):
    sanne, karim = make_address(), make_address()
    for subscription in range(1, 5):
        make_mail(sanne, subscription=subscription, event=subscription)
        assert send_due() == 1
        pass_time(minutes=1)
    waiting = [make_mail(sanne, subscription=1, event=5)]
    assert send_due() == 0
    waiting += [make_mail(sanne, subscription=5, event=6), make_mail(sanne, subscription=6, event=7)]
    make_mail(karim, subscription=9, event=8)
    assert send_due() == 2
    assert sorted(told(server)[4:]) == ["5,6,7", "8"]
    late = [make_mail(sanne, subscription=subscription, event=9) for subscription in (7, 8)]
    assert send_due() == 0
    pass_time(minutes=54)
    assert send_due() == 0
    pass_time(minutes=2)
    assert send_due() == 1  # one place is free, so this one takes all again
    assert told(server)[-1] == "9,9"
    assert [state(mail) for mail in waiting + late] == ["sent"] * 5


def test_a_confirmation_waits_for_nothing(server):
    sanne = make_address()
    for event in range(1, 7):
        make_mail(sanne, kind="confirmation", subscription=event, event=event)
    assert send_due() == 6


def test_at_most_a_hundred_events_travel_in_one_mail(server):
    sanne = make_address()
    for event in range(1, 104):
        make_mail(sanne, subscription=1, event=event)
    assert send_due() == 1
    pass_time(minutes=15, seconds=1)
    assert send_due() == 1
    assert told(server)[1] == "101,102,103"


def test_p28_news_waits_for_the_mail_that_is_tried_again(server):
    sanne = make_address()
    first = make_mail(sanne, subscription=1, event=1)
    server.answers["RCPT"] = "450 4.2.0 later"
    assert send_due() == 1
    for event in (2, 3):
        make_mail(sanne, subscription=1, event=event)
        make_mail(sanne, subscription=2, event=event)
    make_mail(make_address(), subscription=3, event=4)
    server.answers["RCPT"] = "250 ok"
    assert send_due() == 1
    pass_time(minutes=1, seconds=1)
    assert send_due() == 2
    assert state(first) == "sent"
    pass_time(minutes=15)
    assert send_due() == 1
    assert told(server) == ["4", "1", "2,3", "2,3"]


def test_events_that_are_gone_are_left_out_and_cancelled(server):
    sanne = make_address()
    gone, kept = (make_mail(sanne, subscription=1, event=event) for event in (GONE, 2))
    send_due()
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.status, gone.reason) == ("cancelled", "the reaction is gone")
    assert (kept.status, kept.lead) == ("sent", None)
    assert told(server) == ["2"]


def test_a_suppressed_address_gets_nothing_until_it_is_lifted(server):
    sanne = make_address()
    suppress(sanne, because="asked by the owner", now=timezone.now())
    news, question = make_mail(sanne), make_mail(sanne, kind="confirmation")
    assert send_due() == 0
    news.refresh_from_db()
    assert (news.status, news.reason) == ("suppressed", "asked by the owner")
    assert state(question) == "suppressed"
    lift_suppression(sanne)
    later = make_mail(sanne)
    assert send_due() == 1
    assert state(later) == "sent"


def test_a_second_row_for_the_same_event_is_not_made():
    sanne = make_address()
    first, second = (make_mail(sanne, subscription=1, event=1) for _ in range(2))
    assert first.pk == second.pk
    assert OutgoingMail.objects.count() == 1


def test_a_failed_mail_is_sent_again_with_what_went_along_in_it(server):
    sanne = make_address()
    mails = [make_mail(sanne, subscription=1, event=event) for event in (1, 2)]
    server.answers["RCPT"] = "550 5.7.1 no"
    send_due()
    assert [state(mail) for mail in mails] == ["failed", "failed"]
    server.answers["RCPT"] = "250 ok"
    assert send_due() == 0
    assert send_again(mails[0], now=timezone.now())
    assert send_due() == 1
    assert [state(mail) for mail in mails] == ["sent", "sent"]
    assert told(server) == ["1,2"]
    assert not send_again(mails[0], now=timezone.now())


def test_a_retry_does_not_bring_back_what_was_cancelled_meanwhile(settings):
    sanne = make_address()
    first, second = (make_mail(sanne, subscription=1, event=event) for event in (1, 2))
    point_at(settings, free_port())
    send_due()
    OutgoingMail.objects.filter(pk=second.pk).update(status="cancelled")
    pass_time(minutes=1)
    with scripted_server(settings) as server:
        send_due()
    assert told(server) == ["1"]
    assert [state(first), state(second)] == ["sent", "cancelled"]


def test_a_worker_that_comes_late_changes_nothing_of_another_ones():
    mail = make_mail()
    late = queue.claim()
    OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    ours = queue.claim()
    queue.note_retry(late, reason="late")
    queue.note_end(late, status="failed", reason="late")
    assert state(mail) == "sending"
    queue.note_end(ours, status="failed", reason="ours")
    queue.note_retry(late, reason="late")
    mail.refresh_from_db()
    assert (mail.status, mail.reason, mail.attempts) == ("failed", "ours", 2)


def test_enqueue_inside_a_transaction_survives_a_second_call(transactional_db):
    sanne = Address.objects.create(email="a@b.example", key="a@b.example")
    mails = [
        enqueue(kind="reaction", address=sanne, subscription_id=1, event_id=1, now=timezone.now()) for _ in range(2)
    ]
    assert mails[0] == mails[1]
