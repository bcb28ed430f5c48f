"""How well a reaction fits what was asked. The same for both databases: they find, this orders.

The word itself weighs more than one of its other forms, several times more than once, all words in a row more than apart.
"""

import re
from functools import lru_cache

from forum.search.words import Query, Term, fold

ITSELF, OTHER_FORM, IN_A_ROW = 1.0, 0.5, 2.0
MOST_TIMES = 4  # who repeats a word more often says no more
AGAIN = 0.25  # for every further time


def weigh(query: Query, body: str) -> float:
    text = fold(body)
    score = sum(_times(term, text) for term in query.terms)
    if len(query.terms) > 1 and _row(query.terms).search(text):
        score += IN_A_ROW
    return score


def _times(term: Term, text: str) -> float:
    itself, other = _patterns(term)
    if times := min(MOST_TIMES, len(itself.findall(text))):
        return ITSELF + AGAIN * (times - 1)
    return OTHER_FORM if other and other.search(text) else 0.0


@lru_cache(maxsize=1024)
def _patterns(term: Term) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    itself = r"[\W_]+".join(re.escape(fold(word)) for word in term.words)
    others = [*term.forms, *([itself + r"\w+"] if term.is_beginning else [])]
    return re.compile(rf"\b{itself}\b"), re.compile(rf"\b(?:{'|'.join(others)})\b") if others else None


@lru_cache(maxsize=256)
def _row(terms: tuple[Term, ...]) -> re.Pattern[str]:
    words = [re.escape(fold(word)) for term in terms for word in term.words]
    return re.compile(r"\b" + r"[\W_]+".join(words) + r"\b")
