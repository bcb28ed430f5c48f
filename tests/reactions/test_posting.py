"""Posting through the front door: where one is led, what is held, what never happens twice."""

import re
import time

import pytest
from django.core import signing
from django.db import OperationalError, connection

from forum.reactions import identity
from forum.reactions.actions import refuse, remove
from forum.reactions.models import Reaction
from tests.factories import make_article, make_author
from tests.reactions.posts import cookies_of, inputs, send, text_of, the_reaction
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
HTMX = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}


def test_a_published_reaction_leads_to_its_permalink(client, publish_at_once):
    article = make_article()
    answer = send(client, article, website="sannetekent.example")
    said = the_reaction()
    assert (answer.status_code, answer["Location"]) == (303, f"/reactions/{said.pk}/")
    assert answer["Cache-Control"] == "no-store" and not cookies_of(answer)
    page = text_of(client.get(f"/articles/{article.slug}/"))
    assert page.index("Sanne Kuipers") < page.index("sannetekent.example") < page.index("Dit blijft me bij.")


def test_an_answer_hangs_below_what_it_answers(client, publish_at_once):
    article = make_article()
    first = say(article)
    send(client, article, parent=str(first.pk))
    assert Reaction.objects.latest("pk").parent == first


@pytest.mark.parametrize(("mode", "status"), [("after", "published"), ("first", "held"), ("before", "held")])
def test_the_site_s_mode_decides(client, settings, mode, status):
    settings.MODERATION = mode
    answer = send(client, make_article())
    assert the_reaction().status == status
    assert ("/waiting/" in answer["Location"]) == (status == "held")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"subject": "koop nu"}, "honeypot"),
        ({"opened": identity.stamp}, "too_fast"),
        ({"name": "Noor Terbeek"}, "protected_name"),
        ({"name": "N00R terbeek".replace("0", "o")}, "protected_name"),
    ],
)
def test_what_looks_odd_is_held_and_never_an_error(client, publish_at_once, fields, reason):
    article = make_article(author=make_author(name="Noor Terbeek"))
    fields = {name: value() if callable(value) else value for name, value in fields.items()}
    answer = send(client, article, **fields)
    assert answer.status_code == 303
    assert (the_reaction().status, the_reaction().held_because) == ("held", [reason])
    assert "Je reactie wacht op beoordeling." in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize("opened", ["", "nonsense", "a:b:c", "ImZvbyI:1x:y", "A" * 32])
def test_a_form_that_does_not_say_when_it_was_opened_is_not_too_fast(client, publish_at_once, opened):
    send(client, make_article(), opened=opened)
    assert the_reaction().status == "published"


def test_a_form_that_was_open_for_a_while_is_not_held(client, publish_at_once):
    send(client, make_article(), opened=signing.dumps(time.time() - 60, salt="forum.reactions.identity.opened"))
    assert the_reaction().status == "published"


def test_p13_without_either_header_a_reaction_is_held(client, publish_at_once):
    send(client, make_article(), headers={})
    assert (the_reaction().status, the_reaction().held_because) == ("held", ["no_origin"])


def test_p13_an_origin_that_is_ours_is_as_good(client, publish_at_once, settings):
    send(client, make_article(), headers={"Origin": settings.SITE_URL})
    assert the_reaction().status == "published"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_p13_what_comes_from_elsewhere_is_refused_and_nothing_of_it_echoed(client, headers):
    answer = send(client, make_article(), headers=headers, body="Echo?")
    assert answer.status_code == 403 and "Echo?" not in text_of(answer)
    assert not Reaction.objects.exists()


def test_p20_the_same_words_twice_lead_to_the_first(client, publish_at_once):
    article = make_article()
    answers = [send(client, article), send(client, article)]
    assert answers[0]["Location"] == answers[1]["Location"] == f"/reactions/{the_reaction().pk}/"


def test_p20_the_same_form_twice_leads_to_the_first(client, publish_at_once):
    article, key = make_article(), identity.new_form_key()
    answers = [send(client, article, form_key=key), send(client, article, form_key=key, body="Nog een keer.")]
    assert answers[0]["Location"] == answers[1]["Location"] == f"/reactions/{the_reaction().pk}/"


@pytest.mark.parametrize("key", ["", "kort", "x" * 65, "met spatie" * 3, "é" * 30])
def test_a_wrong_form_key_is_as_good_as_none(client, publish_at_once, key):
    article = make_article()
    for body in ("Een.", "Twee."):
        assert send(client, article, form_key=key, body=body).status_code == 303
    assert Reaction.objects.count() == 2


def test_p20_a_held_reaction_sent_twice_leads_to_its_waiting_page(client, settings):
    settings.MODERATION = "before"
    article = make_article()
    for _ in range(2):
        assert "Dit blijft me bij." in text_of(client.get(send(client, article)["Location"]))
    assert Reaction.objects.count() == 1


def test_the_waiting_page_shows_the_reaction_as_it_will_stand(client, settings):
    settings.MODERATION = "before"
    answer = client.get(send(client, make_article(), website="sannetekent.example/mooi")["Location"])
    page = text_of(answer)
    assert "Dank je, <bdi>Sanne Kuipers</bdi>. Je reactie is binnen." in page
    assert "Wacht op de redactie. Tot die tijd zie alleen jij deze reactie." in page
    assert '<span class="site">sannetekent.example</span>' in page and 'href="https://sannetekent' not in page
    assert 'content="noindex"' in page and answer["Cache-Control"] == "no-store"
    assert "Kijk in je mail" not in page


