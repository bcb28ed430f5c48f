"""What comes back counts against the address it was sent to; what only answers does not."""

import pytest
from django.utils import timezone

from forum.inbound.actions import receive_mail
from forum.inbound.models import InboundMail
from forum.outbox.envelope import bounce_address, compose
from forum.outbox.models import Address, Bounce, OutgoingMail
from forum.subscriptions.letterhead import stop_link
from tests.inbound.answers import SANNE, Told, sent, told

pytestmark = pytest.mark.django_db

POSTFIX = """Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.voorbeeld.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <20261126.A1B2@mx.voorbeeld.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="A1B2.1/mx.voorbeeld.example"

--A1B2.1/mx.voorbeeld.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.voorbeeld.example.
<iemand.anders@voorbeeld.example>: host said: {status} ({action})

--A1B2.1/mx.voorbeeld.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.voorbeeld.example
Arrival-Date: Thu, 26 Nov 2026 10:04:11 +0100 (CET)

Final-Recipient: rfc822; iemand.anders@voorbeeld.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.7.1 <iemand.anders@voorbeeld.example>: No such user

--A1B2.1/mx.voorbeeld.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{to}>
Subject: Nieuwe reactie

--A1B2.1/mx.voorbeeld.example--
"""
QMAIL = """Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@oud.example
To: {to}
Subject: failure notice
Message-ID: <qmail@oud.example>

Hi. This is the qmail-send program at oud.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<sanne@oud.example>:
Sorry, no mailbox here by that name. (#5.1.1)
"""
HOLIDAY = """Return-Path: <>
Delivered-To: {to}
From: Sanne <sanne@voorbeeld.example>
To: {to}
Subject: Automatisch antwoord: Nieuwe reactie
Message-ID: <weg@voorbeeld.example>
Auto-Submitted: auto-replied

Ik ben er tot 4 december niet. User unknown at this desk: permanent error.
"""
PERSON = """Return-Path: <sanne@voorbeeld.example>
Delivered-To: {to}
From: Sanne <sanne@voorbeeld.example>
To: {to}
Message-ID: <mens@voorbeeld.example>

Wie leest dit?
"""
COMPLAINT = """Return-Path: <fbl@provider.example>
Delivered-To: abuse@luisterkamer.example
From: <feedback@provider.example>
To: abuse@luisterkamer.example
Subject: FW: Nieuwe reactie
Message-ID: <{id}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{mail_from}>
Original-Rcpt-To: <redacted@provider.example>

--part
Content-Type: {holds}
Content-Disposition: inline

{mail}
--part--
"""


@pytest.fixture
def news() -> Told:
    found = told()
    sent(found.row)
    return found


def come_back(raw: str, news: Told, **words: str) -> InboundMail:
    text = raw.format(to=bounce_address(news.row.pk), **words)
    return receive_mail(text.replace("\n", "\r\n").encode())


def noted(news: Told) -> list[tuple[str, str, str]]:
    return list(Bounce.objects.filter(mail=news.row).values_list("kind", "source", "status"))


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2", "4.4.7", "5.7.1"])
def test_a_mail_that_came_back_counts_with_the_status_of_its_report(news, status):
    row = come_back(POSTFIX, news, action="failed", status=status)
    assert (row.kind, row.outcome, row.reason) == ("bounce", "counted", status)
    assert noted(news) == [("bounce", "dsn", status)]


def test_it_counts_against_the_address_of_the_seal_and_no_other(news):
    other = told("iemand.anders@voorbeeld.example", name="Iemand")
    come_back(POSTFIX, news, action="failed", status="5.1.1")  # its report names somebody else
    assert noted(news) and not noted(other)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_still_under_way_does_not_count(news, action):
    row = come_back(POSTFIX, news, action=action, status="4.4.7")
    assert row.outcome == "ignored" and noted(news) == []


def test_a_report_without_a_status_counts_as_one_without(news):
    assert come_back(POSTFIX, news, action="failed", status="unknown").outcome == "counted"
    assert noted(news) == [("bounce", "dsn", "")]


def test_a_report_in_another_servers_own_words_counts_without_a_status(news):
    row = come_back(QMAIL, news)
    assert (row.outcome, row.reason) == ("counted", "") and noted(news) == [("bounce", "dsn", "")]


