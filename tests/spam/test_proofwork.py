"""The sum: solvable by counting, for one reaction, for some minutes, and by nobody without our secret."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from forum.spam import proofwork


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(proofwork, "MAX_NUMBER", 300)


def solve(challenge: dict[str, str | int]) -> dict[str, str]:
    number = next(
        n for n in range(301) if sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"]
    )
    return {name: str(value) for name, value in challenge.items() if name != "max"} | {"number": str(number)}


def test_who_counts_finds_it_and_it_is_for_one_reaction():
    solved = solve(proofwork.challenge(7, now=timezone.now()))
    assert proofwork.is_solved(solved, subject=7)
    assert not proofwork.is_solved(solved, subject=8)
    assert not proofwork.is_solved({**solved, "number": str(int(solved["number"]) + 1)}, subject=7)


def test_it_ends_after_some_minutes():
    early = timezone.now() - proofwork.VALID_FOR
    assert not proofwork.is_solved(solve(proofwork.challenge(7, now=early - timedelta(seconds=2))), subject=7)
    assert proofwork.is_solved(solve(proofwork.challenge(7, now=early + timedelta(seconds=60))), subject=7)


def test_nobody_makes_one_for_himself(settings):
    solved = solve(proofwork.challenge(7, now=timezone.now()))
    for changed in (
        {"salt": solved["salt"].replace("subject=7", "subject=8")},
        {"salt": solved["salt"] + "subject=8&"},
        {"salt": solved["salt"].replace("expires=", "expires=9")},
        {"signature": "0" * 64},
        {"challenge": sha256(b"1").hexdigest()},
    ):
        assert not proofwork.is_solved({**solved, **changed}, subject=8)
        assert not proofwork.is_solved({**solved, **changed}, subject=7)
    settings.SECRET_KEY = "another"
    assert not proofwork.is_solved(solved, subject=7)


@pytest.mark.parametrize("field", proofwork.FIELDS)
@pytest.mark.parametrize("hostile", ["", "\x00", "-1", "１", "1" * 301, "\ud800", "a?b?c", "1.0", "?expires=x&", "{}"])
def test_p05_hostile_answers_are_wrong_answers(field, hostile):
    solved = solve(proofwork.challenge(7, now=timezone.now()))
    assert not proofwork.is_solved({**solved, field: hostile}, subject=7)
    assert not proofwork.is_solved({}, subject=7)
