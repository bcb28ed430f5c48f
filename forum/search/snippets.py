"""The few words around what was found, with what was found marked. Plain text in pieces; the template escapes each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from forum.characters import BIDI_CONTROLS
from forum.search.words import WORD, Query, Term, fold

CHARS = 260
BEFORE = 70  # characters shown before the first mark
FAR = 40_000  # characters of a text that are looked through
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Piece:
    text: str
    is_marked: bool = False


def plain_text(html: str) -> str:
    """The words of HTML of our own making."""
    return unescape(_TAG.sub(" ", html))


def marked(text: str, query: Query) -> list[Piece]:
    """The whole text, for a title."""
    text = _on_one_line(text)
    return _pieces(text, list(_found(text, query)), 0, len(text))


def snippet(text: str, query: Query) -> list[Piece]:
    """Around the place where most of the different words stand together; the beginning when none does."""
    text = _on_one_line(text[:FAR])
    found = list(_found(text, query))
    start, end = _window(text, found)
    pieces = _pieces(text, found, start, end)
    if start:
        pieces.insert(0, Piece("… "))
    if end < len(text):
        pieces.append(Piece(" …"))
    return pieces


def _found(text: str, query: Query) -> Iterator[tuple[int, int, int]]:
    """Start, end and the number of the term, for every word of the text that was asked for."""
    pattern, folded = _pattern(query.terms), fold(text)
    if len(folded) == len(text):  # every letter kept its place
        for match in pattern.finditer(folded):
            yield match.start(), match.end(), match.lastindex or 0
        return
    for word in WORD.finditer(text):
        if is_one := pattern.fullmatch(fold(word[0])):
            yield word.start(), word.end(), is_one.lastindex or 0


@lru_cache(maxsize=256)
def _pattern(terms: tuple[Term, ...]) -> re.Pattern[str]:
    """One group for each term."""
    groups = []
    for term in terms:
        words = [*(re.escape(fold(word)) for word in term.words), *term.forms]
        groups.append("|".join([*words, *(words[:1] if term.is_beginning else [])]))
        if term.is_beginning:
            groups[-1] += r"\w*"
    return re.compile(r"\b(?:" + "|".join(rf"((?:{group}))\b" for group in groups) + ")")


def _window(text: str, found: list[tuple[int, int, int]]) -> tuple[int, int]:
    best, most = 0, 0
    for at, (start, _, _) in enumerate(found):
        inside = {number for first, end, number in found[at : at + 50] if end <= start + CHARS - BEFORE}
        if len(inside) > most:
            best, most = start, len(inside)
    start = 0 if best <= BEFORE or len(text) <= CHARS else best - BEFORE
    start = max(0, min(start, len(text) - CHARS))
    end = min(len(text), start + CHARS)
    if start and (space := text.find(" ", start, best)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", start + CHARS // 2, end)) >= 0:
        end = space
    return start, end


def _pieces(text: str, found: list[tuple[int, int, int]], start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    done = start
    for first, last, _ in found:
        if first < start or last > end:
            continue
        if text[done:first].strip() or not pieces:
            pieces.append(Piece(text[done:first]))
        elif pieces:  # two in a row: one mark
            pieces[-1] = Piece(pieces[-1].text + text[done:last], is_marked=True)
            done = last
            continue
        pieces.append(Piece(text[first:last], is_marked=True))
        done = last
    pieces.append(Piece(text[done:end]))
    return [piece for piece in pieces if piece.text]


def _on_one_line(text: str) -> str:
    return " ".join(BIDI_CONTROLS.sub("", text).split())
