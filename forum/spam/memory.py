"""What is known of a text before it is judged: one question to the database, whatever its length."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from forum.spam import repeats
from forum.spam.bayes import Counts
from forum.spam.disguises import hosts_named
from forum.spam.features import features_of
from forum.spam.reading import Reading, fold, parents, read, skeleton

MOST_KEYS = 1_500  # words and places of a text that blocked terms are looked up by
MOST_CUT = 200
_CUT = re.compile(r"[^\W_][^\w\s][^\W_]|[^\W_]_[^\W_]|([^\W\d_])\1\1")
_SIGNS = re.compile(r"[\W_]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
NOWHERE = 0  # no article
NOTHING = Counts(0, 0)


@dataclass(frozen=True)
class Memory:
    """Of one text. An empty one knows nothing, and holds nothing."""

    words: Sequence[str] = ()  # its features, as the filter cuts them
    seen: dict[str, Counts] = field(default_factory=dict)
    learnt: Counts = NOTHING
    threshold: float | None = None
    times: dict[str, int] = field(default_factory=dict)  # how often each of its prints was posted elsewhere
    blocked: str = ""  # the first blocked term that stands in it


def recall(*, name: str, website: str, body: str, email: str = "", place: int = NOWHERE) -> Memory:
    """`place` is the article it is meant for: what was said there is no repeat."""
    text = read(body)
    words = features_of(text, name=name, website=website)
    said = said_by(text, name=name)
    places = places_of(body, website=website, email=email)
    terms: list[tuple[str, str]] = []
    seen: dict[str, Counts] = {}
    times: dict[str, int] = {}
    learnt, threshold = NOTHING, None
    for kind, key, term, spam, good, line in _rows(
        words, repeats.prints(body), keys=[*said, *places][:MOST_KEYS], place=place
    ):
        if kind == "token":
            seen[key] = Counts(spam, good)
        elif kind == "print":
            times[key] = spam
        elif kind == "term":
            terms.append((key, term))
        else:
            learnt, threshold = Counts(spam, good), line
    blocked = next((term for reads, term in sorted(terms) if stands_in(reads, said, places)), "")
    return Memory(words, seen, learnt, threshold, times, blocked)


def _rows(
    words: list[str], prints: Sequence[str], *, keys: list[str], place: int
) -> list[tuple[str, str, str, int, int, Any]]:
    """(kind, key, term, spam, good, threshold). Written out: the same as four querysets takes five times as long to build."""
    since = connection.ops.adapt_datetimefield_value(timezone.now() - repeats.REMEMBERED)
    one_of = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    as_list = list if connection.vendor == "postgresql" else json.dumps
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'filter', '', '', spam, good, threshold FROM spam_filter"
            f" UNION ALL SELECT 'token', word, '', spam, good, NULL FROM spam_token WHERE word {one_of}"
            f" UNION ALL SELECT 'print', print, '', COUNT(*), 0, NULL FROM spam_seentext WHERE print {one_of}"
            " AND seen_at > %s AND place <> %s GROUP BY print"
            f" UNION ALL SELECT 'term', reads, term, 0, 0, NULL FROM spam_blockedterm WHERE key {one_of}",
            [as_list(words), as_list(prints), since, place, as_list(keys)],
        )
        return cursor.fetchall()


def said_by(text: Reading, *, name: str) -> list[str]:
    """The words of name and text in order, as blocked terms are compared; a stop between the two. After another stop what is one
    word to the eye, cut up by signs or drawn out (go-kt.ent, gokkkktent)."""
    words = [*(skeleton(fold(word)[0]) for word in read(name).words), "", *map(skeleton, text.words)]
    cut = [
        _DRAWN_OUT.sub(r"\1", _SIGNS.sub("", chunk))
        for chunk in dict.fromkeys(text.plain.split())
        if _CUT.search(chunk)
    ]
    return [*words, "", *(skeleton(fold(word)[0]) for word in cut[:MOST_CUT] if word)]


def places_of(body: str, *, website: str, email: str) -> set[str]:
    """Every domain that is named, and those above it."""
    named = hosts_named(f"{body} {website}") + [email.rpartition("@")[2].lower()]
    return {place for host in named if host for place in parents(host)}


def stands_in(reads: str, said: Sequence[str], places: set[str]) -> bool:
    return reads in places or f" {reads} " in f" {' '.join(said)} "
