"""A notice of illegal content: name, address and statement of good faith. Source: Regulation (EU) 2022/2065, 16(2)."""

import pytest

from forum.reports.actions import NotSigned
from forum.reports.models import Report
from tests.factories import make_article
from tests.reactions.posts import text_of
from tests.reactions.talk import say
from tests.reports.reporters import report, send_report

pytestmark = pytest.mark.django_db
SIGNED = {"name": "Lotte Kamp", "email": "lotte@lezers.example", "good_faith": "on"}


def test_a_signed_notice_is_taken_and_comes_first(client):
    said = say(make_article())
    report(said, reason="hate")
    assert send_report(client, said, reason="unlawful", **SIGNED).status_code == 303
    first = Report.objects.open().urgent_first().first()
    assert first.is_notice and first.name == "Lotte Kamp" and first.address.email == "lotte@lezers.example"


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("name", "heeft je naam nodig. Geef je die liever niet, kies dan een andere reden."),
        ("email", "heeft je adres nodig. Geef je die liever niet, kies dan een andere reden."),
        ("good_faith", "Verklaar dat je te goeder trouw gelooft dat je melding klopt."),
    ],
)
def test_a_notice_lacks_nothing(client, missing, complaint):
    said = say(make_article())
    answer = send_report(client, said, reason="unlawful", **SIGNED | {missing: ""})
    assert answer.status_code == 422 and complaint in text_of(answer)
    assert f'<a href="#id_{missing}">' in text_of(answer)
    assert not Report.objects.exists()


def test_other_reasons_ask_for_none_of_it(client):
    assert send_report(client, say(make_article()), reason="hate").status_code == 303


def test_about_abuse_of_children_nobody_has_to_give_a_name(client):
    said = say(make_article())
    answer = send_report(client, said, reason="unlawful", good_faith="on", is_child_abuse="on")
    assert answer.status_code == 303
    filed = Report.objects.get()
    assert filed.is_notice and filed.is_child_abuse and not filed.name and filed.address is None


@pytest.mark.parametrize("given", [{}, {"name": "Lotte"}, {"email": "lotte@lezers.example"}])
def test_the_rule_holds_for_whoever_files(given):
    with pytest.raises(NotSigned):
        report(say(make_article()), reason="unlawful", **given)
