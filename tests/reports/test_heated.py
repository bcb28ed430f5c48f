"""Reports on several reactions of one conversation: whoever answers in it pauses between two answers, and is told so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.reactions.models import Reaction
from forum.reports.actions import settle_reports
from forum.reports.models import Report
from tests.factories import make_article
from tests.reactions.posts import inputs, send, text_of
from tests.reactions.talk import say
from tests.reports.reporters import report

pytestmark = pytest.mark.django_db
OPENLY = "Dit gesprek loopt hoog op. Tussen twee antwoorden wacht je 2 minuten."


def heated_talk(article) -> tuple[Reaction, Reaction]:
    """Its opening and its last answer."""
    opening = say(article, name="Thijs")
    answer = say(article, to=opening)
    last = say(article, to=answer)
    for reaction in (opening, answer, last):
        report(reaction)
    return opening, last


def is_heated(reaction: Reaction) -> bool:
    return Reaction.objects.filter(pk=reaction.pk, heated_until__gt=timezone.now()).exists()


def test_three_reactions_of_one_conversation_heat_it_for_a_day():
    article = make_article()
    elsewhere = say(article)
    report(elsewhere)
    opening, _ = heated_talk(article)
    opening.refresh_from_db()
    assert opening.heated_until - Report.objects.latest("pk").created_at == timedelta(hours=24)
    assert not is_heated(elsewhere)


def test_three_reports_of_one_reaction_or_of_as_many_conversations_do_not(settings):
    settings.REPORTS_HIDE = 0
    article = make_article()
    said = [say(article) for _ in range(3)]
    for reaction in said:
        report(reaction)
    for _ in range(3):
        report(said[0])
    assert not any(is_heated(reaction) for reaction in said)


def test_nobody_heats_a_conversation_alone_and_old_reports_do_not_count():
    article = make_article()
    opening = say(article)
    others = [say(article, to=opening) for _ in range(3)]
    for reaction in (opening, *others[:2]):
        report(reaction, client_key="one")
    assert not is_heated(opening)
    Report.objects.update(created_at=timezone.now() - timedelta(hours=25))
    report(others[2])
    assert not is_heated(opening)


@pytest.mark.parametrize(("number", "heated"), [(0, False), (2, True), (4, False)])
def test_the_number_is_the_publisher_s(settings, number, heated):
    settings.HEATED_REPORTS = number
    opening, _ = heated_talk(make_article())
    assert is_heated(opening) == heated


def test_reports_that_moderators_reject_cool_it_down():
    article = make_article()
    opening, last = heated_talk(article)
    settle_reports(last, upheld=True)
    assert is_heated(opening)
    settle_reports(opening, upheld=False)
    assert not is_heated(opening)


def test_switching_it_off_ends_every_pause_at_once(client, settings):
    article = make_article()
    _, last = heated_talk(article)
    settings.HEATED_REPORTS = 0
    assert OPENLY not in text_of(client.get(f"/articles/{article.slug}/react/?parent={last.pk}"))
    for body in ("Een.", "Twee."):
        assert send(client, article, parent=str(last.pk), body=body).status_code == 303


@pytest.mark.parametrize(("language", "sentence"), [("nl", OPENLY), ("en", "Between two answers you wait 2 minutes.")])
def test_the_form_says_it_before_anybody_writes(client, language, sentence):
    article = make_article(language=language)
    form = f"/articles/{article.slug}/react/"
    quiet = say(article)
    _, last = heated_talk(article)
    assert sentence in text_of(client.get(f"{form}?parent={last.pk}"))
    assert sentence not in text_of(client.get(f"{form}?parent={quiet.pk}"))
    assert sentence not in text_of(client.get(form))
    assert sentence in text_of(send(client, article, parent=str(last.pk), name=""))


def test_a_second_answer_waits_its_text_comes_back_and_the_address_does_not(client, settings):
    settings.HEATED_PAUSE_SECONDS = 90
    article = make_article()
    opening, last = heated_talk(article)
    assert "wacht je 90 seconden" in text_of(client.get(f"/articles/{article.slug}/react/?parent={last.pk}"))
    assert send(client, article, parent=str(last.pk), body="Eerste antwoord.").status_code == 303
    fields = {"parent": str(opening.pk), "body": "Tweede antwoord.", "website": "sanne.example", "email": "s@l.example"}
    answer = send(client, article, **fields)
    page, kept = text_of(answer), inputs(answer)
    assert answer.status_code == 429 and 1 <= int(answer["Retry-After"]) <= 90
    assert "Dit gesprek loopt hoog op, daarom zit er een pauze tussen twee antwoorden." in page
    assert (kept["body"], kept["name"], kept["website"]) == ("Tweede antwoord.", "Sanne Kuipers", "sanne.example")
    assert kept["parent"] == str(opening.pk) and "s@l.example" not in page
    assert not Reaction.objects.filter(body="Tweede antwoord.").exists()
    by_script = client.post(
        f"/articles/{article.slug}/reactions/",
        {**fields, "name": "Sanne"},
        headers={"Sec-Fetch-Site": "same-origin", "HX-Request": "true"},
    )
    assert (by_script.status_code, by_script["HX-Retarget"]) == (429, "#content")

    Reaction.objects.filter(body="Eerste antwoord.").update(created_at=timezone.now() - timedelta(seconds=91))
    assert send(client, article, **fields).status_code == 303


def test_others_other_conversations_and_openings_need_no_pause(client):
    article = make_article()
    quiet = say(article)
    _, last = heated_talk(article)
    assert send(client, article, parent=str(last.pk), body="Een.").status_code == 303
    assert send(client, article, parent=str(quiet.pk), body="Twee.").status_code == 303
    assert send(client, article, body="Drie.").status_code == 303
    say(article, to=last, client_key="somebody else")
    say(article, to=last, client_key="")
    say(article, to=last, client_key="")


def test_what_was_held_counts_as_posted(client, settings):
    article = make_article()
    _, last = heated_talk(article)
    settings.MODERATION = "before"
    assert "waiting" in send(client, article, parent=str(last.pk), body="Een.")["Location"]
    assert send(client, article, parent=str(last.pk), body="Twee.").status_code == 429


def test_the_article_s_author_and_the_editors_may_answer_at_once():
    article = make_article()
    _, last = heated_talk(article)
    for _ in range(2):
        say(article, to=last, client_key="house", author=article.author)
        say(article, to=last, client_key="house", by_editors=True)


def test_the_same_answer_twice_still_leads_to_the_first(client):
    article = make_article()
    _, last = heated_talk(article)
    answers = [send(client, article, parent=str(last.pk), body="Een.") for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
