"""Every write that means something to a reaction."""

from articles.models import Article
from forum.reactions.models import Reaction


class ReactionError(Exception):
    """A reaction that cannot be taken; the subclasses say why."""


class Closed(ReactionError):
    """The discussion is closed or the article is not public."""


class ParentGone(ReactionError):
    """The reaction that was answered is not shown any more, or stands under another article."""


class AlreadyPosted(ReactionError):
    """The same was posted before (PROMISES P20); `reaction` is the first one."""

    def __init__(self, reaction: Reaction) -> None:
        super().__init__("already posted")
        self.reaction = reaction


def post_reaction(
    article: Article,
    *,
    name: str,
    website: str,
    body: str,
    parent_id: int | None = None,
    email: str = "",
    notify: str = "article",
    email_proven: bool = False,
    form_key: str = "",
    client_key: str = "",
    by_author: bool = False,
    honeypot: str = "",
    seconds_open: float | None = None,
    same_origin: bool = True,
) -> Reaction:
    """Screen and store one reaction, publish it if its verdict allows, and ask for consent if an address came along.

    All in one transaction. The strings must come out of forum.cleaning. `email_proven`: this browser confirmed this
    address recently, so it need not be confirmed again. Raises Closed, ParentGone, AlreadyPosted.
    """
    raise NotImplementedError


def approve(reaction: Reaction) -> Reaction:
    """Publish a held, refused or spam reaction; numbers are given the first time. Raises Closed never: moderators may."""
    raise NotImplementedError


def refuse(reaction: Reaction, *, reason: str = "", as_spam: bool = False) -> Reaction:
    raise NotImplementedError


def remove(reaction: Reaction, *, reason: str = "") -> Reaction:
    """Take a published reaction away; a tombstone stays while a shown answer hangs below it."""
    raise NotImplementedError


def restore(reaction: Reaction) -> Reaction:
    raise NotImplementedError
