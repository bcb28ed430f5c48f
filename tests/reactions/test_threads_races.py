"""Two and more processes at once, each a Python of its own, on one database file or one PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection

ROOT = Path(__file__).parents[2]
P20_ROUNDS = 20  # the promise was measured with 200
P3_WRITERS, P3_EACH = 6, 20  # the promise was measured with 150 each


class Racer:
    def __init__(self, environment: dict[str, str], module: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, command: str, **fields: Any) -> None:
        self.process.stdin.write(json.dumps([command, fields]) + "\n")
        self.process.stdin.flush()

    def result(self) -> Any:
        return json.loads(self.process.stdout.readline())

    def do(self, command: str, **fields: Any) -> Any:
        self.start(command, **fields)
        return self.result()

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture
def racers(transactional_db, migrated, tmp_path):
    """Starts so many processes on a database of their own; on PostgreSQL that is the tests' own."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "forum.settings", "MODERATION": "after"}
    environment["DATA_DIR"] = str(site.DATA_DIR)
    if connection.vendor == "postgresql":
        old, name = connection.settings_dict, connection.settings_dict["NAME"]
        environment["DATABASE_URL"] = f"postgres://{old['USER']}:{old['PASSWORD']}@{old['HOST']}:{old['PORT']}/{name}"
    else:
        environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/races.sqlite3"
        migrated.copy(tmp_path / "races.sqlite3")
    running: list[Racer] = []

    def start(count: int, module: str = "tests.reactions.racer") -> list[Racer]:
        running.extend(Racer(environment, module) for _ in range(count))
        return running

    yield start
    for racer in running:
        racer.stop()


def at_once(racers: list[Racer], command: str, *fields: dict[str, Any]) -> list[Any]:
    for racer, those in zip(racers, fields, strict=True):
        racer.start(command, **those)
    return [racer.result() for racer in racers]


def test_p20_two_identical_posts_at_once_become_one(racers):
    both = racers(2)
    article = both[0].do("make")
    by_key = {"article": article, "name": "Sanne", "website": ""}
    for n in range(P20_ROUNDS):
        same = {**by_key, "body": f"Ronde {n}.", "form_key": f"{n:022}"}
        other = [same, {**same, "body": f"Zelfde formulier {n}."}, {**same, "form_key": ""}][n % 3]
        answers = at_once(both, "post", same, other)
        first = next(answer["posted"] for answer in answers if "posted" in answer)
        assert {"again": first} in answers, answers
    report = both[0].do("report", article=article)
    assert len(report["reactions"]) == report["discussion"]["visible"] == P20_ROUNDS
    assert both[0].do("post", **{**by_key, "body": "Ronde 0.", "form_key": ""})["again"]


@pytest.fixture
def limits(monkeypatch):
    monkeypatch.setenv("LIMIT_PER_MINUTE", "5")
    monkeypatch.setenv("LIMIT_PER_HOUR", "30")


def test_p19_processes_that_post_at_once_for_one_client_cannot_pass_the_limit_together(limits, racers):
    four = racers(4)
    article = four[0].do("make")
    fields = {"article": article, "name": "Piet", "website": "", "client_key": "k" * 43}
    answers = []
    for n in range(3):
        answers += at_once(four, "post", *({**fields, "body": f"Ronde {n} van {racer}."} for racer in range(4)))
    assert sum("posted" in answer for answer in answers) == 5
    assert all(0 < answer["wait"] <= 60 for answer in answers if "posted" not in answer)
    assert len(four[0].do("report", article=article)["reactions"]) == 5
    other = {**fields, "client_key": "o" * 43, "body": "Van een ander."}
    assert "posted" in four[0].do("post", **other)


