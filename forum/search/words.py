"""What was typed -> what is looked for. Whatever was typed, no error: what cannot be read is left out.

Words stand for themselves; all must occur. "…" holds words that follow each other; -word must not occur. The last word typed
may be the beginning of one.
"""

import re
import unicodedata
from dataclasses import dataclass

from forum.search.inflection import forms_of

MAX_CHARS = 100  # PROMISES section D, row "search"
SHORTEST_BEGINNING = 4  # letters; with fewer half of all texts would hold a word that begins so
MOST_WITH_FORMS = 6  # words that are looked for in all their forms; what comes after narrows enough as it stands

_CHUNK = re.compile(r'(-?)"([^"]*)(?:"|$)|(-?)([^\s"]+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟″«»", '"'))
_MARKS = re.compile("[\u0300-\u036f]+")
WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f\u00ad])*")  # in a text; scripts with marks of their own: in parts


@dataclass(frozen=True)
class Term:
    """One word, or several that follow each other; as typed. `forms` are folded. Exact: typed between quotes."""

    words: tuple[str, ...]
    forms: tuple[str, ...] = ()
    is_beginning: bool = False
    is_exact: bool = False


@dataclass(frozen=True)
class Query:
    """`text` is what was typed, as we read it: for the page. Without terms there is nothing to look for."""

    text: str
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()


def fold(text: str) -> str:
    """Small letters without accents: what words are compared by."""
    text = text.lower()
    if text.isascii():
        return text
    return _MARKS.sub("", unicodedata.normalize("NFD", text)).replace("\u00ad", "").replace("ς", "σ")


def read_query(typed: str) -> Query:
    text = " ".join("".join(_readable(char) for char in typed[:MAX_CHARS]).split())
    text = unicodedata.normalize("NFC", text)
    terms: list[Term] = []
    without: list[Term] = []
    seen: set[tuple[str, ...]] = set()
    chunks = list(_CHUNK.finditer(text.translate(_QUOTES)))
    for chunk in chunks:
        minus, phrase, minus_word, chars = chunk.groups()
        words = _words(phrase if chars is None else chars)
        groups = [words] if chars is None else [(word,) for word in words]
        for group in groups:
            if not group or (group in seen):
                continue
            seen.add(group)
            if minus or minus_word or chars is None:
                (without if minus or minus_word else terms).append(Term(group, is_exact=True))
            else:
                terms.append(_term(group, counted=len(terms), is_last=chunk is chunks[-1] and group == groups[-1]))
    return Query(text, tuple(terms), tuple(without))


def _term(group: tuple[str, ...], *, counted: int, is_last: bool) -> Term:
    folded = fold(group[0])
    forms = forms_of(folded) if counted < MOST_WITH_FORMS else ()
    return Term(group, forms, is_last and len(folded) >= SHORTEST_BEGINNING)


def _readable(char: str) -> str:
    category = unicodedata.category(char)
    if char == "\u00ad":
        return ""
    return " " if category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") else char


def _words(chunk: str) -> tuple[str, ...]:
    chars = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in chunk)
    return tuple(word for word in "".join(chars).split() if any(char.isalnum() for char in word))
