"""May this be published? One test per rule, what is held beside what passes."""

from dataclasses import replace

import pytest

from forum.spam.reasons import REASON_LABELS
from forum.spam.screening import CERTAIN, RULES, Outcome, Submission, screen

GOOD = Submission(name="Sanne Kuipers", website="https://sannetekent.example/", body="Mooi stuk.", mode="after")


def reasons(**fields: object) -> list[str]:
    verdict = screen(replace(GOOD, **fields))
    assert (verdict.outcome is Outcome.HOLD) == bool(verdict.reasons)
    return verdict.reasons


def test_a_good_reaction_is_published():
    assert reasons() == []


def test_a_filled_honeypot_is_held():
    assert reasons(honeypot="https://spam.example") == ["honeypot"]
    assert reasons(honeypot="") == []


@pytest.mark.parametrize("seconds", [0, 2.99, -5])
def test_faster_than_three_seconds_is_held(seconds):
    assert reasons(seconds_open=seconds) == ["too_fast"]


@pytest.mark.parametrize("seconds", [3, 3600, None])
def test_three_seconds_or_an_unknown_time_is_not(seconds):
    assert reasons(seconds_open=seconds) == []


def test_p13_a_browser_that_does_not_say_where_it_is_is_held():
    assert reasons(same_origin=False) == ["no_origin"]


@pytest.mark.parametrize("name", ["Noor Terbeek", "noor terbeek", "Nοοr Тerbeek", "N00r-Terbéék"])
def test_a_name_like_one_of_the_staff_is_held(name):
    assert reasons(name=name, protected_names=["Karim Belhadj", "Noor Terbeek"]) == ["protected_name"]
    assert reasons(name=name, protected_names=["Karim Belhadj"]) == []


def test_c7_more_than_two_links_are_held():
    assert reasons(body="http://a.nl https://b.nl") == []
    assert reasons(body="http://a.nl https://b.nl HTTP://c.nl") == ["links"]
    assert reasons(body="[url=http://a][url=http://b]<a href='http://c'>") == ["links"]


def test_first_holds_who_was_never_published():
    assert reasons(mode="first") == ["first_time"]
    assert reasons(mode="first", known_reader=True) == []


def test_before_holds_everybody():
    assert reasons(mode="before", known_reader=True) == ["all_are_read"]


def test_the_author_passes_every_rule():
    worst = {"honeypot": "x", "seconds_open": 0, "same_origin": False, "mode": "before", "body": "http://a " * 9}
    assert reasons(by_staff=True, name="Noor", protected_names=["Noor"], **worst) == []


def test_every_reason_is_given_in_order_and_has_a_label():
    worst = {"honeypot": "x", "seconds_open": 0, "same_origin": False, "body": "http://a " * 9}
    held = reasons(name="Noor", protected_names=["Noor"], mode="first", **worst)
    assert held == ["honeypot", "too_fast", "no_origin", "protected_name", "links", "first_time"]
    assert set(REASON_LABELS) == {rule.__name__ for rule in RULES} | {CERTAIN, "akismet", "reported"}


def test_every_rule_but_the_moderation_mode_can_be_switched_off(settings):
    assert {rule.__name__ for rule in RULES} - set(settings.SPAM_RULES) == {"first_time", "all_are_read"}
    verdict = screen(replace(GOOD, honeypot="x", seconds_open=0), without=["honeypot"])
    assert verdict.reasons == ["too_fast"]
