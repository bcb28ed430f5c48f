"""May this be published? A submission goes in, a verdict with reasons comes out; no rows, no request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forum.cleaning import name_skeleton
from forum.webaddress import count_links

MIN_SECONDS_OPEN = 3  # PROMISES section D: nobody reads and answers faster
MAX_LINKS_UNSEEN = 2  # PROMISES C7


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
    by_staff: bool = False
    honeypot: str = ""
    seconds_open: float | None = None
    same_origin: bool = True
    protected_names: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reasons: list[str]  # names of the rules that held it, for moderators


def screen(submission: Submission) -> Verdict:
    """Every rule is asked, so that a moderator sees every reason. An author under his own article is never held, nor
    are the editors.
    """
    if submission.by_staff:
        return Verdict(Outcome.PUBLISH, [])
    reasons = [rule.__name__ for rule in RULES if rule(submission)]
    return Verdict(Outcome.HOLD if reasons else Outcome.PUBLISH, reasons)


def honeypot(submission: Submission) -> bool:
    return bool(submission.honeypot)


def too_fast(submission: Submission) -> bool:
    return submission.seconds_open is not None and submission.seconds_open < MIN_SECONDS_OPEN


def no_origin(submission: Submission) -> bool:
    return not submission.same_origin


def protected_name(submission: Submission) -> bool:
    skeleton = name_skeleton(submission.name)
    return any(skeleton == name_skeleton(name) for name in submission.protected_names)


def links(submission: Submission) -> bool:
    return count_links(submission.body) > MAX_LINKS_UNSEEN


def first_time(submission: Submission) -> bool:
    return submission.mode == "first" and not submission.known_reader


def all_are_read(submission: Submission) -> bool:
    return submission.mode == "before"


RULES: tuple[Callable[[Submission], bool], ...] = (
    honeypot,
    too_fast,
    no_origin,
    protected_name,
    links,
    first_time,
    all_are_read,
)
