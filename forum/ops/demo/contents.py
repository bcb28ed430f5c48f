"""The files of the demo -> plain values. Days are counted back from an anchor day; times are local."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from forum.ops.demo import crowd

FOLDER = Path(__file__).parent
QUIET_SINCE = "1 19:30"  # later than this only what has its own moment, so that "recent reactions" can be composed
NIGHT_ENDS = 6  # o'clock


@dataclass
class Planned:
    """One reaction to be. `key` is its form key: what makes a second run recognise it."""

    key: str
    name: str
    website: str
    body: str
    at: datetime
    parent: "Planned | None"
    waiting: bool
    removed: str  # the reason, "" when it stays
    is_question: bool


@cache
def people() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((FOLDER / "people.toml").read_text())


@cache
def articles() -> list[dict[str, Any]]:
    """The fields between the +++ lines, with `slug` and `body`; oldest first."""
    found = []
    for file in (FOLDER / "articles").glob("*.md"):
        _, head, body = file.read_text().split("+++\n", 2)
        found.append({"slug": file.stem, **tomllib.loads(head), "body": body.strip()})
    return sorted(found, key=lambda article: -int(article["published"].split()[0]))


def moment(words: str, anchor: date) -> datetime:
    """ "2 06:00" -> six in the morning, two days before the anchor."""
    days, clock = words.split()
    day = anchor - timedelta(days=int(days))
    return datetime.combine(day, time.fromisoformat(clock), timezone.get_current_timezone())


def thread(name: str, *, published: datetime, anchor: date) -> list[Planned]:
    """A conversation, every parent before its answers; the same at every run."""
    file = FOLDER / "threads" / f"{name}.json"
    if file.exists():
        said = json.loads(file.read_text())
    else:
        said = crowd.conversation(tomllib.loads(file.with_suffix(".toml").read_text()))
    clock = _Clock(name, anchor)
    planned: list[Planned] = []

    def plan(reactions: list[dict[str, Any]], parent: Planned | None) -> None:
        since = parent.at if parent else published
        for reaction in reactions:
            one = Planned(
                key=f"luisterkamer-demo-{name}-{len(planned):03d}",
                name=reaction["name"],
                website=said["websites"].get(reaction["name"], ""),
                body=reaction["body"],
                at=clock.reaction_at(reaction, since, is_answer=parent is not None),
                parent=parent,
                waiting=reaction.get("waiting", False),
                removed=reaction.get("removed", ""),
                is_question=reaction.get("question", False),
            )
            planned.append(one)
            plan(reaction.get("answers", []), one)

    plan(said["reactions"], None)
    return planned


class _Clock:
    """When was it said? What the file tells, or a likely moment between what it answers and what answers it."""

    def __init__(self, name: str, anchor: date) -> None:
        self.chance = Random(name)
        self.anchor = anchor

    def reaction_at(self, reaction: dict[str, Any], since: datetime, *, is_answer: bool) -> datetime:
        if "at" in reaction:
            return moment(reaction["at"], self.anchor)
        until = min([moment(words, self.anchor) for words in (QUIET_SINCE, *_told(reaction))])
        if is_answer:
            at = since + timedelta(minutes=3 + self.chance.expovariate(1 / 150))
        else:  # many soon, fewer later; but somebody has to read it first
            at = since + timedelta(minutes=25) + (until - since) * self.chance.random() ** 1.8
        if at.hour < NIGHT_ENDS:
            at += timedelta(hours=NIGHT_ENDS)
        if at >= until:
            at = since + (until - since) * self.chance.uniform(0.2, 0.8)
        return at.replace(microsecond=0)


def _told(reaction: dict[str, Any]) -> Iterator[str]:
    """The moments that stand in the file below this reaction."""
    for answer in reaction.get("answers", []):
        if "at" in answer:
            yield answer["at"]
        yield from _told(answer)
