"""Naive Bayes, the arithmetic only: counts in, scores out. No rows.

The score of a text has two parts. What is said: the weights of its words and word pairs (log odds of spam against good,
each bounded, small words less) over the square root of their number, because neighbours say the same thing twice and a plain sum would be
far too sure of itself. And what is done: the weights of its measures (a link, disguised letters), which stand on their own.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from forum.spam.features import MEASURE, SHAPES, STEM
from forum.spam.languages import SMALL_WORDS

SMOOTHING = 1.0
MOST_WEIGHT = 3.5
SHARE_OF_A_SHAPE = 0.2  # capitals or length alone convict nobody
SMALL_WORDS_COUNT = 0.3  # they are in every long text, and spam is longer: they say how much was said, not what
STEMS_COUNT = 2.0  # twice: a long word says more than a short one, and its stem is better known than it
ENOUGH_OF_EACH = 30  # below that the filter says nothing
BLOCKS = 10
HELD_GOOD_SHARE = 0.005  # at most so many of the good ones it has learnt may lie above the threshold
LOWEST_THRESHOLD = 0.5
MARGIN = 0.4  # spreads of the good scores that are kept clear above the highest of them
OUTLYING = 3.0  # but one odd good text does not blind the filter: so many spreads above their mean is enough


class Counts(NamedTuple):
    spam: int
    good: int


class Lesson(NamedTuple):
    is_spam: bool
    words: Sequence[str]


def weight(seen: Counts, learnt: Counts) -> float:
    """Positive speaks for spam. 0 for what was never seen."""
    if not (seen.spam or seen.good):
        return 0.0
    spam = (seen.spam + SMOOTHING) / (learnt.spam + 2 * SMOOTHING)
    good = (seen.good + SMOOTHING) / (learnt.good + 2 * SMOOTHING)
    return max(-MOST_WEIGHT, min(MOST_WEIGHT, math.log(spam / good)))


def score(words: Iterable[str], seen: Mapping[str, Counts], learnt: Counts) -> float:
    said, known, done = 0.0, 0.0, 0.0
    for word in words:
        value = weight(seen[word], learnt) if word in seen else 0.0
        if word.startswith(SHAPES):
            done += SHARE_OF_A_SHAPE * value
        elif word.startswith(MEASURE):
            done += value
        elif value:
            counts = _counts(word)
            said += counts * value
            known += counts
    return said / math.sqrt(known + 1) + done


def _counts(word: str) -> float:
    """How much a word, pair or stem weighs beside others."""
    if word.startswith(STEM):
        return STEMS_COUNT
    one, _space, other = word.partition(" ")
    return SMALL_WORDS_COUNT if one in SMALL_WORDS and (not other or other in SMALL_WORDS) else 1.0


def strongest(words: Iterable[str], seen: Mapping[str, Counts], learnt: Counts, most: int = 5) -> list[str]:
    """The features that speak most for spam, strongest first: what a moderator is told. A word before the pairs it is in."""
    weights = {word: weight(seen[word], learnt) for word in words if word in seen and not word.startswith(STEM)}
    speaking = {word: value * _says(word) for word, value in weights.items() if value > 0}
    return sorted(speaking, key=lambda word: (-speaking[word], word))[:most]


def _says(feature: str) -> float:
    if feature.startswith(SHAPES):
        return SHARE_OF_A_SHAPE
    return _counts(feature) * (0.5 if " " in feature else 1.0)


def choose_threshold(lessons: Sequence[Lesson]) -> float | None:
    """Above which a text is held; None while too little is known, or when spam and good cannot be told apart.

    Every lesson is scored by what the others teach: the lessons, in the order in which they were learnt, are cut into
    blocks, and each block is judged without itself, because what was posted together is about the same things. Of the
    good ones at most HELD_GOOD_SHARE may lie above; beyond that the threshold keeps a distance, as the next good
    ones will not be exactly like these.
    """
    known = count(lessons)
    learnt = Counts(sum(lesson.is_spam for lesson in lessons), sum(not lesson.is_spam for lesson in lessons))
    if min(learnt) < ENOUGH_OF_EACH:
        return None
    good: list[float] = []
    size = -(-len(lessons) // BLOCKS)
    for start in range(0, len(lessons), size):
        block = lessons[start : start + size]
        spam_in = sum(lesson.is_spam for lesson in block)
        rest = Counts(learnt.spam - spam_in, learnt.good - (len(block) - spam_in))
        own = count(block)
        for lesson in block:
            if not lesson.is_spam:
                seen = {w: Counts(known[w].spam - own[w].spam, known[w].good - own[w].good) for w in lesson.words}
                good.append(score(lesson.words, seen, rest))
    good.sort(reverse=True)
    spared = good[int(HELD_GOOD_SHARE * len(good))]
    mean = sum(good) / len(good)
    spread = math.sqrt(sum((value - mean) ** 2 for value in good) / len(good))
    return max(LOWEST_THRESHOLD, min(spared + MARGIN * spread, mean + OUTLYING * spread))


def count(lessons: Iterable[Lesson]) -> dict[str, Counts]:
    spam, good = Counter[str](), Counter[str]()
    for lesson in lessons:
        (spam if lesson.is_spam else good).update(lesson.words)
    return {word: Counts(spam[word], good[word]) for word in chain(spam, good)}
