"""May this be published? A submission goes in, a verdict with reasons comes out; no rows, no request.

What the rules know of earlier posts comes along in `Submission.memory`, asked for before (memory.py).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forum.spam import bayes, names, repeats
from forum.spam.advertising import is_advertising
from forum.spam.languages import is_other_language
from forum.spam.mail_domains import is_disposable
from forum.spam.memory import Memory
from forum.spam.personal import personal_data as personal_data_in
from forum.spam.reading import read
from forum.webaddress import count_links

MIN_SECONDS_OPEN = 3  # PROMISES section D: nobody reads and answers faster
MAX_LINKS_UNSEEN = 2  # PROMISES C7


class Outcome(StrEnum):
    PUBLISH = "publish"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(frozen=True)
class Submission:
    """What a rule may look at. `mode` is the strictest of the site's MODERATION and the article's own state:
    "after", "first" or "before". `seconds_open` is None when the form did not say when it was opened.
    `known_reader`: this name with this address was published before. `same_origin` is False when the browser sent
    neither Sec-Fetch-Site nor Origin. `protected_names` are names of staff and authors; `name_is_claimed`: another
    reader's own. `email` is looked at and goes nowhere else. `language` is the article's; "" when it is not known.
    `hurried`: this client posted unusually much lately; `busy_site`: everybody together did.
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
    name_is_claimed: bool = False
    email: str = ""
    language: str = ""
    hurried: bool = False
    busy_site: bool = False
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reasons: list[str]  # names of the rules that held it, with what they found behind a colon: for moderators


def screen(submission: Submission, *, without: Collection[str] = ()) -> Verdict:
    """Every rule is asked, so that a moderator sees every reason. An author under his own article is never held, nor
    are the editors. What a machine sent and says what only sellers say is not even held: see `is_certain`.

    `without`: names of rules that are switched off.
    """
    if submission.by_staff:
        return Verdict(Outcome.PUBLISH, [])
    reasons = []
    for rule in RULES:
        found = rule.__name__ not in without and rule(submission)
        if found:
            reasons.append(rule.__name__ if found is True else f"{rule.__name__}:{found}")
    if CERTAIN not in without and is_certain(reasons):
        return Verdict(Outcome.REJECT, [*reasons, CERTAIN])
    return Verdict(Outcome.HOLD if reasons else Outcome.PUBLISH, reasons)


def is_certain(reasons: Collection[str]) -> bool:
    """No person filled in the hidden field, and at least two rules that look at nothing but the words found advertising."""
    found = {reason.partition(":")[0] for reason in reasons}
    return honeypot.__name__ in found and len(found & OF_SELLERS) >= 2


def is_eased(reasons: Collection[str]) -> bool:
    """Would a browser's sum answer every one of these suspicions? They are about pace only. Not `no_origin`: another
    site could send a form for its visitor, whose own browser would then do the sum."""
    return bool(reasons) and EASED_BY_WORK.issuperset(reasons)


def honeypot(submission: Submission) -> bool:
    """A field was filled in that people do not see."""
    return bool(submission.honeypot)


def too_fast(submission: Submission) -> bool:
    """The form came back sooner than anybody reads and answers."""
    return submission.seconds_open is not None and submission.seconds_open < MIN_SECONDS_OPEN


def no_origin(submission: Submission) -> bool:
    """Browsers say from which site a form is sent; this one did not."""
    return not submission.same_origin


def protected_name(submission: Submission) -> bool:
    """The name is, or looks like, one of the staff or the authors, or claims to speak for the site."""
    return names.is_borrowed(submission.name, submission.protected_names)


def claimed_name(submission: Submission) -> bool:
    """The name is, or looks like, one that another reader has claimed."""
    return submission.name_is_claimed


def links(submission: Submission) -> bool:
    """More links than a reader needs."""
    return count_links(submission.body) > MAX_LINKS_UNSEEN


def repeated(submission: Submission) -> bool:
    """The same text, or nearly the same, was posted before in the last thirty days."""
    return any(repeats.is_repeat(times, print_) for print_, times in submission.memory.times.items())


def blocked(submission: Submission) -> str:
    """A word or domain of the moderators' list stands in the name, the text, a link or the address's domain."""
    return submission.memory.blocked


def disposable_mail(submission: Submission) -> bool:
    """The address belongs to a service that gives them out for minutes."""
    return is_disposable(submission.email)


def personal_data(submission: Submission) -> str:
    """A telephone number, mail address, bank account or citizen service number stands in the text."""
    return personal_data_in(submission.body)


def other_language(submission: Submission) -> bool:
    """A text of some length in another language than the article."""
    return is_other_language(submission.body, read(submission.body).words, submission.language)


def advertising(submission: Submission) -> bool:
    """Bids readers to go to what its writer sells or wants to grow."""
    return is_advertising(read(submission.body))


def like_spam(submission: Submission) -> str:
    """The filter finds it more like what moderators called spam than like nearly everything they published."""
    memory = submission.memory
    if memory.threshold is None or min(memory.learnt) < bayes.ENOUGH_OF_EACH:
        return ""
    if bayes.score(memory.words, memory.seen, memory.learnt) <= memory.threshold:
        return ""
    return "|".join(bayes.strongest(memory.words, memory.seen, memory.learnt)) or "?"


def hurried(submission: Submission) -> bool:
    """One client posted more within the hour than people usually write."""
    return submission.hurried


def busy_site(submission: Submission) -> bool:
    """The whole site gets more reactions a minute than it is used to."""
    return submission.busy_site


def first_time(submission: Submission) -> bool:
    """This name with this address was never published here."""
    return submission.mode == "first" and not submission.known_reader


def all_are_read(submission: Submission) -> bool:
    """The editors read everything first."""
    return submission.mode == "before"


RULES: tuple[Callable[[Submission], bool | str], ...] = (
    honeypot,
    too_fast,
    no_origin,
    protected_name,
    claimed_name,
    links,
    repeated,
    blocked,
    disposable_mail,
    personal_data,
    other_language,
    advertising,
    like_spam,
    hurried,
    busy_site,
    first_time,
    all_are_read,
)
CERTAIN = "certain"
OF_SELLERS = frozenset(("links", "repeated", "blocked", "advertising", "like_spam"))
EASED_BY_WORK = frozenset(("too_fast", "hurried", "busy_site"))
