"""What becomes of a mail, by what the mail server says (PROMISES section B, outcome rules)."""

import email
import logging
from datetime import timedelta

import pytest
from django.db.models import F

from forum.outbox.models import Address, Bounce, OutgoingMail
from forum.outbox.sending import send_due
from tests.mailserver import free_port
from tests.outbox.letters import BROKEN, GONE, NO_HEADER
from tests.outbox.rows import make_address, make_mail, pass_time, state, waits_minutes
from tests.outbox.scripted import HANG_UP, SILENCE, point_at, scripted_server

pytestmark = pytest.mark.django_db

RETRIED = [
    ({"RCPT": "450 4.2.0 <sanne@lezers.example> greylisted"}, "receiver refused: 450 4.2.0"),
    ({"RCPT": "421 4.3.2 closing"}, "receiver refused: 421 4.3.2"),
    ({"MAIL": "550 5.7.1 <bounce@x> not welcome"}, "sender refused: 550 5.7.1"),
    ({"DATA": "451 4.3.0 later"}, "mail refused: 451 4.3.0"),
    ({"dot": "452 4.2.2 <sanne@lezers.example> full"}, "mail refused: 452 4.2.2"),
    ({"hello": "554 5.3.2 away"}, "mail server answered 554 (SMTPConnectError)"),
    ({"hello": HANG_UP}, "mail server not reached (SMTPServerDisconnected)"),
    ({"body": HANG_UP}, "mail server not reached"),
    ({"dot": HANG_UP}, "mail server not reached (SMTPServerDisconnected)"),
    ({"RCPT": HANG_UP}, "mail server not reached (SMTPServerDisconnected)"),
]
FAILED = [  # what is said, the reason written down, whether that ends all mail, the points
    ({"RCPT": "550 5.1.1 <sanne@lezers.example> unknown"}, "receiver refused: 550 5.1.1", True, [1]),
    ({"RCPT": "550 5.1.0 who?"}, "receiver refused: 550 5.1.0", True, [1]),
    ({"RCPT": "550 5.2.1 disabled"}, "receiver refused: 550 5.2.1", True, [1]),
    ({"dot": "550 5.1.1 <sanne@lezers.example> unknown"}, "mail refused: 550 5.1.1", True, [1]),
    ({"RCPT": "550 5.7.1 <sanne@lezers.example> blocked"}, "receiver refused: 550 5.7.1", False, [0]),
    ({"RCPT": "550 no such user sanne@lezers.example"}, "receiver refused: 550", False, [1]),
    ({"RCPT": "550 5.4.4 no way to <sanne@lezers.example>"}, "receiver refused: 550 5.4.4", False, [0.5]),
    ({"RCPT": "552 5.2.2 <sanne@lezers.example> full"}, "receiver refused: 552 5.2.2", False, [1]),
    ({"DATA": "554 5.6.0 no"}, "mail refused: 554 5.6.0", False, [1]),
    ({"dot": "554 5.7.1 spam for sanne@lezers.example"}, "mail refused: 554 5.7.1", False, [0]),
    ({"dot": "554 spam for sanne@lezers.example"}, "mail refused: 554", False, []),
]


@pytest.mark.parametrize(("answers", "reason"), RETRIED)
def test_a_refusal_for_now_is_tried_again_with_the_same_message_id(settings, caplog, answers, reason):
    mail = make_mail(make_address("sanne@lezers.example"))
    with scripted_server(settings, **answers) as server:
        assert send_due() == 1
        mail.refresh_from_db()
        assert (mail.status, mail.attempts) == ("queued", 1)
        assert mail.reason.startswith(reason)
        assert waits_minutes(mail) == 1
        assert send_due() == 0

        tried = [email.message_from_bytes(body)["Message-ID"] for body in server.mails]
        server.answers.update(hello="220 ready", MAIL="250 ok", RCPT="250 ok", DATA="354 go", dot="250 ok", body="")
        pass_time(minutes=1)
        assert send_due() == 1
        assert state(mail) == "sent"
        arrived = email.message_from_bytes(server.mails[-1])["Message-ID"]
        mail.refresh_from_db()
        assert {*tried, arrived} == {mail.message_id}
    assert "@" not in caplog.text + mail.reason
    assert mail.address.suppressed_at is None


@pytest.mark.parametrize(("answers", "reason", "suppressed", "points"), FAILED)
def test_p17_a_refusal_for_good_fails_without_the_address_in_its_reason(
    settings, caplog, answers, reason, suppressed, points
):
    mail = make_mail(make_address("sanne@lezers.example"))
    with scripted_server(settings, **answers), caplog.at_level(logging.DEBUG):
        send_due()
    mail.refresh_from_db()
    assert (mail.status, mail.reason) == ("failed", reason)
    address = Address.objects.get()
    assert (address.suppressed_at is not None) is suppressed
    assert address.suppressed_because == (reason if suppressed else "")
    assert list(Bounce.objects.values_list("points", flat=True)) == points
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("forum")]
    assert ours
    assert "@" not in "".join(ours)


def test_a_mail_server_that_is_away_is_waited_for(settings):
    point_at(settings, free_port())
    mail = make_mail()
    send_due()
    mail.refresh_from_db()
    assert (mail.status, mail.reason) == ("queued", "mail server not reached (ConnectionRefusedError)")


