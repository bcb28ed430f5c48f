"""Mail brought over a local socket: 250 only once it is handled for good, and nobody is sent anything back."""

import signal
import smtplib
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.inbound import clients
from tests.inbound.answers import SANNE, told
from tests.inbound.processes import inbound
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = """
from forum.inbound.models import InboundMail
print(json.dumps(list(InboundMail.objects.order_by("pk").values_list("outcome", "reason"))))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lmtp-", dir="/tmp") as name:  # a short path, for the socket
        yield Path(name)


@contextmanager
def door(database: str, folder: Path) -> Iterator[Path]:
    place = folder / "door"
    process = inbound(database=database, url=f"lmtp+unix://{place}", data_dir=folder)
    try:
        for _ in range(600):
            assert process.poll() is None, process.communicate()
            if listens(place):
                break
            time.sleep(0.05)
        yield place
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert not place.exists()


def listens(place: Path) -> bool:
    try:
        with smtplib.LMTP(str(place)) as client:
            return client.noop()[0] == 250
    except OSError:
        return False


def bring(place: Path, raw: bytes, to: str, *, sender: str = SANNE) -> tuple[int, bytes]:
    with smtplib.LMTP(str(place)) as client:
        client.lhlo() if hasattr(client, "lhlo") else client.ehlo()
        assert client.mail(sender)[0] == 250
        assert client.rcpt(to)[0] == 250
        return client.data(raw)


def answer(to: str, number: int = 1, body: str = "Eens.") -> bytes:
    return clients.fill(clients.mail(body=body), to=to, sender=SANNE, message_id=str(number))


def test_a_mail_is_handled_when_it_is_answered_with_250(tmp_path, folder):
    news = told()
    database = shared_database(tmp_path)
    with door(database, folder) as place:
        assert stat.S_IMODE(place.stat().st_mode) == 0o660
        assert bring(place, answer(news.to), news.to)[0] == 250
        assert run_together([ROWS], database) == [[["posted", ""]]]
        # The envelope decides, whatever the headers say; and nobody learns what became of it.
        same = {
            bring(place, answer(news.to, 2), "iemand@luisterkamer.example"),
            bring(place, answer(news.to, 3), news.to, sender=""),
            bring(place, answer(news.to, 4, body="a" * 5001), news.to),
            bring(place, b"\0\xff" * 1000, news.to),
            bring(place, b"Subject: x\r\n\r\n" + b"regel\r\n" * 200_000, news.to),
            bring(place, b"Subject: x\r\n\r\n" + b"a" * 20_000 + b"\r\n", news.to),
        }
        assert {code for code, _ in same} == {250} and len(same) == 1
        assert run_together([ROWS], database) == [
            [["posted", ""], ["ignored", "nobody"], ["ignored", "automatic"], ["refused", "body_long"]]
            + [["ignored", "other_sender"], ["unclear", "too_large"], ["ignored", "other_sender"]]
        ]


def test_each_mail_is_for_one_receiver(tmp_path, folder):
    with door(shared_database(tmp_path), folder) as place, smtplib.LMTP(str(place)) as client:
        client.ehlo()
        client.mail(SANNE)
        assert [client.rcpt(f"{who}@luisterkamer.example")[0] for who in ("een", "twee")] == [250, 452]


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(tmp_path, folder):
    news = told()
    shared_database(tmp_path)
    with door(f"sqlite:///{tmp_path}/empty.sqlite3", folder) as place:
        assert bring(place, answer(news.to), news.to)[0] == 451
        assert listens(place)


def test_a_socket_that_a_killed_process_left_is_taken_over_but_no_living_one(tmp_path, folder):
    database = shared_database(tmp_path)
    first = inbound(database=database, url=f"lmtp+unix://{folder}/door", data_dir=folder)
    wait_for(lambda: listens(folder / "door"))
    second = inbound(database=database, url=f"lmtp+unix://{folder}/door", data_dir=folder)
    _, said = second.communicate(timeout=60)
    assert second.returncode != 0 and b"listens at" in said and b"Traceback" not in said
    first.kill()
    first.communicate()
    assert (folder / "door").exists() and not listens(folder / "door")
    with door(database, folder) as place:
        assert listens(place)


def wait_for(what: Callable[[], bool]) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("in vain")


TAKE = """
from forum.inbound.actions import receive_mail
rows = [receive_mail(raw.encode(), recipient={to!r}, sender="x@y.example").pk for raw in {mails!r}]
print(json.dumps(rows))
"""


def test_p20_two_readers_at_once_post_every_mail_once(tmp_path):
    news = told()
    mails = [answer(news.to, number, body=f"Ik vind van niet, om reden {number}.").decode() for number in range(20)]
    script = "settings.MAIL_DOMAIN = 'luisterkamer.example'\n"
    script = "from django.conf import settings\n" + script + "settings.MODERATION = 'after'\n" + TAKE
    database = shared_database(tmp_path)
    first, second = run_together([script.format(to=news.to, mails=mails)] * 2, database)
    assert first == second and len(set(first)) == 20
    assert run_together([ROWS], database) == [[["posted", ""]] * 20]
