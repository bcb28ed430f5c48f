"""Mail that waits for its digest: all of it for one address goes as one mail, at its moment and not before."""

import email
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox.models import OutgoingMail
from forum.outbox.sending import send_due
from tests.mailserver import free_port
from tests.outbox.rows import in_digest, make_address, make_mail, pass_time, state, waits_minutes
from tests.outbox.scripted import point_at, scripted_server
from tests.outbox.workers import start_worker, wait_for
from tests.subscriptions.processes import shared_database

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with scripted_server(settings) as server:
        yield server


def told(server) -> list[str]:
    return [email.message_from_bytes(body)["X-Events"] for body in server.mails]


def test_all_that_is_due_of_a_digest_is_one_mail_whatever_it_is_news_of(server):
    sanne = make_address()
    mails = [make_mail(sanne, subscription=number, event=number) for number in (1, 2, 3)]
    mails.append(make_mail(sanne, kind="article", subscription=4, event=4))
    in_digest(*mails)
    late = make_mail(sanne, subscription=1, event=5)
    in_digest(late, in_hours=24)
    assert send_due() == 1
    assert told(server) == ["1,2,3,4"]
    assert [state(mail) for mail in mails] == ["sent"] * 4
    assert state(late) == "queued"
    assert OutgoingMail.objects.filter(lead=mails[0]).count() == 3
    assert send_due() == 0


def test_daily_weekly_and_at_once_do_not_travel_together(server):
    sanne = make_address()
    rows = {digest: make_mail(sanne, subscription=number) for number, digest in enumerate(("", "daily", "weekly"), 1)}
    for digest in ("daily", "weekly"):
        in_digest(rows[digest], digest=digest)
    assert send_due() == 3
    assert [state(mail) for mail in rows.values()] == ["sent"] * 3
    assert len(server.mails) == 3


def test_what_goes_at_once_never_takes_along_what_waits_for_a_digest(server):
    sanne = make_address()
    for subscription in range(1, 5):
        make_mail(sanne, subscription=subscription, event=subscription)
        assert send_due() == 1
    waiting = make_mail(sanne, subscription=6, event=6)
    in_digest(waiting, in_hours=5)
    make_mail(sanne, subscription=7, event=7)  # the fifth in this hour takes all that goes at once
    assert send_due() == 1
    assert told(server)[-1] == "7"
    assert state(waiting) == "queued"


def test_p28_a_digest_waits_as_well_when_there_were_five_mails_in_an_hour(server):
    sanne = make_address()
    for subscription in range(1, 6):
        make_mail(sanne, subscription=subscription)
        assert send_due() == 1
    mail = make_mail(sanne, subscription=1, event=9)
    in_digest(mail)
    assert send_due() == 0
    assert state(mail) == "queued" and 55 <= waits_minutes(mail) <= 60
    pass_time(minutes=61)
    assert send_due() == 1


def test_above_five_an_hour_new_articles_and_reactions_go_in_one_mail(server):
    sanne = make_address()
    for subscription in range(1, 5):
        make_mail(sanne, subscription=subscription, event=subscription)
        assert send_due() == 1
    make_mail(sanne, subscription=5, event=5)
    make_mail(sanne, kind="article", subscription=6, event=6)
    assert send_due() == 1
    assert told(server)[-1] == "5,6"


def test_a_digest_that_waited_for_a_week_has_all_its_patience_when_it_is_due(settings):
    """PATIENCE begins with the moment of the digest, not with the first reaction in it."""
    sanne = make_address()
    mails = [make_mail(sanne, subscription=number) for number in (1, 2)]
    in_digest(*mails, digest="weekly")
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=6))
    point_at(settings, free_port())
    assert send_due() == 1
    assert [state(mail) for mail in mails] == ["queued", "queued"]
    pass_time(minutes=2)
    with scripted_server(settings) as server:
        assert send_due() == 1
    assert len(server.mails) == 1
    assert [state(mail) for mail in mails] == ["sent", "sent"]


def test_a_digest_holds_so_many_and_the_others_go_in_the_next(server, monkeypatch):
    monkeypatch.setattr("forum.outbox.queue.MAX_DIGEST_ROWS", 3)
    sanne = make_address()
    in_digest(*[make_mail(sanne, subscription=1, event=event) for event in range(1, 6)])
    assert send_due() == 2
    assert told(server) == ["1,2,3", "4,5"]


@pytest.mark.django_db(transaction=True)
def test_p24_two_workers_and_one_that_is_killed_send_each_digest_once(settings, tmp_path):
    for number in range(12):
        reader = make_address()
        in_digest(*[make_mail(reader, subscription=number * 10 + one) for one in (1, 2, 3)])
    database = shared_database(tmp_path)
    with scripted_server(settings) as server:
        server.pause = 0.05
        workers = [start_worker(database, server.server_address[1], tmp_path, lease=2) for _ in range(2)]
        try:
            wait_for(lambda: len(server.mails) >= 4)
            workers[0].kill()
            wait_for(lambda: len({body.split(b"Message-ID:")[1].split(b"\r\n\r\n")[0] for body in server.mails}) >= 12)
            wait_for(lambda: sum(event.count(",") + 1 for event in set(told(server))) == 36)
        finally:
            for worker in workers:
                worker.terminate()
                worker.wait(20)
    assert len(set(told(server))) == 12
    assert len(server.mails) <= 13  # at most one extra for the one that was killed