def test_the_waiting_page_follows_what_the_editors_decide(client, settings):
    settings.MODERATION = "before"
    article = make_article()
    waiting = send(client, article)["Location"]
    refuse(the_reaction(), reason="Reclame")
    page = text_of(client.get(waiting))
    assert "De redactie wees hem af. Reden: Reclame" in page and "Wacht op de redactie" not in page

    other = send(client, article, body="Iets anders.")["Location"]
    from forum.reactions.actions import approve

    said = approve(Reaction.objects.latest("pk"))
    answer = client.get(other)
    assert (answer.status_code, answer["Location"]) == (303, f"/reactions/{said.pk}/")
    remove(said)
    page = client.get(other)
    assert page.status_code == 200 and "Je reactie is verwijderd." in page.content.decode()


@pytest.mark.parametrize("token", ["x", "1", "MQ:1abc:def", "é", "a" * 3000])
def test_p16_nobody_guesses_a_waiting_page(client, settings, token):
    settings.MODERATION = "before"
    say(make_article())
    assert client.get(f"/reactions/waiting/{token}/").status_code == 404


def test_a_waiting_page_is_there_for_a_day(client, settings, monkeypatch):
    settings.MODERATION = "before"
    address = send(client, make_article())["Location"]
    assert client.get(address).status_code == 200
    monkeypatch.setattr(identity, "WAITING_SECONDS", -1)
    assert client.get(address).status_code == 404


def test_htmx_gets_the_form_alone_when_something_is_wrong(client):
    answer = send(client, make_article(), headers=HTMX, name="")
    part = text_of(answer)
    assert answer.status_code == 422 and "HX-Request" in answer["Vary"]
    assert part.startswith("<title>Fout: ") and "<html" not in part and "<h1" not in part
    assert (
        part.index('id="react"') < part.index('class="errors') < part.index("Vul je naam in.") < part.index("</form>")
    )
    assert inputs(answer)["body"] == "Dit blijft me bij." and "data-hx-post" in part


def test_htmx_is_sent_to_the_new_reaction(client, publish_at_once):
    answer = send(client, make_article(), headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/reactions/{the_reaction().pk}/")
    assert "Location" not in answer


def test_htmx_shows_a_refusal_in_place_of_the_page(client):
    answer = send(client, make_article(discussion={"state": "closed"}), headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reselect"]) == (409, "#content", "#content")


def test_every_answer_to_a_post_says_what_it_depends_on(client, publish_at_once):
    article = make_article()
    for fields in ({}, {"name": ""}, {"preview": "1"}):
        assert "HX-Request" in send(client, article, **fields)["Vary"]


@pytest.mark.parametrize("fails", ["SELECT", "INSERT"])
def test_p04_when_the_database_is_away_the_text_comes_back_to_send_again(client, caplog, fails):
    article = make_article()

    def away(execute, sql, params, many, context):
        if sql.startswith(fails):
            raise OperationalError("locked, said kanarie@thuis.example")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        answer = send(client, article, website="sanne.example", email="kanarie@thuis.example")
    page = text_of(answer)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    kept = inputs(answer)
    assert (kept["name"], kept["website"], kept["body"]) == ("Sanne Kuipers", "sanne.example", "Dit blijft me bij.")
    assert "Er ging iets mis bij ons." in page
    assert "kanarie" not in page and "kanarie" not in caplog.text
    assert send(client, article, **{**kept, "notify": "article"}).status_code == 303
    assert Reaction.objects.count() == 1


@pytest.mark.parametrize("state", ["open", "held"])
def test_p15_nothing_but_the_ticked_box_sets_a_cookie(client, settings, state):
    settings.MODERATION = "after" if state == "open" else "before"
    article = make_article()
    answers = [
        client.get(f"/articles/{article.slug}/react/"),
        client.get(f"/articles/{article.slug}/reader/"),
        send(client, article),
        send(client, article, name=""),
        send(client, article, preview="1"),
        send(client, article, preview="1", remember="on"),
        send(client, article, edit="1"),
    ]
    answers.append(client.get(answers[2]["Location"]))
    assert not any(cookies_of(answer) for answer in answers)
    assert [len(answer.cookies) for answer in answers] == [0, 0, 1, 0, 0, 0, 0, 0]


def test_the_post_costs_a_bounded_number_of_queries(client, publish_at_once, django_assert_max_num_queries):
    article = make_article()
    parent = say(article)
    with django_assert_max_num_queries(24):
        send(client, article)
    with django_assert_max_num_queries(28):
        send(client, article, parent=str(parent.pk), body="Een antwoord.")
    with django_assert_max_num_queries(1):
        send(client, article, headers=HTMX, name="")


def test_the_token_of_a_waiting_page_tells_no_number_apart(client, settings):
    settings.MODERATION = "before"
    article = make_article()
    first, second = (send(client, article, body=body)["Location"] for body in ("Een.", "Twee."))
    signature = re.compile(r":([^:]{43})/$")
    assert signature.search(first)[1] != signature.search(second)[1]
