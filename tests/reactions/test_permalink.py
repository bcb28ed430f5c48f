"""Every reaction has one address for ever; it leads to a page that holds the reaction, or says why it is gone."""

import pytest

from articles.models import Article
from forum.reactions.actions import remove
from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.reactions.talk import say, say_many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


def follow(client, reaction):
    answer = client.get(f"/reactions/{reaction.pk}/")
    assert answer.status_code == 302
    address, fragment = answer["Location"].split("#")
    assert fragment == f"reaction-{reaction.pk}"
    page = client.get(address)
    assert page.status_code == 200, address
    assert f'id="{fragment}"' in page.content.decode(), address
    return address


def test_in_a_short_article_it_leads_to_the_article(client):
    article = make_article()
    for reaction in say_many(article, openings=2, replies=3):
        assert follow(client, reaction) == article.get_absolute_url()


def test_in_a_long_article_it_leads_to_the_page_that_holds_it(client, short_pages):
    article = make_article()
    said = say_many(article, openings=8, replies=7)
    deep = said[7]
    for _ in range(6):
        deep = say(article, to=deep)
        said.append(deep)
    addresses = {follow(client, reaction) for reaction in said}
    assert article.get_absolute_url() in addresses
    assert any("/conversations/" in address and "?after=" in address for address in addresses)


def test_it_still_does_when_others_were_removed(client, short_pages):
    article = make_article()
    said = say_many(article, openings=6, replies=6)
    for reaction in said[::3]:
        remove(reaction)
    for reaction in Reaction.objects.filter(article=article, shown=True):
        follow(client, reaction)


def test_a_removed_reaction_without_place_is_gone_with_its_reason(client):
    reaction = say(make_article(), "Koop nu.", name="Piet")
    remove(reaction, reason="reclame")
    answer = client.get(f"/reactions/{reaction.pk}/")
    assert answer.status_code == 410
    page = answer.content.decode()
    assert "reclame" in page and "Piet" not in page and "Koop nu" not in page and "noindex" in page


def test_what_was_never_shown_is_not_found(client):
    waiting = say(make_article(), honeypot="gevuld")
    for number in (waiting.pk, 0, 2**63 - 1, 2**63, "9" * 19, "9" * 40, "-1", "٣", "1e3"):
        assert client.get(f"/reactions/{number}/").status_code == 404


def test_p23_nothing_of_an_unpublished_article_is_found(client):
    article = make_article()
    opening = say(article)
    removed = remove(say(article))
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    for address in (f"/reactions/{opening.pk}/", f"/reactions/{removed.pk}/"):
        assert client.get(address).status_code == 404
    assert client.get(f"/articles/{article.slug}/conversations/1/").status_code == 404


def test_p12_a_permalink_only_answers_get_and_head(client):
    reaction = say(make_article())
    assert client.head(f"/reactions/{reaction.pk}/").status_code == 302
    for method in (client.post, client.put, client.delete):
        answer = method(f"/reactions/{reaction.pk}/", headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 405 and answer["Allow"]


def test_a_permalink_costs_two_or_three_queries(client, short_pages, django_assert_num_queries):
    article = make_article()
    alone = say(article)
    with django_assert_num_queries(3):
        client.get(f"/reactions/{alone.pk}/")
    said = say_many(article, openings=4, replies=6)
    for reaction in (said[-1], said[-7]):
        with django_assert_num_queries(2):
            client.get(f"/reactions/{reaction.pk}/")
