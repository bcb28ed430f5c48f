"""Reporting through the front door: what the page shows, what is kept, what is refused and never lost."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from articles.models import Article
from forum.reactions.actions import hold_again, remove, withdraw
from forum.reports import views
from forum.reports.models import MAX_EXPLANATION_CHARS, Report
from tests.factories import make_article
from tests.hostile import STRINGS, markup
from tests.reactions.posts import inputs, text_of
from tests.reactions.talk import say
from tests.reports.reporters import send_report

pytestmark = pytest.mark.django_db


def test_every_reaction_leads_to_its_report_page_and_search_engines_are_kept_out(client):
    article = make_article()
    said = say(article, name="Dirk Sikkema")
    page = text_of(client.get(article.get_absolute_url()))
    link = f'<a href="/reactions/{said.pk}/report/" rel="nofollow">'
    assert f'{link}Meld <span class="vh">de reactie van <bdi>Dirk Sikkema</bdi></span></a>' in page
    answer = client.get(f"/reactions/{said.pk}/report/")
    assert answer["X-Robots-Tag"] == "noindex" and answer["Cache-Control"] == "no-store" and not answer.cookies
    assert "Disallow: /reactions/*/report/" in text_of(client.get("/robots.txt"))


def test_the_page_shows_the_reaction_with_its_nameplate_first(client):
    said = say(make_article(), "Mijn machines piepen.", name="Dirk Sikkema", website="https://sikkemabouw.example/")
    page = text_of(client.get(f"/reactions/{said.pk}/report/"))
    assert "Je meldt deze reactie" in page and "<script" not in page
    assert page.index("Dirk Sikkema") < page.index("sikkemabouw.example") < page.index("Mijn machines piepen.")
    assert [found for found in re.findall(r'name="reason" value="(\w+)"', page)] == Report.Reason.values
    assert 'href="https://sikkemabouw' not in page


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("reason", Report.Reason.values)
def test_every_reason_is_taken_in_both_languages(client, language, reason):
    said = say(make_article(language=language))
    signed = {"name": "Lotte", "email": "lotte@lezers.example", "good_faith": "on"} if reason == "unlawful" else {}
    answer = send_report(client, said, reason=reason, explanation=" Het is <b>gemeen</b>.\r\n", **signed)
    filed = Report.objects.get()
    assert answer.status_code == 303 and answer["Location"].startswith(f"/reactions/{said.pk}/report/")
    assert (filed.reaction, filed.reason, filed.explanation) == (said, reason, "Het is <b>gemeen</b>.")
    assert filed.status == "open" and filed.is_notice == (reason == "unlawful")
    assert filed.priority == (0 if reason in ("attack", "personal", "unlawful") else 1)
    assert (filed.due_at - filed.created_at).total_seconds() == 24 * 3600
    receipt = client.get(answer["Location"])
    thanks = {
        "nl": "Dank je. We kijken ernaar. Je melding heeft nummer",
        "en": "Thank you. We will look at it. Your report",
    }
    assert thanks[language] in text_of(receipt) and f"{filed.pk}.</h1>" in text_of(receipt)
    assert receipt["Cache-Control"] == "no-store" and f'<html lang="{language}">' in text_of(receipt)


def test_a_browser_that_reports_gets_every_field_from_the_page(client):
    said = say(make_article())
    form = inputs(client.get(f"/reactions/{said.pk}/report/"))
    assert set(form) == {"explanation", "name", "email"}
    assert (
        send_report(client, said, **form | {"explanation": "Kijk hier eens naar.", "reason": "other"}).status_code
        == 303
    )


def test_p04_what_is_wrong_is_said_beside_the_field_and_everything_comes_back(client):
    said = say(make_article())
    answer = send_report(client, said, reason="", explanation="", name="Lotte", email="lotte@@lezers")
    page = text_of(answer)
    assert answer.status_code == 422 and not Report.objects.exists()
    assert "Fout: je melding is nog niet verstuurd" in page and "3 velden" in page
    assert '<a href="#id_reason_0">Kies wat er aan de hand is.</a>' in page and 'id="id_reason_0"' in page
    assert '<a href="#id_explanation">Leg uit waarom je dit meldt.</a>' in page
    assert inputs(answer)["name"] == "Lotte" and inputs(answer)["email"] == "lotte@@lezers"
    assert "Je meldt deze reactie" in page


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"reason": "nonsense"}, "Kies wat er aan de hand is."),
        ({"explanation": " \u200b\n "}, "Leg uit waarom je dit meldt."),
        ({"explanation": "x" * (MAX_EXPLANATION_CHARS + 7)}, "Je uitleg is 7 tekens te lang."),
        ({"explanation": "x\n" * 201 + "x"}, "meer dan 200 regels"),
        ({"explanation": "http://a.example " * 21}, "meer dan 20 links"),
        ({"explanation": "bel\x07"}, "tekens die we niet kunnen tonen"),
        ({"name": "x" * 61}, "hoogstens 60 tekens"),
        ({"name": "on\u202eder"}, "tekens die we niet kunnen tonen"),
        ({"email": "a@b.example, c@d.example"}, "Dit e-mailadres klopt niet."),
    ],
)
def test_what_is_too_long_or_odd_is_refused_with_a_sentence_and_kept(client, fields, complaint):
    said = say(make_article())
    answer = send_report(client, said, **fields)
    assert answer.status_code == 422 and complaint in text_of(answer)
    assert not Report.objects.exists()
    assert "explanation" in fields or inputs(answer)["explanation"] == "‘Sukkel’ is geen argument."


def test_p10_p05_nothing_that_is_typed_breaks_the_page_or_becomes_markup(client):
    said = say(make_article())
    for n, text in enumerate([*STRINGS[::9], *list(markup())[::500]]):
        raw = text.encode("utf-8", "surrogatepass")
        everywhere = {name: raw for name in ("reason", "explanation", "name", "email", "good_faith", "onzin")}
        answers = [send_report(client, said, host=f"2001:db8:0:{n:x}::1", **everywhere)]
        answers.append(send_report(client, said, host=f"2001:db8:1:{n:x}::1", explanation=raw))
        for answer in answers:
            assert answer.status_code in (303, 413, 422), text
            page = re.sub(r"<textarea.*?</textarea>", "", answer.content.decode(), flags=re.DOTALL)
            assert "<script" not in answer.content.decode() and "onerror=" not in page
        Report.objects.all().delete()


@pytest.mark.parametrize("token", ["x", "x" * 3000, "é", "MTI:1a:2b"])
def test_a_receipt_that_we_did_not_give_is_unknown(client, token):
    said = say(make_article())
    assert client.get(f"/reactions/{said.pk}/report/{token}/").status_code == 404


def test_a_receipt_belongs_to_its_reaction(client):
    one, other = say(make_article()), say(make_article())
    token = send_report(client, one)["Location"].rstrip("/").rsplit("/", 1)[1]
    assert client.get(f"/reactions/{one.pk}/report/{token}/").status_code == 200
    assert client.get(f"/reactions/{other.pk}/report/{token}/").status_code == 404


def test_what_nobody_can_read_cannot_be_reported(client, settings):
    article = make_article()
    gone, back, hidden = say(article), say(article), say(article)
    remove(gone, reason="reclame")
    withdraw(back)
    hold_again(hidden, because=["reported:3"])
    settings.MODERATION = "before"
    waiting = say(article)
    for reaction, status in ((gone, 410), (back, 410), (hidden, 404), (waiting, 404)):
        page = client.get(f"/reactions/{reaction.pk}/report/")
        answer = send_report(client, reaction)
        assert (page.status_code, answer.status_code) == (status, status)
        # P4: who was writing meanwhile gets his words back.
        assert ("‘Sukkel’ is geen argument." in text_of(answer)) == (reaction != waiting)
        assert reaction.body not in text_of(answer)
    assert client.get("/reactions/999999999/report/").status_code == 404
    assert client.get("/reactions/9999999999999999999/report/").status_code == 404
    assert not Report.objects.exists()


def test_p23_below_an_article_that_is_not_public_nothing_can_be_reported(client):
    said = say(make_article())
    Article.objects.update(status="withdrawn")
    assert client.get(f"/reactions/{said.pk}/report/").status_code == 404
    assert send_report(client, said).status_code == 404
    assert not Report.objects.exists()


def test_p12_looking_files_nothing_and_other_methods_are_refused(client):
    said = say(make_article())
    address = f"/reactions/{said.pk}/report/"
    fields = {"reason": "attack", "explanation": "x"}
    assert client.get(address, fields).status_code == client.head(address).status_code == 200
    answer = client.delete(address)
    assert answer.status_code == 405 and set(answer["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert not Report.objects.exists()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_p13_another_site_cannot_report_for_its_visitors(client, headers):
    said = say(make_article())
    answer = send_report(client, said, headers=headers)
    assert answer.status_code == 403 and "Sukkel" not in text_of(answer) and not Report.objects.exists()


def test_p13_no_token_and_no_cookie_are_needed():
    strict = Client(enforce_csrf_checks=True)
    assert send_report(strict, say(make_article())).status_code == 303


def test_p04_while_the_database_is_away_the_text_comes_back_but_not_the_address(client, monkeypatch):
    said = say(make_article())

    def away(*args, **kwargs):
        raise OperationalError("geheim: lotte@lezers.example")

    monkeypatch.setattr(views, "file_report", away)
    answer = send_report(client, said, name="Lotte", email="lotte@lezers.example", reason="hate")
    page = text_of(answer)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Je tekst staat hieronder" in page and "lezers.example" not in page
    assert inputs(answer) | {"email": ""} == {
        "reason": "hate",
        "explanation": "‘Sukkel’ is geen argument.",
        "name": "Lotte",
        "email": "",
    }


def test_the_pages_ask_little(client, django_assert_num_queries):
    said = say(make_article())
    with django_assert_num_queries(2):  # the reaction with its article; the sections in the masthead
        client.get(f"/reactions/{said.pk}/report/")
    receipt = send_report(client, said)["Location"]
    with django_assert_num_queries(2):
        client.get(receipt)
