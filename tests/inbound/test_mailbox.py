"""The mailbox, read from a real IMAP server: every mail once, whatever happens between handling and marking."""

import select
import socket
import threading

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forum.inbound import mailbox
from forum.inbound.mailbox import MailboxTrouble, Reader
from forum.inbound.models import InboundMail, LastLook
from forum.mail_source import Mailbox, mail_source
from forum.outbox.envelope import bounce_address
from forum.reactions.models import Reaction
from tests.imapserver import PASSWORD, USER, ImapServer, imap_server
from tests.inbound import clients
from tests.inbound.answers import SANNE, sent, told
from tests.inbound.processes import inbound
from tests.inbound.test_returned import POSTFIX
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def dovecot():
    with imap_server() as server:
        yield server


@pytest.fixture
def server(dovecot: ImapServer) -> ImapServer:
    dovecot.empty()
    return dovecot


def reader(server: ImapServer) -> Reader:
    source = mail_source(server.url())
    assert isinstance(source, Mailbox)
    return Reader(source)


def test_a_mailbox_is_read_from_bounce_to_answer(server):
    news = told()
    sent(news.row)
    server.put(clients.sample("Gmail, nl", to=news.to, sender=SANNE))
    server.put(POSTFIX.format(to=bounce_address(news.row.pk), action="failed", status="5.2.2").encode())
    server.put(b"To: iemand@luisterkamer.example\r\n\r\nHallo")
    assert reader(server).read_once() == 3
    rows = InboundMail.objects.order_by("pk").values_list("kind", "outcome")
    assert list(rows) == [("reply", "posted"), ("bounce", "counted"), ("other", "ignored")]
    assert Reaction.objects.latest("pk").body == clients.SAYS
    assert server.flags() == [{"\\Seen"}] * 3
    assert reader(server).read_once() == 0
    look = LastLook.objects.get()
    assert look.looked_at and not look.trouble


def test_what_was_not_understood_or_not_posted_is_laid_aside_unread_and_nothing_is_deleted(server):
    news = told()
    server.put(clients.fill(clients.mail(body="a" * 5001), to=news.to, sender=SANNE))
    server.put(b"Subject: x\r\n\r\n" + b"regel\r\n" * 200_000)  # larger than what is read
    server.put(clients.fill(clients.mail(body="Eens."), to=news.to, sender=SANNE, message_id="twee"))
    assert reader(server).read_once() == 3
    assert [row.reason for row in InboundMail.objects.order_by("pk")] == ["body_long", "too_large", ""]
    assert server.flags() == [{"\\Seen"}]
    assert server.flags("INBOX.Luisterkamer") == [set(), set()]
    with server.client("INBOX.Luisterkamer") as client:
        raw = [found[b"BODY[]"] for found in client.fetch(client.search("ALL"), ["BODY[]"]).values()]
    assert sum(b"aaaa" in mail for mail in raw) == 1 and sum(len(mail) > 1_000_000 for mail in raw) == 1


def test_a_round_takes_a_bounded_number_of_the_oldest(server, monkeypatch):
    monkeypatch.setattr(mailbox, "MAILS_PER_ROUND", 2)
    for number in range(3):
        server.put(f"Message-ID: <{number}@x.example>\r\nTo: x@y.example\r\n\r\n.".encode())
    assert [reader(server).read_once() for _ in range(3)] == [2, 1, 0]
    assert InboundMail.objects.count() == 3


def test_another_folder_can_be_read(server):
    with server.client() as client:
        if not client.folder_exists("INBOX.Reacties"):
            client.create_folder("INBOX.Reacties")
        client.append("INBOX.Reacties", b"To: x@y.example\r\n\r\n.")
    source = mail_source(server.url("INBOX.Reacties"))
    assert isinstance(source, Mailbox) and Reader(source).read_once() == 1
    assert server.flags("INBOX.Reacties") == [{"\\Seen"}]


@pytest.mark.parametrize("security", ["imaps", "imap+tls"])
def test_tls_needs_a_certificate_that_this_machine_trusts(server, monkeypatch, security):
    port = server.tls_port if security == "imaps" else server.port
    source = mail_source(f"{security}://{USER}:{PASSWORD}@localhost:{port}/")
    assert isinstance(source, Mailbox)
    server.put(b"To: x@y.example\r\n\r\n.")
    with pytest.raises(MailboxTrouble, match="SSLCertVerificationError"):
        Reader(source).read_once()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    assert Reader(source).read_once() == 1


