"""Reactions for tests, through the one door that makes them."""

from itertools import count
from typing import Any

from articles.models import Article
from forum.reactions.actions import post_reaction
from forum.reactions.models import Reaction

_number = count(1)


def say(article: Article, body: str = "", *, to: Reaction | None = None, **fields: Any) -> Reaction:
    """Post; set MODERATION to "after" to see it published. Words differ by themselves, so nothing counts as double."""
    fields = {"name": "Sanne Kuipers", "website": "", **fields}
    return post_reaction(
        article, body=body or f"Dat vind ik ook, {next(_number)} keer.", parent_id=to.pk if to else None, **fields
    )


def say_many(article: Article, openings: int, replies: int = 0) -> list[Reaction]:
    """Conversations in which every reply but the first answers the reply before it or the opening, by turns."""
    said = []
    for _ in range(openings):
        last = opening = say(article)
        said.append(opening)
        for n in range(replies):
            last = say(article, to=last if n % 2 else opening)
            said.append(last)
    return said
