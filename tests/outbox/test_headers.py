"""What a mail looks like from outside (PROMISES section B), read from a real mail server."""

import re
from email import policy
from email.parser import BytesParser

import pytest

from forum.outbox.envelope import bounce_address, bounced_mail, clean_subject
from forum.outbox.sending import send_due
from tests.mailserver import html_of, mail_server, text_of
from tests.outbox.rows import make_address, make_mail
from tests.outbox.scripted import scripted_server

pytestmark = pytest.mark.django_db


def test_every_header_is_as_promised(settings):
    mail = make_mail(make_address("Sanne@lezers.example"), subscription=7, event=12)
    with mail_server(settings) as server:
        send_due()
    receiver, message = server.mails[0]
    assert receiver == message["To"] == "Sanne@lezers.example"
    assert str(message["From"]).strip() in (
        f'"{settings.SITE_NAME}" <{settings.MAIL_FROM}>',
        f"{settings.SITE_NAME} <{settings.MAIL_FROM}>",
    )
    assert message["Reply-To"] == f"geen-antwoord@{settings.MAIL_DOMAIN}"
    assert message["Subject"] == "Nieuwe reactie op: Het stille uur é 12"
    assert re.fullmatch(rf"<r12\.[\w-]{{22}}@{re.escape(settings.MAIL_DOMAIN)}>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Precedence"] == "list"
    assert message["X-Events"] == "12"
    assert message["Date"]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version"):
        assert len(message.get_all(name)) == 1
    mail.refresh_from_db()
    assert mail.message_id == message["Message-ID"]


def test_both_halves_are_quoted_printable_and_the_style_stands_in_the_tags(settings):
    make_mail(event=12)
    with mail_server(settings) as server:
        send_due()
    message = server.mails[0][1]
    assert message.get_content_type() == "multipart/alternative"
    halves = list(message.iter_parts())
    assert [half.get_content_type() for half in halves] == ["text/plain", "text/html"]
    assert {half["Content-Transfer-Encoding"] for half in halves} == {"quoted-printable"}
    assert "Beste lezer, é: 12" in text_of(message)
    html = html_of(message)
    assert re.search(r'<p style="color: ?#123456', html)
    assert "prefers-color-scheme: dark" in html
    assert "é" in html


def test_the_bytes_are_ascii_in_short_lines_and_the_envelope_tells_which_mail_it_was(settings):
    make_mail(event=12)
    with scripted_server(settings) as server:
        send_due()
    body = server.mails[0]
    assert body.isascii()
    assert max(len(line) for line in body.splitlines()) <= 998
    ids = BytesParser(policy=policy.compat32).parsebytes(body)["Message-ID"]
    assert "\n" not in ids


def test_the_envelope_sender_carries_the_mail_id_and_a_seal(settings):
    mail = make_mail()
    with scripted_server(settings) as server:
        send_due()
    [sender] = server.senders
    assert re.fullmatch(rf"bounce\+{mail.pk}\.[a-z2-7]{{10}}@{re.escape(settings.MAIL_DOMAIN)}", sender)
    assert sender == bounce_address(mail.pk)
    assert bounced_mail(sender) == bounced_mail(sender.upper()) == mail.pk
    for forged in (sender.replace(f"+{mail.pk}.", f"+{mail.pk + 1}."), "", "bounce+1@x", sender + ".example"):
        assert bounced_mail(forged) is None


def test_the_domain_is_sent_in_idna(settings):
    address = make_address("sanne@bücher.example")
    type(address).objects.filter(pk=address.pk).update(key="sanne@xn--bcher-kva.example")
    mail = make_mail(type(address).objects.get())
    with mail_server(settings) as server:
        send_due()
    assert server.mails[0][0] == server.mails[0][1]["To"] == "sanne@xn--bcher-kva.example"
    mail.refresh_from_db()
    assert mail.status == "sent"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Het stille uur", "Het stille uur"),
        ("a\r\nBcc: x@y\x00\x1b", "a Bcc: x@y"),
        ("\u202eomgekeerd\u2066 \u200b woord\u2028einde", "omgekeerd woord einde"),
        ("é" * 121, "é" * 119 + "…"),
        ("x" * 120, "x" * 120),
    ],
)
def test_a_subject_is_one_line_of_at_most_120_characters(typed, shown):
    assert clean_subject(typed) == shown