@pytest.mark.parametrize(("raw", "reason"), [(HOLIDAY, "automatic"), (PERSON, "no_bounce")])
def test_who_only_answers_loses_no_mail_by_it(news, raw, reason):
    row = come_back(raw, news)
    assert (row.kind, row.outcome, row.reason) == ("bounce", "ignored", reason) and noted(news) == []


def test_a_forged_seal_counts_for_nothing(news):
    real = bounce_address(news.row.pk)
    forged = real.replace(f"bounce+{news.row.pk}.", f"bounce+{news.row.pk + 1}.")
    row = receive_mail(POSTFIX.format(to=forged, action="failed", status="5.1.1").encode())
    assert (row.kind, row.outcome, row.reason) == ("bounce", "ignored", "unknown_token")
    assert not Bounce.objects.exists()


def test_the_same_report_twice_counts_once(news):
    come_back(POSTFIX, news, action="failed", status="5.2.2")
    come_back(POSTFIX, news, action="failed", status="5.2.2")
    assert len(noted(news)) == InboundMail.objects.count() == 1


def test_three_bad_days_end_the_mail():
    """Through every step: report, seal, points, suppression."""
    for _ in range(3):
        news = told()
        sent(news.row)
        come_back(POSTFIX.replace("20261126.A1B2", str(news.row.pk)), news, action="failed", status="5.2.2")
        Bounce.objects.update(at=timezone.now() - timezone.timedelta(days=Bounce.objects.count()))
    assert Address.objects.get(key=SANNE.lower()).suppressed_because.startswith("came back too often")


# Complaints


def complain(
    news: Told,
    *,
    kind: str = "abuse",
    mail_from: str = "",
    holds: str = "message/rfc822",
    mail: str = "",
    number: str = "een",
):
    text = COMPLAINT.format(kind=kind, mail_from=mail_from, holds=holds, mail=mail, id=number)
    return receive_mail(text.replace("\n", "\r\n").encode())


def is_suppressed() -> bool:
    return Address.objects.get(key=SANNE.lower()).suppressed_because == "complaint"


def returned_mail(news: Told) -> str:
    raw = compose(news.letter, to="redacted@provider.example", message_id=news.letter.message_id, now=timezone.now())
    return raw.decode().replace("\r\n", "\n")


def test_a_complaint_ends_the_mail_when_the_report_names_our_sender(news):
    row = complain(news, mail_from=bounce_address(news.row.pk))
    assert (row.kind, row.outcome) == ("complaint", "counted") and is_suppressed()


def test_or_when_the_mail_that_is_complained_about_carries_it(news):
    mail = f"Return-Path: <{bounce_address(news.row.pk).upper()}>\nSubject: Nieuwe reactie\n\nHallo"
    assert complain(news, mail=mail).outcome == "counted" and is_suppressed()


@pytest.mark.parametrize("holds", ["message/rfc822", "text/rfc822-headers"])
def test_or_when_only_its_link_to_stop_is_left(news, holds):
    mail = returned_mail(news).replace("reply+", "redacted")
    assert stop_link(news.subscription) in mail
    mail = mail if holds == "message/rfc822" else mail.partition("\n\n")[0]
    assert complain(news, mail=mail, holds=holds).outcome == "counted" and is_suppressed()


def test_a_reader_who_says_that_it_was_no_spam_keeps_his_mail(news):
    row = complain(news, kind="not-spam", mail_from=bounce_address(news.row.pk))
    assert (row.outcome, row.reason) == ("ignored", "not_spam") and not is_suppressed()


def test_a_complaint_that_names_nothing_of_ours_is_laid_aside(news):
    forged = bounce_address(news.row.pk).replace("bounce+", "bounce+1")
    row = complain(news, mail_from=forged, mail="Subject: x\n\n")
    assert (row.outcome, row.reason) == ("unclear", "no_mark") and row.needs_eyes and not is_suppressed()


def test_a_complaint_waits_for_no_mail_of_another_reader(news):
    other = told("bram@voorbeeld.example", name="Bram")
    sent(other.row)
    complain(news, mail_from=bounce_address(news.row.pk))
    assert OutgoingMail.objects.get(pk=other.row.pk).address.suppressed_at is None
