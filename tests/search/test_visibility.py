"""Only what everybody may read is ever found, however it became public or stopped being so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.actions import publish_article, withdraw_article
from articles.models import Article
from forum.reactions.actions import approve, refuse, remove, restore, withdraw
from tests.factories import make_article
from tests.reactions.talk import say
from tests.search.asking import articles_with, finds, reactions_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return make_article(title="De zilvermeeuw", body="Een zilvermeeuw.")


def test_c8_a_held_reaction_is_found_only_once_it_is_approved(article, settings):
    settings.MODERATION = "before"
    held, refused = say(article, "een geheim woord"), say(article, "nog een geheim woord", name="Piet")
    assert not finds("geheim")
    refuse(refused, reason="nee")
    assert not finds("geheim")
    approve(held)
    assert reactions_with("geheim") == [held]


@pytest.mark.parametrize("take_away", [remove, withdraw])
def test_c8_a_reaction_that_was_taken_away_is_not_found_even_while_its_tombstone_stands(article, take_away):
    opening = say(article, "een geheim woord")
    answer = say(article, "daar antwoord ik op", to=opening)
    take_away(opening)
    opening.refresh_from_db()
    assert opening.shown and not finds("geheim")
    assert reactions_with("antwoord") == [answer]
    if take_away is remove:
        restore(opening)
        assert reactions_with("geheim") == [opening]


def test_p23_nothing_of_a_withdrawn_article_is_found_until_it_is_back(article):
    reaction = say(article, "een geheim woord")
    withdraw_article(article)
    assert not finds("zilvermeeuw") and not finds("geheim")
    publish_article(article)
    assert articles_with("zilvermeeuw") == [article] and reactions_with("geheim") == [reaction]


@pytest.mark.parametrize("status", ["draft", "scheduled", "withdrawn"])
def test_p23_an_article_that_is_not_published_is_not_found(article, status):
    say(article, "een geheim woord")
    Article.objects.filter(pk=article.pk).update(status=status)
    assert not finds("zilvermeeuw") and not finds("geheim")


def test_p23_an_article_of_tomorrow_is_found_tomorrow(article, time_machine):
    say(article, "een geheim woord")
    publish_article(article, at=timezone.now() + timedelta(hours=12))
    assert not finds("zilvermeeuw") and not finds("geheim")
    time_machine.move_to(timezone.now() + timedelta(hours=13))
    assert articles_with("zilvermeeuw") == [article]
    assert reactions_with("geheim")


def test_what_was_changed_is_found_by_its_new_words_only(article):
    reaction = say(article, "een oud woord")
    type(reaction).objects.filter(pk=reaction.pk).update(body="een nieuw woord")
    Article.objects.filter(pk=article.pk).update(title="De kokmeeuw", body="Een kokmeeuw.")
    assert not finds("oud") and not finds("zilvermeeuw")
    assert reactions_with("nieuw") == [reaction] and articles_with("kokmeeuw") == [article]
