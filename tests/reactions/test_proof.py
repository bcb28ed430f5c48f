"""A reaction that came too fast waits; the page it waits on lets its reader's browser do a sum for it."""

import re

import pytest
from django.test import Client

from forum.reactions import identity
from forum.reactions.actions import NotProven, publish_proven
from forum.reactions.models import Reaction
from forum.spam import proofwork
from forum.spam.models import Lesson
from tests.factories import make_article
from tests.reactions.posts import FROM_OUR_PAGE, inputs, send, text_of, the_reaction
from tests.reactions.talk import say
from tests.spam.test_proofwork import solve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(proofwork, "MAX_NUMBER", 300)


def waiting_page(client: Client, article, **fields):
    answer = send(client, article, **{"opened": identity.stamp(), **fields})
    assert answer.status_code == 303 and the_reaction().status == "held"
    return client.get(answer["Location"])


def do_the_sum(client: Client, page, **changed):
    """As static/sum.js does."""
    form = re.search(r'<form action="([^"]+)" method="post" hidden data-sum="(\d+)">', page.content.decode())
    assert form and form[2] == "300"
    return client.post(form[1], solve(inputs(page)) | changed, headers=FROM_OUR_PAGE)


def test_who_was_too_fast_waits_and_a_sum_lets_him_through(client):
    page = waiting_page(client, make_article(), body="Vlug gezegd.")
    assert "Je reactie wacht op beoordeling." in text_of(page)  # so it stands there without script
    assert '<script src="/static/sum.js" defer></script>' in text_of(page)
    done = do_the_sum(client, page)
    reaction = the_reaction()
    assert reaction.status == "published" and not Lesson.objects.exists()
    answer = client.get(done["Location"])
    assert (answer.status_code, answer["Location"]) == (303, reaction.get_absolute_url())
    assert "Vlug gezegd." in text_of(client.get(reaction.article.get_absolute_url()))
    again = do_the_sum(client, page)  # sent a second time it does nothing
    assert again.status_code == 303 and Reaction.objects.get() == reaction


def test_a_wrong_sum_leaves_it_waiting_and_asks_no_second_one(client):
    page = waiting_page(client, make_article())
    done = do_the_sum(client, page, number="301")
    assert the_reaction().status == "held"
    after = client.get(done["Location"])
    assert after.status_code == 200 and "data-sum" not in after.content.decode()
    assert "Je reactie wacht op beoordeling." in text_of(after)


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "x"},
        {"body": "Bel me op 06 12345678"},
        {"headers": {}},  # another site can send a form; the visitor's own browser would do the sum
        {"body": "https://a.example https://b.example https://c.example"},
    ],
)
def test_a_sum_answers_no_other_suspicion(client, fields):
    page = waiting_page(client, make_article(), **fields)
    assert "data-sum" not in page.content.decode()
    reaction = the_reaction()
    with pytest.raises(NotProven):
        publish_proven(reaction, solution=solve(proofwork.challenge(reaction.pk, now=reaction.created_at)))


@pytest.mark.parametrize("mode", ["first", "before"])
def test_a_sum_passes_by_no_editor(client, settings, mode):
    settings.MODERATION = mode
    assert "data-sum" not in waiting_page(client, make_article()).content.decode()


def test_who_is_less_trusted_by_then_waits_on(client, settings):
    page = waiting_page(client, make_article())
    settings.MODERATION = "before"
    do_the_sum(client, page)
    assert the_reaction().status == "held"


def test_p23_a_discussion_that_closed_meanwhile_lets_nothing_through(client):
    article = make_article()
    page = waiting_page(client, article)
    article.discussion.state = "closed"
    article.discussion.save(update_fields=["state"])
    assert do_the_sum(client, page).status_code == 303
    assert the_reaction().status == "held"


def test_it_can_be_switched_off(client, settings):
    settings.PROOF_OF_WORK = False
    assert "data-sum" not in waiting_page(client, make_article()).content.decode()


def test_p12_only_a_post_proves(client):
    page = waiting_page(client, make_article())
    address = re.search(r'<form action="([^"]+)" method="post" hidden', page.content.decode())[1]
    assert client.get(address).status_code == 405
    assert the_reaction().status == "held"
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/reactions/waiting/x/sum/", headers=FROM_OUR_PAGE).status_code == 404


def test_a_machine_that_advertises_is_not_posted_and_the_moderators_see_why(client):
    body = "Neem een kijkje op mijn webshop https://a.example https://b.example https://c.example"
    answer = send(client, make_article(), subject="x", body=body, email="piet@spam.example")
    reaction = the_reaction()
    assert reaction.status == "spam" and reaction.subscription is None
    assert reaction.held_because == ["honeypot", "links", "advertising", "certain"]
    page = text_of(client.get(answer["Location"]))
    assert answer.status_code == 303 and "Je reactie is niet geplaatst." in page
    assert "Een automatische controle hield het voor reclame van een machine." in page
    assert not Lesson.objects.exists()  # what no person decided teaches nothing


@pytest.mark.parametrize(
    ("body", "off"),
    [("Mooi stuk.", []), ("Neem een kijkje op mijn webshop", []), ("Mijn webshop: kijk op mijn webshop", ["certain"])],
)
def test_the_hidden_field_alone_is_never_more_than_a_reason_to_hold(settings, body, off):
    settings.SPAM_RULES_OFF = off
    assert say(make_article(), body, honeypot="x").status == "held"
    links = body + " https://a.example https://b.example https://c.example"
    assert say(make_article(), links).status == "held"  # nor is advertising without it