def test_p03_concurrent_writers_all_succeed_and_every_number_is_given_once(racers):
    writers = racers(P3_WRITERS)
    article = writers[0].do("make")
    work = [{"article": article, "name": f"Schrijver {n}", "count": P3_EACH} for n in range(P3_WRITERS)]
    said = [one for answer in at_once(writers, "post_many", *work) for one in answer]
    assert [one for one in said if one.get("status") != "published"] == []

    report = writers[0].do("report", article=article)
    reactions = report["reactions"]
    total = P3_WRITERS * P3_EACH
    assert len(reactions) == report["discussion"]["visible"] == total
    assert report["discussion"]["version"] == total + 1
    openings = sorted(one["thread_no"] for one in reactions if one["reply_no"] == 0)
    assert openings == list(range(1, total // 2 + 1))
    assert report["discussion"]["last_thread_no"] == total // 2
    assert all(one["replies"] == one["last_reply_no"] == 1 for one in reactions if one["reply_no"] == 0)


def test_numbers_in_one_hot_conversation_are_given_once(racers):
    writers = racers(4)
    article = writers[0].do("make")
    opening = writers[0].do("post", article=article, name="Thijs", website="", body="Begin.")["posted"]
    for n in range(8):
        reply = {"article": article, "website": "", "parent_id": opening, "body": f"Ronde {n}."}
        answers = at_once(writers, "post", *({**reply, "name": f"Lezer {w}"} for w in range(4)))
        assert all("posted" in answer for answer in answers), answers
    reactions = writers[0].do("report", article=article)["reactions"]
    assert sorted(one["reply_no"] for one in reactions) == list(range(33))
    assert max(one["last_reply_no"] for one in reactions) == max(one["replies"] for one in reactions) == 32


def test_p21_of_two_decisions_at_once_one_wins(racers):
    both = racers(2)
    article = both[0].do("make")
    for n in range(6):
        waiting = both[0].do("post", article=article, name="Piet", website="", body=f"Koop {n}.", honeypot="x")[
            "posted"
        ]
        answers = at_once(
            both,
            "decide",
            {"reaction": waiting, "verb": "approve", "seen": "held"},  # who reads it refused may approve it
            {"reaction": waiting, "verb": "refuse", "seen": "held"},
        )
        won = [answer["decided"] for answer in answers if "decided" in answer]
        assert len(won) == 1 and {"already": won[0]} in answers, answers
    report = both[0].do("report", article=article)
    published = sum(one["status"] == "published" for one in report["reactions"])
    assert report["discussion"]["visible"] == published


def assert_questions_are_counted(report: dict[str, Any]) -> None:
    """What stands in the rows, counted here."""
    reactions = report["reactions"]
    published = {one["pk"] for one in reactions if one["status"] == "published"}
    asked = [one for one in reactions if one["is_question"]]
    for question in asked:
        answers = [one for one in reactions if one["answers_id"] == question["pk"] and one["pk"] in published]
        first = min(answers, key=lambda one: one["reply_no"])["pk"] if answers else None
        assert question["answered_by_id"] == first, question
    open_or_not = [one for one in asked if one["pk"] in published]
    assert report["discussion"]["questions"] == len(open_or_not)
    assert report["discussion"]["answered"] == sum(one["answered_by_id"] is not None for one in open_or_not)


def test_an_answer_and_the_removal_of_its_question_at_once_leave_the_counts_true(racers):
    both = racers(2)
    article = both[0].do("make")
    for n in range(14):
        question = both[0].do("post", article=article, name="Sanne", website="", body=f"Vraag {n}?", is_question=True)[
            "posted"
        ]
        both[0].start("decide", reaction=question, verb="remove")
        both[1].start(
            "post", article=article, name="", website="", body=f"Antwoord {n}.", parent_id=question, as_author=True
        )
        removed, answered = both[0].result(), both[1].result()
        assert removed == {"decided": "removed"}, removed
        assert "posted" in answered or answered == {"gone": question}, answered
        assert_questions_are_counted(both[0].do("report", article=article))
        assert both[1].do("decide", reaction=question, verb="restore") == {"decided": "published"}
        assert_questions_are_counted(both[0].do("report", article=article))


def test_answers_and_their_removals_at_once_leave_the_counts_true(racers):
    four = racers(4)
    article = four[0].do("make")
    question = four[0].do("post", article=article, name="Sanne", website="", body="Waarom?", is_question=True)["posted"]
    reply = {"article": article, "name": "", "website": "", "parent_id": question, "as_author": True}
    said: list[int] = []
    for n in range(6):
        for number, racer in enumerate(four):
            if number % 2 and said:
                racer.start("decide", reaction=said.pop(0), verb="remove")
            else:
                racer.start("post", **reply, body=f"Antwoord {n} van {number}.")
        for answer in [racer.result() for racer in four]:
            assert "posted" in answer or answer == {"decided": "removed"}, answer
            said += [answer["posted"]] if "posted" in answer else []
        assert_questions_are_counted(four[0].do("report", article=article))


def test_p01_p02_a_killed_process_loses_nothing_accepted_and_leaves_nothing_half(racers):
    first, second = racers(2)
    article = first.do("make")
    for n in range(60):
        second.start(
            "post",
            article=article,
            name="Karim",
            website="",
            body=f"Tekst {n}.",
            email=f"karim{n}@karim.example",
            client_key=f"client {n}",
        )
    accepted = [second.result() for _ in range(5)]
    second.process.kill()
    second.process.wait()
    accepted += [json.loads(line) for line in second.process.stdout if line.endswith("\n")]
    assert [answer for answer in accepted if "posted" not in answer] == []
    report = first.do("report", article=article)
    stored = {one["pk"] for one in report["reactions"]}
    assert {answer["posted"] for answer in accepted} <= stored
    assert report["mails"] == len(stored) == report["discussion"]["visible"]
