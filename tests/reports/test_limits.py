"""P19: five reports a minute per client; and once per client and reaction."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox.models import Address
from forum.reactions.models import Reaction
from forum.reports.actions import AlreadyReported, TooManyReports
from forum.reports.models import Report
from tests.factories import make_article
from tests.reactions.posts import inputs, text_of
from tests.reactions.talk import say
from tests.reports.reporters import report, send_report

pytestmark = pytest.mark.django_db


def say_six() -> list[Reaction]:
    article = make_article()
    return [say(article) for _ in range(6)]


def test_p19_the_sixth_in_a_minute_waits_and_its_text_comes_back(client):
    *five, sixth = say_six()
    assert [send_report(client, said).status_code for said in five] == [303] * 5
    answer = send_report(
        client, sixth, name="Lotte", email="lotte@lezers.example", reason="spam", explanation="Reclame."
    )
    assert answer.status_code == 429 and 1 <= int(answer["Retry-After"]) <= 60
    assert "Je meldt veel achter elkaar." in text_of(answer) and "lezers.example" not in text_of(answer)
    kept = inputs(answer)
    assert (kept["reason"], kept["explanation"], kept["name"]) == ("spam", "Reclame.", "Lotte")
    assert Report.objects.count() == 5
    assert send_report(client, sixth, host="192.0.2.2").status_code == 303  # somebody else need not wait


def test_p19_an_ipv6_client_is_its_whole_network(client):
    *five, sixth = say_six()
    for n, said in enumerate(five):
        assert send_report(client, said, host=f"2001:db8:1:2:{n}::1").status_code == 303
    assert send_report(client, sixth, host="2001:db8:1:2:ffff::9").status_code == 429
    assert send_report(client, sixth, host="2001:db8:1:3::9").status_code == 303


@pytest.mark.parametrize("client_key", ["c" * 43, ""])
def test_p19_the_wait_ends_a_minute_after_the_first_of_five(client_key):
    *five, sixth = say_six()
    begin = timezone.now()
    for n, said in enumerate(five):
        report(said, client_key=client_key, now=begin + timedelta(seconds=10 * n))
    with pytest.raises(TooManyReports) as refused:
        report(sixth, client_key=client_key, now=begin + timedelta(seconds=45))
    assert refused.value.seconds == 16
    report(sixth, client_key=client_key, now=begin + timedelta(seconds=45 + refused.value.seconds))


def test_a_second_report_of_the_same_reaction_hears_the_number_of_the_first(client):
    said = say(make_article())
    send_report(client, said)
    answer = send_report(client, said, reason="spam", explanation="En nog iets.")
    page = text_of(answer)
    assert answer.status_code == 409 and Report.objects.count() == 1
    assert "Je hebt deze reactie al gemeld." in page and f"nummer {Report.objects.get().pk}." in page
    assert "En nog iets." in page
    assert send_report(client, said, host="192.0.2.2").status_code == 303


def test_behind_one_network_somebody_else_s_signed_notice_is_taken(client):
    said = say(make_article())
    signed = {"reason": "unlawful", "name": "Lotte", "email": "lotte@lezers.example", "good_faith": "on"}
    send_report(client, said)
    assert send_report(client, said, **signed).status_code == 303
    assert send_report(client, said, **signed | {"email": "LOTTE@lezers.example"}).status_code == 409
    assert send_report(client, said, **signed | {"email": "karim@lezers.example"}).status_code == 303


def test_what_was_edited_since_can_be_reported_again():
    said = say(make_article())
    first = report(said, client_key="one")
    with pytest.raises(AlreadyReported) as refused:
        report(said, client_key="one")
    assert refused.value.report == first
    Reaction.objects.filter(pk=said.pk).update(edited_at=timezone.now())
    assert report(said, client_key="one") != first


def test_a_report_that_is_refused_leaves_no_row_behind(client):
    said = say(make_article())
    send_report(client, said)
    assert send_report(client, said, email="lotte@lezers.example").status_code == 409
    assert not Address.objects.exists()
