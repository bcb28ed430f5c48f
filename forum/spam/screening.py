"""May this be published? A submission goes in, a verdict with reasons comes out; no rows, no request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    PUBLISH = "publish"
    HOLD = "hold"


@dataclass(frozen=True)
class Submission:
    """What a rule may look at. `mode` is the strictest of the site's MODERATION and the article's own state:
    "after", "first" or "before". `seconds_open` is None when the form did not say when it was opened.
    `known_reader`: this name with this address was published before. `same_origin` is False when the browser sent
    neither Sec-Fetch-Site nor Origin. `protected_names` are names of staff and authors.
    """

    name: str
    website: str
    body: str
    mode: str
    known_reader: bool = False
    by_author: bool = False
    honeypot: str = ""
    seconds_open: float | None = None
    same_origin: bool = True
    protected_names: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reasons: list[str]  # names of the rules that held it, for moderators


def screen(submission: Submission) -> Verdict:
    raise NotImplementedError
