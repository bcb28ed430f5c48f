"""Other forms of a word, by the spelling rules of Dutch and English: fiets -> fietsen, bomen -> boom, cities -> city.

What is made need not exist: a form that nobody wrote finds nothing. Rather too few than too many: a false form finds the
wrong text. Both engines search for these forms; they stand behind the word itself in every ranking.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

SHORTEST = 3  # letters; "de" and "ik" have no forms worth the search
_PLAIN = re.compile(r"[a-z]+", re.ASCII)
_DOUBLED = re.compile(r"([bdfgklmnprst])\1")
_SHORT_SYLLABLE = re.compile(r"(?:^|[^aeiou])[aeiou][bdfgklmnprst]")  # bed, val
_LONG_SYLLABLE = re.compile(r"(aa|ee|oo|uu)[bdfgklmnprst]")  # boom, loop
_OPEN_SYLLABLE = re.compile(r"[^aeiou][aou][bdfgklmnprstvz]|[^aeiou][^aeiou]?e[lnv]")  # bom(en), gev(en)
_LOOSE_END = re.compile(r"[^aious]s$|[bfgklmnprs]t$")  # tafel-s, loop-t
_VOICED = {"v": "f", "z": "s"}
_VOICELESS = {"f": "v", "s": "z"}


@lru_cache(maxsize=4096)
def forms_of(word: str) -> tuple[str, ...]:
    """Without the word itself; nothing for what is no plain lower-case word."""
    if len(word) < SHORTEST or not _PLAIN.fullmatch(word):
        return ()
    dutch, english = set(_dutch_roots(word)), set(_english_roots(word))
    if not word.endswith(("en", "je", "jes")):  # those endings say that it is no root itself
        dutch.add(word)
        english.add(word)
    made = {form for root in dutch for form in (root, *_dutch_forms(root))}
    made |= {form for root in english for form in (root, *_english_forms(root))}
    if word.endswith("en"):  # dagen -> dag, beside daag
        made |= {word[:-2]} if len(word) > 4 else set()
    return tuple(sorted(form for form in made if len(form) >= SHORTEST and form != word))


def _dutch_roots(word: str) -> Iterator[str]:
    if word.endswith("en") and len(word) > 4:
        yield from _before_e(word[:-2])
    elif word.endswith("e") and len(word) > 4 and word[-2] not in "aeiou":
        yield from _before_e(word[:-1])
    elif len(word) > 4 and _LOOSE_END.search(word):
        yield word[:-1]
    if word.endswith(("je", "jes")) and len(word) > 5:
        yield word.removesuffix("s")[:-2]


def _before_e(stem: str) -> Iterator[str]:
    """How a word is written when -e or -en no longer follows: fiets, boom, bed, brief."""
    if _DOUBLED.fullmatch(stem[-2:]):
        yield stem[:-1]
        return
    last = _VOICED.get(stem[-1], stem[-1])
    is_open = _OPEN_SYLLABLE.search(stem[-3:]) and stem[-2] in "aeou"
    yield stem[:-1] + (stem[-2] if is_open else "") + last


def _dutch_forms(root: str) -> Iterator[str]:
    for stem in _with_e(root):
        yield stem + "e"
        yield stem + "en"
    if root[-1] not in "sz":
        yield root + "s"
    if root[-1] not in "taeiou":
        yield root + "t"
    if root[-1] not in "aeiou":
        yield root + "je"


def _with_e(root: str) -> Iterator[str]:
    """How a word is written when -e or -en follows."""
    if _LONG_SYLLABLE.fullmatch(root[-3:]):
        root = root[:-2] + root[-1]
    elif _SHORT_SYLLABLE.search(root[-3:]) and root[-2] in "aeiou" and len(root) < 5:
        yield root + root[-1]
        return
    elif root.endswith("e"):
        root = root[:-1] if not root.endswith("ee") else root
    yield root
    if root[-1] in _VOICELESS and root[-2] not in "stkfpx":
        yield root[:-1] + _VOICELESS[root[-1]]


def _english_roots(word: str) -> Iterator[str]:
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    elif word.endswith(("ses", "xes", "zes", "ches", "shes")) and len(word) > 4:
        yield word[:-2]
        yield word[:-1]
    elif word.endswith("s") and len(word) > 3 and word[-2] not in "aious":
        yield word[:-1]
    elif word.endswith(("ing", "ed")) and len(word) > (6 if word.endswith("ing") else 5):
        stem = word[:-3] if word.endswith("ing") else word[:-2]
        yield stem[:-1] if _DOUBLED.fullmatch(stem[-2:]) and stem[-1] not in "ls" else stem
        yield stem + "e"


def _english_forms(root: str) -> Iterator[str]:
    if root.endswith("y") and root[-2] not in "aeiou":
        yield root[:-1] + "ies"
    elif root.endswith(("s", "x", "z", "ch", "sh")):
        yield root + "es"
    else:
        yield root + "s"
    stem = root[:-1] if root.endswith("e") and not root.endswith("ee") else root
    if _SHORT_SYLLABLE.search(root[-3:]) and root[-2] in "aeiou" and len(root) < 5:
        stem = root + root[-1]
    yield stem + "ing"
    yield stem + "ed"
