"""What the moderators' desk asks of reports: close those of a reaction, count, tell about a year."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.outbox.models import OutgoingMail
from forum.reactions.actions import withdraw
from forum.reports import mails
from forum.reports.actions import counts_of_year, open_count, settle_reports, settle_withdrawn
from forum.reports.models import Report
from forum.reports.retention import forget_reporters
from tests.factories import make_article
from tests.reactions.talk import say
from tests.reports.reporters import report

pytestmark = pytest.mark.django_db


def test_all_open_reports_of_one_reaction_are_closed_and_no_others(settings):
    settings.REPORTS_HIDE = 0
    article = make_article()
    said, other = say(article), say(article)
    for _ in range(4):
        report(said)
    report(other)
    assert open_count() == 2
    assert settle_reports(said, upheld=True) == 4
    assert settle_reports(said, upheld=False) == 0
    assert set(Report.objects.filter(reaction=said).values_list("status", "outcome")) == {("decided", "upheld")}
    assert open_count() == 1 and Report.objects.open().get().reaction == other


def test_what_its_writer_withdrew_waits_for_nobody_and_its_reporter_hears_why():
    article = make_article()
    said, other = say(article), say(article)
    report(said, email="lotte@lezers.example")
    report(other)
    withdraw(said)
    assert (settle_withdrawn(), settle_withdrawn()) == (1, 0)
    assert Report.objects.get(reaction=said).outcome == "moot" and open_count() == 1
    letter = mails.build_decision([OutgoingMail.objects.get(kind="report decided")])
    assert "De schrijver trok de reactie in" in letter.text
    year = counts_of_year(timezone.localtime().year)
    assert (year.filed, year.upheld, year.rejected) == (2, 0, 0)


def test_the_urgent_come_first_then_the_oldest():
    article, now = make_article(), timezone.now()
    reasons = ["spam", "attack", "other", "personal"]
    filed = [report(say(article), reason=reason, now=now + timedelta(minutes=n)) for n, reason in enumerate(reasons)]
    assert list(Report.objects.open().urgent_first()) == [filed[1], filed[3], filed[0], filed[2]]
    assert list(Report.objects.overdue(now + timedelta(hours=24, minutes=1))) == [filed[0]]


def test_closing_fifty_costs_no_more_questions_than_their_mails(settings):
    settings.REPORTS_HIDE = 0
    said = say(make_article())
    for _ in range(3):
        report(said)
    with CaptureQueriesContext(
        connection,
    ) as few:
        settle_reports(said, upheld=True)
    for _ in range(50):
        report(said)
    with CaptureQueriesContext(connection) as many:
        settle_reports(said, upheld=True)
    assert len(many) == len(few) <= 12


def test_a_year_in_numbers(settings):
    settings.REPORTS_HIDE = 0
    settings.TIME_ZONE = "Europe/Amsterdam"
    article = make_article()
    new_year = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Amsterdam
    filed = [
        report(say(article), reason="spam", now=new_year - timedelta(seconds=1)),
        report(say(article), reason="spam", now=new_year),
        report(say(article), reason="attack", now=new_year + timedelta(days=100)),
        report(say(article), reason="spam", now=new_year + timedelta(days=300)),
        report(say(article), reason="unlawful", name="Lotte", email="l@l.example", now=new_year + timedelta(days=300)),
    ]
    for n, (one, upheld) in enumerate(zip(filed[:4], (True, True, False, True), strict=True)):
        settle_reports(one.reaction, upheld=upheld, now=one.created_at + timedelta(hours=n * n))
    year = counts_of_year(2026)
    assert (year.filed, year.notices, year.upheld, year.rejected) == (4, 1, 2, 1)
    assert year.by_reason == {"attack": 1, "hate": 0, "personal": 0, "spam": 2, "unlawful": 1, "other": 0}
    assert year.median_until_decided == timedelta(hours=4)
    assert counts_of_year(2025).median_until_decided == timedelta(0)
    settle_reports(filed[4].reaction, upheld=True, now=filed[4].created_at + timedelta(hours=5))
    assert counts_of_year(2026).median_until_decided == timedelta(hours=4, minutes=30)
    empty = counts_of_year(2030)
    assert empty.filed == 0 and empty.median_until_decided is None and set(empty.by_reason.values()) == {0}


def test_what_was_kept_for_a_while_is_forgotten_and_the_counts_stay():
    article, now = make_article(), timezone.now()
    signed = {"name": "Lotte", "email": "lotte@lezers.example"}
    plain, notice = report(say(article), **signed), report(say(article), reason="unlawful", **signed)
    waiting = report(say(article), **signed)
    for one in (plain, notice):
        settle_reports(one.reaction, upheld=True, now=now)

    def kept() -> list[tuple[bool, bool, bool, bool]]:
        rows = Report.objects.order_by("pk").values_list("client_key", "explanation", "name", "address")
        return [tuple(bool(value) for value in row) for row in rows]

    everything, nothing = (True,) * 4, (False,) * 4
    assert forget_reporters(now + timedelta(days=29)) == 0 and kept() == [everything] * 3
    forget_reporters(now + timedelta(days=31))
    assert kept() == [nothing, (False, True, True, True), (False, True, True, True)]
    forget_reporters(now + timedelta(days=185))
    assert kept() == [nothing, nothing, (False, True, True, True)]
    assert forget_reporters(now + timedelta(days=185)) == 0
    assert Report.objects.filter(pk=waiting.pk, status="open").exists()
    assert Report.objects.count() == 3
