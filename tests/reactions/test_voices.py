"""What was said lately: over the whole site, and by an author."""

import re

import pytest

from articles.actions import withdraw_article
from articles.models import Article
from forum.reactions.actions import remove
from forum.reactions.models import Reaction
from forum.reactions.views import reading
from tests.factories import make_article, make_author
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(settings):
    settings.MODERATION = "after"


def answer(article: Article, body: str, *, name: str) -> Reaction:
    """By an author of the article who was called so then."""
    reaction = say(article, body)
    Reaction.objects.filter(pk=reaction.pk).update(name=name, by_author=True)
    reaction.refresh_from_db()
    return reaction


def words_of(html: str) -> list[str]:
    return re.findall(r'<p class="words"[^>]*>([^<]+)</p>', html)


def test_all_recent_reactions_are_read_page_by_page(client, monkeypatch):
    monkeypatch.setattr(reading, "RECENT_PAGE", 2)
    article, other = make_article(), make_article()
    said = [say(where, f"Woord {n}.") for n, where in enumerate((article, other, article, other, article))]
    first = client.get("/reactions/").text
    assert words_of(first) == ["Woord 4.", "Woord 3."]
    assert '<link rel="canonical"' in first and "Naar de nieuwste" not in first
    older = f"?before={said[3].pk}"
    assert f'<a href="{older}" rel="next">Ouder</a>' in first
    second = client.get(f"/reactions/{older}").text
    assert words_of(second) == ["Woord 2.", "Woord 1."]
    assert 'content="noindex, follow"' in second and '<a href="/reactions/">Naar de nieuwste</a>' in second
    last = client.get(f"/reactions/?before={said[1].pk}").text
    assert words_of(last) == ["Woord 0."] and 'rel="next"' not in last
    assert client.get(f"/reactions/?before={said[0].pk}").status_code == 404


def test_what_is_gone_or_not_public_is_not_among_them(client, settings):
    article, gone = make_article(), make_article()
    say(gone, "Bij wat verdween.")
    withdraw_article(gone)
    remove(say(article, "Weggehaald."), reason="reclame")
    say(article, "Blijft.")
    settings.MODERATION = "before"
    say(article, "Wacht nog.")
    assert words_of(client.get("/reactions/").text) == ["Blijft."]


@pytest.mark.parametrize("cursor", ["", "0", "-1", "x", "1.0", "9" * 20, "１", "%00"])
def test_p05_a_cursor_that_is_no_number_is_not_found(client, cursor):
    say(make_article())
    assert client.get(f"/reactions/?before={cursor}").status_code == 404


def test_home_leads_to_all_recent_reactions_once_there_are_some(client):
    assert client.get("/reactions/").status_code == 200
    assert "Nog niemand heeft gereageerd." in client.get("/reactions/").text
    article = make_article()
    assert "/reactions/" not in client.get("/").text
    say(article)
    assert '<p class="more"><a href="/reactions/">Alle recente reacties</a></p>' in client.get("/").text


def test_an_author_s_page_shows_what_he_answered_newest_first(client):
    noor = make_author(name="Noor")
    own, second, strange = make_article(author=noor), make_article(author=noor), make_article()
    for n in range(6):
        answer(own if n % 2 else second, f"Antwoord {n}.", name="Noor")
    say(own, "Van een lezer.", name="Noor")
    answer(strange, "Van een ander.", name=strange.author.name)
    html = client.get(noor.get_absolute_url()).text
    assert words_of(html) == [f"Antwoord {n}." for n in (5, 4, 3, 2, 1)]
    answered = html[html.index('id="answered"') :].partition("</section>")[0]
    assert "nameplate" not in answered and own.get_absolute_url() in answered
    assert "Antwoordde onlangs" not in client.get(make_author().get_absolute_url()).text


def test_of_several_authors_the_name_tells_who_answered(client):
    noor, imke = make_author(name="Noor"), make_author(name="Imke")
    together = make_article(authors=[noor, imke])
    answer(together, "Van Noor.", name="Noor")
    answer(together, "Van Imke.", name="Imke")
    assert words_of(client.get(noor.get_absolute_url()).text) == ["Van Noor."]
    assert words_of(client.get(imke.get_absolute_url()).text) == ["Van Imke."]


def test_an_author_who_was_renamed_keeps_the_answers_below_his_own_articles(client):
    noor = make_author(name="Noor Terbeek")
    answer(make_article(author=noor), "Vroeger gezegd.", name="Noor")
    assert words_of(client.get(noor.get_absolute_url()).text) == ["Vroeger gezegd."]


def test_answers_that_were_taken_away_are_not_shown(client):
    noor = make_author(name="Noor")
    article, gone = make_article(author=noor), make_article(author=noor)
    remove(answer(article, "Weg.", name="Noor"), reason="vergissing")
    answer(gone, "Verdwenen.", name="Noor")
    withdraw_article(gone)
    assert words_of(client.get(noor.get_absolute_url()).text) == []


@pytest.mark.parametrize("count", [1, 12])
def test_both_cost_a_fixed_number_of_queries(client, django_assert_max_num_queries, count):
    noor = make_author(name="Noor")
    for _ in range(count):
        answer(make_article(author=noor), "", name="Noor")
    with django_assert_max_num_queries(3):
        client.get("/reactions/")
    with django_assert_max_num_queries(5):
        client.get(noor.get_absolute_url())