@pytest.mark.parametrize("moment", ["hello", "EHLO", "RCPT", "dot"])
def test_a_silent_mail_server_is_left_and_the_next_mail_tried(settings, moment):
    settings.EMAIL_TIMEOUT = 0.2
    first, second = make_mail(), make_mail()
    with scripted_server(settings, **{moment: SILENCE}) as server:
        assert send_due() == 2
        assert server.connections == 2
    assert [state(first), state(second)] == ["queued", "queued"]


def test_one_refused_receiver_does_not_delay_the_others(settings):
    mails = [make_mail() for _ in range(3)]
    with scripted_server(settings, RCPT="550 5.7.1 no"):
        send_due(1)
    with scripted_server(settings):
        send_due()
    assert [state(mail) for mail in mails] == ["failed", "sent", "sent"]


def test_retries_come_after_1_5_15_60_minutes_then_hourly_until_72_hours(settings):
    point_at(settings, free_port())
    mail = make_mail()
    waits = []
    while True:
        assert send_due() == 1
        if state(mail) != "queued":
            break
        wait = waits_minutes(mail)
        waits.append(wait)
        pass_time(minutes=wait)
    assert waits[:4] == [1, 5, 15, 60]
    assert set(waits[4:]) == {60}
    assert 71 * 60 <= sum(waits) <= 72 * 60
    mail.refresh_from_db()
    assert mail.status == "failed"
    assert mail.reason == "not delivered in 72 hours; mail server not reached (ConnectionRefusedError)"


def test_three_refusals_on_three_days_end_all_mail_and_the_next_is_not_even_tried(settings):
    sanne = make_address("sanne@lezers.example")
    with scripted_server(settings, RCPT="552 5.2.2 full") as server:
        for day in range(4):
            make_mail(sanne, subscription=day + 1)
            send_due()
            pass_time(days=1)
            Bounce.objects.update(at=F("at") - timedelta(days=1))
        assert len(server.senders) == 3
    sanne.refresh_from_db()
    assert sanne.suppressed_because == "came back too often; the last time: 5.2.2"
    states = OutgoingMail.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["failed", "failed", "failed", "suppressed"]


@pytest.mark.parametrize(
    ("answers", "points"),
    [
        ({"RCPT": "452 4.2.2 full"}, [0.5]),
        ({"RCPT": "450 later"}, [0.5]),
        ({"MAIL": "451 4.7.1 slow down"}, []),
        ({"hello": HANG_UP}, []),
    ],
)
def test_what_was_refused_for_now_until_the_end_counts_half_when_it_was_about_the_reader(settings, answers, points):
    mail = make_mail()
    OutgoingMail.objects.update(attempts=20, created_at=F("created_at") - timedelta(hours=71, minutes=30))
    with scripted_server(settings, **answers):
        send_due()
    assert state(mail) == "failed"
    assert list(Bounce.objects.values_list("points", flat=True)) == points


def test_a_mail_that_ends_its_worker_every_time_ends_as_well(settings):
    point_at(settings, free_port())
    mail = make_mail()
    rows = OutgoingMail.objects.filter(pk=mail.pk)
    rows.update(status="sending", lease_until=mail.due_at, attempts=5)
    pass_time(hours=73)
    assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.status, mail.reason) == ("failed", "not delivered in 72 hours; its worker stopped")


@pytest.mark.parametrize("event", [BROKEN, NO_HEADER])
def test_a_mail_that_cannot_be_built_fails_at_once_and_the_others_go_on(settings, caplog, event):
    broken, whole = make_mail(event=event), make_mail()
    with scripted_server(settings) as server:
        send_due()
    broken.refresh_from_db()
    assert broken.status == "failed"
    assert broken.reason == "cannot be built: ValueError"
    assert state(whole) == "sent"
    assert len(server.mails) == 1
    assert "@" not in caplog.text


def test_a_mail_with_nothing_to_say_is_cancelled(settings):
    gone, whole = make_mail(event=GONE), make_mail()
    with scripted_server(settings) as server:
        send_due()
    gone.refresh_from_db()
    assert (gone.status, gone.reason) == ("cancelled", "the reaction is gone")
    assert state(whole) == "sent"
    assert len(server.mails) == 1


def test_a_hundred_mails_go_over_one_connection(settings):
    for _ in range(101):
        make_mail()
    with scripted_server(settings) as server:
        assert send_due() == 101
    assert server.connections == 2


def test_a_server_that_hangs_up_after_every_mail_delays_none(settings):
    mails = [make_mail(make_address(f"lezer{number}@lezers.example")) for number in range(3)]
    with scripted_server(settings, after=HANG_UP) as server:
        assert send_due() == 3
        assert ([state(mail) for mail in mails], server.connections) == (["sent"] * 3, 3)


def test_without_a_mail_server_the_mail_is_kept_in_the_mailbox(settings, tmp_path):
    settings.EMAIL_URL, settings.DATA_DIR = "", tmp_path
    mail = make_mail()
    send_due()
    assert state(mail) == "sent"
    assert [path.name for path in (tmp_path / "mailbox").iterdir()] == [f"{mail.pk}.eml"]


def test_a_mailbox_that_cannot_be_written_is_waited_for(settings, tmp_path):
    settings.EMAIL_URL, settings.DATA_DIR = "", tmp_path
    (tmp_path / "mailbox").write_text("in the way")
    mail = make_mail()
    send_due()
    mail.refresh_from_db()
    assert (mail.status, mail.reason) == ("queued", "mailbox not writable (FileExistsError)")
