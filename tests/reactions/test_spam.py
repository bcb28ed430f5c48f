"""Where the spam room meets the reactions: what a post is held for, and what decisions teach."""

import pytest

from forum.reactions import actions
from forum.reactions.actions import approve, refuse, remove, restore, withdraw
from forum.reactions.models import Reaction
from forum.spam.models import BlockedTerm, Filter, Lesson
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


def lessons() -> dict[int, bool]:
    return dict(Lesson.objects.values_list("subject", "is_spam"))


def test_c7_every_rule_holds_and_none_refuses():
    article, other = make_article(), make_article()
    term = BlockedTerm(term="goktent")
    term.full_clean()
    term.save()
    long = "Deze tekst staat straks onder twee artikelen, en dat is er een te veel."
    say(other, long)
    held = {
        "repeated": say(article, long),
        "blocked:goktent": say(article, "Naar de g0ktent"),
        "personal_data:email": say(article, "Mail naar sanne@voorbeeld.example"),
        "advertising": say(article, "Neem een kijkje op mijn webshop"),
        "disposable_mail": say(article, email="piet@mailinator.com"),
        "other_language": say(
            article,
            "Ich wohne hier schon seit vierzig Jahren und es ist nicht so still wie du sagst, aber das weiß man ja nicht.",
        ),
    }
    assert {reason: reaction.held_because for reason, reaction in held.items()} == {r: [r] for r in held}
    assert {reaction.status for reaction in held.values()} == {"held"}


def test_a_rule_that_is_switched_off_holds_nothing(settings):
    settings.SPAM_RULES_OFF = ["advertising"]
    assert say(make_article(), "Neem een kijkje op mijn webshop").status == "published"


def test_the_author_under_his_own_article_is_never_held():
    article = make_article()
    assert say(article, "Mail naar sanne@voorbeeld.example", author=article.author).status == "published"


def test_decisions_teach_and_other_decisions_teach_otherwise():
    article = make_article()
    waiting = say(article, "Gratis goktent", honeypot="x")
    assert lessons() == {}
    refuse(waiting, as_spam=True)
    assert lessons() == {waiting.pk: True}
    approve(waiting)
    assert lessons() == {waiting.pk: False}
    remove(waiting)
    assert lessons() == {}
    restore(waiting)
    assert lessons() == {waiting.pk: False}
    withdraw(waiting)
    assert lessons() == {}
    totals = Filter.objects.get()
    assert (totals.spam, totals.good) == (0, 0)


def test_a_refusal_for_another_reason_teaches_nothing():
    refuse(say(make_article(), honeypot="x"), reason="persoonlijke aanval")
    assert lessons() == {}


def test_a_decision_that_came_second_teaches_nothing():
    waiting = say(make_article(), honeypot="x")
    seen_by_another = Reaction.objects.get(pk=waiting.pk)
    approve(waiting)
    with pytest.raises(actions.AlreadyDecided):
        refuse(seen_by_another, as_spam=True)
    assert lessons() == {waiting.pk: False}


def test_p17_the_address_is_remembered_nowhere_in_the_room():
    from django.apps import apps

    waiting = say(
        make_article(), "Een tekst van een lezer met een adres erbij, over de stad.", email="kanarie@geheim.example"
    )
    refuse(waiting, as_spam=True) if waiting.status == "held" else remove(waiting)
    kept = "".join(str(row) for model in apps.get_app_config("spam").get_models() for row in model.objects.values())
    assert "kanarie" not in kept and "geheim" not in kept
