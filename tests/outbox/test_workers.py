"""Workers as processes: two at once, killed, stopped politely, without a mail server (PROMISES P24 and section E)."""

import email
import signal
import time
from collections import Counter

import pytest

from tests.mailserver import free_port
from tests.outbox.rows import make_address, make_mail
from tests.outbox.scripted import scripted_server
from tests.outbox.workers import start_worker, states, wait_for
from tests.subscriptions.processes import shared_database

pytestmark = pytest.mark.django_db(transaction=True)
SENT = {"sent"}  # the worker clears addresses that follow nothing, and their mails with them


def ids(server) -> Counter:
    return Counter(email.message_from_bytes(body)["Message-ID"] for body in server.mails)


def events(server) -> Counter:
    said = (email.message_from_bytes(body)["X-Events"].split(",") for body in server.mails)
    return Counter(event for mail in said for event in mail)


def test_p24_two_workers_send_every_mail_once(settings, tmp_path):
    for number in range(20):
        reader = make_address()
        for subscription in range(3):
            make_mail(reader, subscription=number * 10 + subscription + 1)
            make_mail(reader, subscription=number * 10 + subscription + 1)
    database = shared_database(tmp_path)
    with scripted_server(settings) as server:
        port = server.server_address[1]
        workers = [start_worker(database, port, tmp_path, lease=60) for _ in range(2)]
        try:
            wait_for(lambda: len(events(server)) == 120)
            time.sleep(0.5)  # would there be more?
        finally:
            for worker in workers:
                worker.terminate()
            assert [worker.wait(20) for worker in workers] == [0, 0]
    assert set(events(server).values()) == {1}
    assert len(server.mails) == 60
    assert set(states(database)) <= SENT


def test_p24_killed_five_times_no_mail_is_lost_and_extra_copies_have_the_same_id(settings, tmp_path):
    made = {str(make_mail().event_id) for _ in range(50)}
    database = shared_database(tmp_path)
    kills = 0
    with scripted_server(settings) as server:
        server.pause = 0.01
        port = server.server_address[1]
        while kills < 5:
            before = len(server.mails)
            worker = start_worker(database, port, tmp_path)
            wait_for(lambda before=before: len(server.mails) >= before + 5)
            worker.kill()
            worker.wait()
            kills += 1
        worker = start_worker(database, port, tmp_path)
        try:
            wait_for(lambda: len(ids(server)) == 50)
            wait_for(lambda: set(states(database)) <= SENT)
        finally:
            worker.terminate()
            worker.wait(20)
    copies = ids(server)
    assert len(copies) == 50
    assert sum(copies.values()) - 50 <= kills
    assert set(events(server)) == made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_ends_after_the_mail_in_hand(settings, tmp_path, number):
    for _ in range(30):
        make_mail()
    database = shared_database(tmp_path)
    with scripted_server(settings) as server:
        server.pause = 0.3
        worker = start_worker(database, server.server_address[1], tmp_path, lease=60)
        wait_for(lambda: len(server.mails) >= 2)
        worker.send_signal(number)
        assert worker.wait(20) == 0
    assert Counter(states(database))["queued"] == 30 - len(server.mails)
    assert set(states(database)) <= SENT | {"queued"}
    assert len(server.mails) < 30


def test_a_worker_survives_a_mail_server_that_is_away(settings, tmp_path):
    for _ in range(3):
        make_mail()
    database = shared_database(tmp_path)
    worker = start_worker(database, free_port(), tmp_path)
    log = tmp_path / "worker.log"
    try:
        wait_for(lambda: log.read_text().count("ConnectionRefusedError") >= 3)
        assert worker.poll() is None
    finally:
        worker.terminate()
        assert worker.wait(20) == 0
    assert states(database) == ["queued"] * 3
    assert "@" not in log.read_text()


def test_once_ends_when_nothing_is_due(settings, tmp_path):
    make_mail()
    database = shared_database(tmp_path)
    with scripted_server(settings) as server:
        worker = start_worker(database, server.server_address[1], tmp_path, "--once")
        assert worker.wait(60) == 0
    assert len(server.mails) == 1
