"""The public counts of a year, and that they can be switched off."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from forum.moderation.actions import file_appeal, handle_appeal, record_hidings, undo
from forum.moderation.counts import counts_of_year
from forum.reactions.models import Reaction
from forum.reports.actions import file_report
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
REPORT = "/moderation-report/"


def text_on(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_c6_a_year_is_counted_from_the_log(by_noor, noor, ruud, settings, client):
    settings.REPORTS_HIDE = 1
    year = timezone.localdate().year
    article = make_article()
    good, rude, hateful, spam, reported = (say(article) for _ in range(5))
    by_noor(good, "publish")
    objected = by_noor(rude, "refuse", ground="attack")
    by_noor(hateful, "refuse", ground="hate")
    by_noor(spam, "spam")
    undo(by_noor(reported, "refuse", ground="off topic"), by=noor, now=timezone.now())
    by_noor(reported, "publish")
    file_report(Reaction.objects.get(pk=reported.pk), reason="hate", explanation="x", client_key="a")
    record_hidings()
    by_noor(reported, "publish")
    appeal = file_appeal(objected, body="Nee.", now=timezone.now())
    handle_appeal(appeal, uphold=False, answer="Ja.", by=ruud, now=timezone.now() + timedelta(hours=3))
    counts = counts_of_year(year)
    assert (counts.published, counts.refused, counts.spam, counts.hidden, counts.restored) == (2, 2, 1, 1, 1)
    assert dict(counts.by_ground) | {"attack": 1, "hate": 1} == dict(counts.by_ground)
    assert sum(n for _, n in counts.by_ground) == 2  # what was taken back does not count
    assert (counts.human, counts.automatic) == (7, 1)
    assert (counts.reports.filed, counts.reports.rejected) == (1, 1)
    assert (counts.appeals, counts.rejected, counts.upheld) == (1, 1, 0)
    assert counts.median_appeal > timedelta(hours=2) and counts.median_waiting is not None
    page = text_on(client.get(REPORT))
    for said in (f"Hoe we modereerden in {year}", "<dt>persoonlijke aanval</dt><dd>1</dd>", "<dd>3 uur</dd>"):
        assert said in page, said


def test_c6_it_is_the_same_for_everybody_and_asks_little(client, by_noor, django_assert_max_num_queries):
    by_noor(say(make_article()), "publish")
    first = client.get(REPORT)
    assert first["Cache-Control"].startswith("public") and not first.cookies
    with django_assert_max_num_queries(2):
        assert client.get(REPORT).content == first.content
    cache.clear()
    with django_assert_max_num_queries(20):
        client.get(REPORT)


def test_c6_the_publisher_may_switch_it_off(client, settings):
    assert REPORT in client.get("/house-rules/").content.decode()
    settings.YEARLY_COUNTS = False
    assert client.get(REPORT).status_code == 404
    assert REPORT not in client.get("/house-rules/").content.decode()


def test_only_years_that_there_were_have_a_page(client):
    year = timezone.localdate().year
    assert client.get(f"{REPORT}{year}/").status_code == 200
    assert "Er is niets gemeld en niets besloten." in text_on(client.get(REPORT))
    for other in (year + 1, year - 1, 0, 99999999999):
        assert client.get(f"{REPORT}{other}/").status_code == 404