def test_a_wrong_password_is_told_without_naming_anybody(server, caplog):
    source = mail_source(server.url().replace(PASSWORD, "verkeerd"))
    assert isinstance(source, Mailbox)
    with pytest.raises(MailboxTrouble) as trouble:
        Reader(source).read_once()
    assert str(trouble.value) == "LoginError"
    assert "verkeerd" not in caplog.text + repr(source) and USER not in caplog.text


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(mailbox, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = mail_source(f"imap://{USER}:{PASSWORD}@127.0.0.1:{silent.getsockname()[1]}")
        assert isinstance(source, Mailbox)
        with pytest.raises(MailboxTrouble, match=r"TimeoutError|timeout"):
            Reader(source).read_once()


def test_trouble_is_written_down_for_the_staff_and_waited_out_longer_every_time(server):
    away = mail_source(f"imap://{USER}:{PASSWORD}@127.0.0.1:1")
    assert isinstance(away, Mailbox)
    pauses = [0.0]
    for _ in range(7):
        pauses.append(Reader(away).look(after=pauses[-1]))
    assert pauses[1:] == [30, 60, 120, 240, 480, 600, 600]
    assert LastLook.objects.get().trouble == "ConnectionRefusedError"
    assert reader(server).look(after=600) == 30
    look = LastLook.objects.get()
    assert look.looked_at and look.trouble_at and look.looked_at > look.trouble_at


class Gate:
    """Between a client and the server; shuts when the client is about to mark a mail."""

    def __init__(self, port: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.shut = threading.Event()
        self.server_port = port
        self.thread = threading.Thread(target=self._let_in)
        self.thread.start()

    def _let_in(self) -> None:
        with (
            self.listener,
            self.listener.accept()[0] as inner,
            socket.create_connection(("127.0.0.1", self.server_port)) as outer,
        ):
            while True:
                for side in select.select([inner, outer], [], [])[0]:
                    said = side.recv(65_536)
                    if not said:
                        return
                    if side is inner and (b" STORE " in said or b" MOVE " in said):
                        self.shut.set()
                    elif not self.shut.is_set():
                        (outer if side is inner else inner).sendall(said)


COUNT = """
from forum.reactions.models import Reaction
print(json.dumps(Reaction.objects.count()))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_between_handling_and_marking_it_posts_nothing_twice(server, tmp_path):
    news = told()
    server.put(clients.sample("Gmail, nl", to=news.to, sender=SANNE))
    server.put(clients.fill(clients.mail(body="En nog iets."), to=news.to, sender=SANNE, message_id="twee"))
    database = shared_database(tmp_path)
    gate = Gate(server.port)
    killed = inbound(database=database, url=server.url().replace(str(server.port), str(gate.port)), data_dir=tmp_path)
    assert gate.shut.wait(60)
    killed.kill()
    killed.communicate()
    gate.thread.join(20)
    assert server.flags() == [set(), set()]  # handled, and not marked
    [posted] = run_together([COUNT], database)
    assert posted == 3
    again = inbound("--once", database=database, url=server.url(), data_dir=tmp_path)
    said, errors = again.communicate(timeout=60)
    assert said == b"2 mails handled\n", errors
    assert server.flags() == [{"\\Seen"}] * 2
    assert run_together([COUNT], database) == [4]


def test_a_mail_that_we_fall_over_is_laid_aside_and_keeps_no_other(server, settings):
    news = told()
    server.put(clients.sample("Gmail, nl", to=news.to, sender=SANNE))
    server.put(b"To: x@y.example\r\n\r\n.")
    settings.SPAM_RULES_OFF = None  # as good a mistake of ours as any
    assert reader(server).read_once() == 2
    assert [row.reason for row in InboundMail.objects.order_by("pk")] == ["fault", "nobody"]
    assert server.flags() == [{"\\Seen"}] and server.flags("INBOX.Luisterkamer") == [set()]
    settings.SPAM_RULES_OFF = []  # repaired: who puts it back has it posted
    with server.client("INBOX.Luisterkamer") as client:
        client.move(client.search("ALL"), "INBOX")
    assert reader(server).read_once() == 1
    assert Reaction.objects.latest("pk").body == clients.SAYS


def test_without_a_setting_the_command_says_so(settings):
    settings.INBOUND = None
    with pytest.raises(CommandError, match="INBOUND_URL is not set"):
        call_command("inbound")
