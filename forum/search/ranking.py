"""How well a text fits what was asked. The same for both databases: they find, this orders.

A word in the title weighs more than one in the lead, that more than one in the text; the word itself more than one of its
other forms; all words in a row more than the same words apart. What weighs the same: the newer first.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from forum.search.words import Query, Term, fold

TITLE, LEAD, TEXT = 16.0, 4.0, 1.0
ITSELF, OTHER_FORM = 1.0, 0.5
MOST_TIMES = 4  # a word in a text counts; who repeats it more often says no more
IN_A_ROW = 2.0


def weigh(query: Query, fields: Sequence[tuple[str, float]], *, elsewhere: float = 0.0) -> float:
    """`fields`: texts with their weights. `elsewhere`: what a word weighs that is in none of them, but was found."""
    folded = [(fold(text), weight) for text, weight in fields]
    score = sum(max([elsewhere, *(_times(term, text) * weight for text, weight in folded)]) for term in query.terms)
    if len(query.terms) > 1:
        row = _row(query.terms)
        score += max(IN_A_ROW * weight for text, weight in [*folded, ("", 0.0)] if not weight or row.search(text))
    return score


def _times(term: Term, text: str) -> float:
    itself, other = _patterns(term)
    score = min(MOST_TIMES, len(itself.findall(text))) * ITSELF
    if not score and other:
        score = min(MOST_TIMES, len(other.findall(text))) * OTHER_FORM
    return 1 + (score - 1) / 4 if score > 1 else score


@lru_cache(maxsize=1024)
def _patterns(term: Term) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    itself = r"[\W_]+".join(re.escape(fold(word)) for word in term.words)
    others = [*term.forms, *([itself + r"\w+"] if term.is_beginning else [])]
    return re.compile(rf"\b{itself}\b"), re.compile(rf"\b(?:{'|'.join(others)})\b") if others else None


@lru_cache(maxsize=256)
def _row(terms: tuple[Term, ...]) -> re.Pattern[str]:
    words = [re.escape(fold(word)) for term in terms for word in term.words]
    return re.compile(r"\b" + r"[\W_]+".join(words) + r"\b")
