"""What holds for every kind of mail: whoever only reads changes nothing, and one click stops what can be stopped."""

import http.client
import logging
import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from django.test import Client

from forum.outbox.models import OutgoingMail
from forum.outbox.sending import send_due
from forum.subscriptions.models import Subscription
from tests.mailserver import html_of, mail_server, text_of
from tests.outbox.kinds import LEZER, MAKERS, reaction
from tests.outbox.rows import pass_time
from tests.outbox.scripted import scripted_server
from tests.subscriptions.database import everything

SITE = "https://luisterkamer.example"
KINDS = sorted(site.OUTBOX_BUILDERS)


@pytest.fixture(autouse=True)
def the_site(settings):
    settings.MODERATION = "after"
    settings.SITE_URL = SITE
    settings.ALLOWED_HOSTS = ["luisterkamer.example"]
    settings.MAIL_DOMAIN = "luisterkamer.example"


def links(message) -> set[str]:
    """All addresses of our site: in both halves, in the headers."""
    found = re.findall(r"https?://[^\s<>\"]+", text_of(message))
    found += re.findall(r'(?:href|src|action)="(https?://[^"]+)"', html_of(message))
    found += re.findall(r"<(https?://[^>]+)>", " ".join(str(value) for value in message.values()))
    return {link for link in found if link.startswith(SITE)}


def test_every_kind_of_mail_can_be_made():
    assert set(MAKERS) == set(KINDS), "give the new kind its line in tests/outbox/kinds.py"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_p12_every_link_of_every_kind_of_mail_read_twice_changes_nothing(settings, kind):
    """As a scanner at the reader's mail server does: GET and HEAD, without a browser, before the reader sees it."""
    MAKERS[kind]()
    rows = OutgoingMail.objects.exclude(digest="") if kind == "digest" else OutgoingMail.objects.filter(kind=kind)
    assert rows.exists()
    with mail_server(settings) as server:
        send_due()
    messages = [message for _, message in server.mails]
    assert messages
    asked = 0
    before = everything()
    for message in messages:
        for link in links(message):
            parts = urlsplit(link)
            for _ in range(2):
                for method in ("get", "head"):
                    scanner = Client(headers={"User-Agent": "scanner"})
                    answer = getattr(scanner, method)(
                        f"{parts.path}?{parts.query}", headers={"Host": "luisterkamer.example"}
                    )
                    assert answer.status_code in (200, 302, 303), link
                    asked += 1
    assert asked >= 4
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mail_says_that_a_machine_wrote_it_and_has_both_halves(settings, kind):
    MAKERS[kind]()
    with mail_server(settings) as server:
        send_due()
    message = server.mails[-1][1]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["To"].addresses[0].addr_spec == server.mails[-1][0]
    assert len(text_of(message)) > 50 and "<html" in html_of(message)
    if "List-Unsubscribe" in message:
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert str(message["List-Unsubscribe"]).startswith(f"<{SITE}/") and "@" not in str(message["List-Unsubscribe"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:No directory at")  # nobody collected the static files
def test_p26_a_mail_program_stops_a_subscription_by_one_post(settings, live_server):
    """RFC 8058, section 3.2: the address of List-Unsubscribe, the body of List-Unsubscribe-Post, nothing else at all."""
    settings.ALLOWED_HOSTS = ["*"]
    reaction()
    with mail_server(settings) as server:
        send_due()
        [message] = server.to(LEZER)
        path = urlsplit(str(message["List-Unsubscribe"]).strip("<>")).path
        for _ in range(2):
            host = urlsplit(live_server.url)
            program = http.client.HTTPConnection(host.hostname, host.port, timeout=20)
            body = str(message["List-Unsubscribe-Post"])
            program.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = program.getresponse()
            assert (answer.status, answer.getheader("Set-Cookie"), answer.getheader("Location")) == (200, None, None)
            answer.read()
            program.close()
        assert Subscription.objects.get().ended_at is not None
        assert not OutgoingMail.objects.filter(status__in=["queued", "sending"]).exists()
        send_due()
        assert len(server.to(LEZER)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_c2_no_log_line_of_a_mails_way_holds_an_address(settings, caplog, kind):
    """Made, refused, tried again, bounced, suppressed: with everything that any library of ours logs."""
    with caplog.at_level(logging.DEBUG):
        MAKERS[kind]()
        receivers = set(OutgoingMail.objects.values_list("address__email", flat=True))
        with scripted_server(settings, RCPT=f"450 4.2.0 <{min(receivers)}> later") as server:
            send_due()
            pass_time(minutes=2)
            server.answers["RCPT"] = f"550 5.1.1 <{min(receivers)}> who?"
            send_due()
    assert OutgoingMail.objects.filter(status__in=["failed", "suppressed"]).exists()
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert any("not accepted" in line for line in lines)  # positive control
    assert not [line for line in lines for receiver in receivers if receiver.lower() in line.lower()]
