"""The filter learns from decisions, forgets what is taken back, and is asked with one query."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.spam import actions, bayes
from forum.spam.memory import recall
from forum.spam.models import Filter, Lesson, SeenText, Token
from forum.spam.screening import Submission, screen

pytestmark = pytest.mark.django_db

SPAM = "Gratis spins en bonus in het nieuwe gokpaleis nummer {}"
GOOD = "In onze straat was het gisteren stil, schrijft lezer {}"


def learn(subject: int, body: str, *, as_spam: bool) -> None:
    actions.learn(subject, name="Piet", website="", body=body, as_spam=as_spam)


def learn_enough() -> None:
    for n in range(bayes.ENOUGH_OF_EACH):
        learn(2 * n + 1, SPAM.format(n), as_spam=True)
        learn(2 * n + 2, GOOD.format(n), as_spam=False)


def table() -> tuple[list, list, list]:
    tokens = list(Token.objects.order_by("word").values_list("word", "spam", "good"))
    lessons = list(Lesson.objects.order_by("subject").values_list("subject", "is_spam"))
    return tokens, lessons, list(Filter.objects.values_list("spam", "good"))


def reasons(body: str) -> list[str]:
    memory = recall(name="Piet", website="", body=body)
    return screen(Submission("Piet", "", body, "after", memory=memory), without=["advertising"]).reasons


def test_a_decision_counts_its_words_once_however_often_it_is_learnt():
    learn(1, "gokpaleis gokpaleis", as_spam=True)
    first = table()
    learn(1, "gokpaleis gokpaleis", as_spam=True)
    assert table() == first
    assert Token.objects.get(pk="gokpaleis").spam == 1
    assert first[2] == [(1, 0)]


def test_another_decision_about_the_same_reaction_replaces_the_first():
    learn(1, "een gokpaleis", as_spam=True)
    learn(1, "een gokpaleis", as_spam=False)
    assert (Token.objects.get(pk="gokpaleis").spam, Token.objects.get(pk="gokpaleis").good) == (0, 1)
    assert table()[1:] == ([(1, False)], [(0, 1)])


def test_unlearning_leaves_everything_as_it_was_before():
    learn(1, GOOD.format(1), as_spam=False)
    before = table()
    learn(2, SPAM.format(2), as_spam=True)
    actions.unlearn(2)
    assert table() == before
    actions.unlearn(2)
    actions.unlearn(99)
    assert table() == before


def test_it_is_silent_at_first_and_then_says_why():
    learn_enough()
    assert reasons(SPAM.format(77)) == []
    assert actions.calibrate_due() == 1
    assert actions.calibrate_due() == 0
    (reason,) = reasons(SPAM.format(77))
    rule, found = reason.split(":", 1)
    assert rule == "like_spam" and set(found.split("|")) & {"gokpaleis", "spins", "bonus", "gratis"}
    assert reasons(GOOD.format(78)) == []
    assert reasons("Iets waar nooit een woord van is geleerd") == []


def test_it_falls_silent_again_when_too_little_is_left():
    learn_enough()
    actions.calibrate()
    actions.unlearn(1)
    assert reasons(SPAM.format(77)) == []


def test_a_few_lessons_are_no_reason_to_choose_the_threshold_anew():
    learn_enough()
    actions.calibrate()
    learn(1001, "nog een", as_spam=False)
    assert actions.calibrate_due() == 0
    for n in range(1002, 1010):
        learn(n, f"nog een {n}", as_spam=False)
    assert actions.calibrate_due() == 1


def test_a_judgement_costs_one_query_however_long_the_text(django_assert_num_queries):
    learn_enough()
    actions.calibrate()
    for body in ("kort", SPAM.format(1), "een lang verhaal over van alles " * 150):
        with django_assert_num_queries(1):
            recall(name="Piet", website="https://a.example/", body=body, email="a@b.example", place=3)


def test_what_is_old_is_forgotten(monkeypatch):
    now = timezone.now()
    actions.note_posted(SPAM.format(1), place=1, now=now - timedelta(days=31))
    actions.note_posted(SPAM.format(2), place=1, now=now)
    kept = SeenText.objects.filter(seen_at=now).count()
    monkeypatch.setattr(actions, "MOST_LESSONS", 4)
    for n in range(6):
        learn(n, f"{SPAM.format(n)} eenmalig{'abcdef'[n]}", as_spam=True)
    actions.forget_old(now)
    assert SeenText.objects.count() == kept
    assert sorted(Lesson.objects.values_list("subject", flat=True)) == [2, 3, 4, 5]
    assert not Token.objects.filter(word="eenmaliga").exists() and Token.objects.get(pk="gokpaleis").spam == 4
    before = table()
    actions.forget_old(now)
    assert table() == before


def test_the_words_are_bounded_too(monkeypatch):
    for n in range(6):
        learn(n, f"{SPAM.format(n)} eenmalig{'abcdef'[n]}", as_spam=True)
    monkeypatch.setattr(actions, "MOST_TOKENS", Token.objects.count() - 1)
    monkeypatch.setattr(actions, "BATCH", 2)
    actions.forget_old(timezone.now())
    assert sorted(Lesson.objects.values_list("subject", flat=True)) == [2, 3, 4, 5]
    assert Token.objects.count() <= actions.MOST_TOKENS


LONG = "Wie zoekt nog een betrouwbare stadsfiets voor de komende winter? Deze rijdt als een zonnetje, gegarandeerd."


def test_the_same_text_under_another_article_is_a_repeat():
    actions.note_posted(LONG, place=1, now=timezone.now())

    def again(body: str, place: int) -> list[str]:
        memory = recall(name="Piet", website="", body=body, place=place)
        return screen(Submission("Piet", "", body, "after", memory=memory)).reasons

    assert again(LONG, 2) == ["repeated"]
    assert again(LONG.upper().replace(",", " -"), 2) == ["repeated"]
    assert again(LONG, 1) == []
    assert again(LONG.replace("fiets", "step"), 2) == []


def test_nearly_the_same_text_is_a_repeat_when_it_leads_to_the_same_place():
    first = f"Hallo Anna! {LONG} https://fietsen.example/koop?nr=1"
    actions.note_posted(first, place=1, now=timezone.now())
    other = recall(name="", website="", body=f"Dag Bas, {LONG} 24 stuks https://fietsen.example/koop?nr=2", place=2)
    assert "repeated" in screen(Submission("", "", "", "after", memory=other)).reasons
    elsewhere = recall(name="", website="", body=f"Dag Bas, {LONG} 24 stuks https://anders.example/", place=2)
    assert screen(Submission("", "", "", "after", memory=elsewhere)).reasons == []


def test_what_is_short_may_be_thought_of_more_than_once():
    short, shorter = "Mooi stuk, dank je wel daarvoor", "Mooi stuk"
    for place in range(1, 4):
        memory = recall(name="", website="", body=short, place=place)
        assert screen(Submission("", "", short, "after", memory=memory)).reasons == []
        for body in (short, shorter):
            actions.note_posted(body, place=place, now=timezone.now())
    memory = recall(name="", website="", body=short, place=9)
    assert screen(Submission("", "", short, "after", memory=memory)).reasons == ["repeated"]
    for place in range(10, 15):
        actions.note_posted(shorter, place=place, now=timezone.now())
    assert recall(name="", website="", body=shorter, place=9).times == {}


def test_a_repeat_is_forgotten_after_a_month():
    actions.note_posted(LONG, place=1, now=timezone.now() - timedelta(days=31))
    assert recall(name="", website="", body=LONG, place=2).times == {}
