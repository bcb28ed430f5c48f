"""What changed between two texts, in words; and which of two people's changes go together."""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

MOST_WORDS = 4_000  # beyond it a changed passage is shown whole: comparing takes the square of this
SHOWN_AROUND = 140  # characters of what did not change, on each side

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Piece(NamedTuple):
    kind: str  # "same", "gone", "new"; "cut" stands for a long stretch that is the same
    text: str


class Merged(NamedTuple):
    fields: dict[str, Any]  # what the form holds
    clashes: list[str]  # names of fields that both changed: ours stands in the form


def pieces(before: str, after: str) -> list[Piece]:
    """From one text to the other: lines first, inside what differs by words. Joined "same" and "new" make `after`."""
    return list(_shortened(_joined(_changes(before, after))))


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Field by field: who alone changed it, gets it. `base`: what both began from; empty when nobody knows."""
    fields, clashes = dict(theirs), []
    for name, value in mine.items():
        if value == theirs.get(name) or (name in base and value == base[name]):
            continue
        fields[name] = value
        if name not in base or theirs.get(name) != base[name]:
            clashes.append(name)
    return Merged(fields, clashes)


def _changes(before: str, after: str) -> Iterator[Piece]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if what == "equal":
            yield Piece("same", gone)
        else:
            yield from _changed_words(gone, come)


def _changed_words(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        yield from (Piece("gone", before), Piece("new", after))
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(old[a:b]))
        else:
            yield from (Piece("gone", "".join(old[a:b])), Piece("new", "".join(new[c:d])))


def _joined(found: Iterator[Piece]) -> list[Piece]:
    """A space between two changed words is changed along with them: one passage reads better than ten words."""
    joined: list[Piece] = []
    gone = new = ""
    for piece in [*found, Piece("same", "\0")]:
        if piece.kind == "gone":
            gone += piece.text
        elif piece.kind == "new":
            new += piece.text
        elif piece.text.isspace() and "\n" not in piece.text and (gone or new):
            gone, new = gone + piece.text, new + piece.text
        else:
            joined += [Piece(kind, text) for kind, text in (("gone", gone), ("new", new)) if text]
            joined.append(piece)
            gone = new = ""
    return joined[:-1]


def _shortened(found: list[Piece]) -> Iterator[Piece]:
    for at, piece in enumerate(found):
        first, last = at == 0, at == len(found) - 1
        if piece.kind != "same" or len(piece.text) <= 3 * SHOWN_AROUND or (first and last):
            yield piece
            continue
        head = "" if first else piece.text[:SHOWN_AROUND].rsplit(" ", 1)[0]
        tail = "" if last else piece.text[-SHOWN_AROUND:].split(" ", 1)[-1]
        if head:
            yield Piece("same", head)
        yield Piece("cut", "")
        if tail:
            yield Piece("same", tail)
