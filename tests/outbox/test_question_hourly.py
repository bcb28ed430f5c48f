"""An author is told of questions at most once an hour, and then of all that were asked."""

import email

import pytest
from django.utils import timezone

from forum.outbox.actions import locked_address, suppress
from forum.outbox.models import Address, OutgoingMail
from forum.outbox.sending import send_due
from tests.mailserver import free_port
from tests.outbox.letters import GONE
from tests.outbox.rows import make_address, make_mail, pass_time, state
from tests.outbox.scripted import point_at, scripted_server

pytestmark = pytest.mark.django_db
NOOR, IMKE = 1, 2


@pytest.fixture
def server(settings):
    with scripted_server(settings) as server:
        yield server


def asked(address: Address, event: int, author: int = NOOR) -> OutgoingMail:
    return make_mail(address, kind="question", subscription=author, event=event)


def told(server) -> list[str]:
    return [email.message_from_bytes(body)["X-Events"] for body in server.mails]


def test_the_first_question_goes_at_once_the_others_wait_an_hour_and_go_together(server):
    noor = make_address()
    asked(noor, 1)
    assert send_due() == 1
    for event in (2, 3):
        asked(noor, event)
    assert send_due() == 0
    pass_time(minutes=50)
    asked(noor, 4)
    assert send_due() == 0
    pass_time(minutes=11)
    assert send_due() == 1
    assert told(server) == ["1", "2,3,4"]
    asked(noor, 5)
    assert send_due() == 0
    pass_time(minutes=61)
    assert send_due() == 1
    assert told(server)[-1] == "5"


def test_what_waits_from_the_start_goes_as_one_mail(server):
    noor = make_address()
    for event in (1, 2, 3):
        asked(noor, event)
    assert send_due() == 1
    assert told(server) == ["1,2,3"]


def test_each_author_has_an_hour_of_his_own_also_at_one_address(server):
    shared = make_address()
    asked(shared, 1, NOOR)
    asked(shared, 2, IMKE)
    asked(make_address(), 3, 3)
    assert send_due() == 3
    assert sorted(told(server)) == ["1", "2", "3"]


def test_news_for_the_same_address_and_number_goes_its_own_way(server):
    noor = make_address()
    asked(noor, 1)
    make_mail(noor, subscription=NOOR, event=1)
    assert send_due() == 2
    asked(noor, 2)
    assert send_due() == 0
    assert OutgoingMail.objects.filter(kind="reaction", status="sent").count() == 1


def test_a_mail_that_said_nothing_uses_up_no_hour(server):
    noor = make_address()
    asked(noor, GONE)
    assert send_due() == 1 and server.mails == []
    asked(noor, 2)
    assert send_due() == 1
    assert told(server) == ["2"]


def test_while_one_is_tried_again_the_next_waits_for_it(settings):
    noor = make_address()
    first = asked(noor, 1)
    point_at(settings, free_port())
    send_due()
    assert state(first) == "queued"
    later = asked(noor, 2)
    assert send_due() == 0
    with scripted_server(settings) as server:
        pass_time(minutes=1, seconds=1)
        send_due()
        pass_time(minutes=5)
        assert send_due() == 0  # the hour counts from what was sent
        pass_time(minutes=60)
        send_due()
        assert told(server) == ["1", "2"]
    assert [state(first), state(later)] == ["sent", "sent"]


def test_a_suppressed_author_gets_none(server):
    noor = make_address()
    suppress(noor, because="5.1.1", now=timezone.now())
    mail = asked(noor, 1)
    assert send_due() == 0 and state(mail) == "suppressed"


def test_an_address_is_one_row_however_it_is_written():
    rows = {locked_address(email).pk for email in ("Noor@Redactie.example", "noor@redactie.example")}
    assert len(rows) == 1 and Address.objects.get().email == "Noor@Redactie.example"
