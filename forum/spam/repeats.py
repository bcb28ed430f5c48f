"""Was this said before, under another article? A text has a print of all its words and figures; and when it leads somewhere
a second one, of that host and its longest words, so that an advertisement with another greeting, number or tail to its
link is found too.

What is short may well be thought of twice ("Mooi stuk, dank je wel"), so it takes more times to be a repeat.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b

from forum.spam.reading import read

REMEMBERED = timedelta(days=30)
LEAST_LETTERS = 20  # shorter has no print
LONG_LETTERS = 40
TIMES_SHORT = 3  # seen so often before, a short text is held
TIMES_LONG = 1
LONGEST_WORDS = 6  # of at least as many letters
FEWEST_WORDS = 4
_SIGNS = re.compile(r"[\W_]+")


@lru_cache(maxsize=16)  # asked for when it is judged and when it is stored
def prints(body: str) -> tuple[str, ...]:
    """None for what is too short to tell. The first letter says whether it is long (`is_repeat`)."""
    text = read(body)
    letters = sum(len(word) for word in text.words if word.isalpha())
    if letters < LEAST_LETTERS:
        return ()
    long = letters >= LONG_LETTERS
    found = [_print("all", _SIGNS.sub("", text.plain.casefold()), text.hosts, long)]
    longest = sorted(
        {word for word in text.words if word.isalpha() and len(word) >= LONGEST_WORDS},
        key=lambda word: (-len(word), word),
    )
    if long and text.hosts and len(longest) >= FEWEST_WORDS:
        found.append(_print("longest", " ".join(sorted(longest[:LONGEST_WORDS])), text.hosts, long))
    return tuple(found)


def is_repeat(times: int, print_: str) -> bool:
    return times >= (TIMES_LONG if print_[0] == "L" else TIMES_SHORT)


def _print(kind: str, said: str, hosts: Iterable[str], long: bool) -> str:
    digest = blake2b("\n".join([kind, said, *sorted(set(hosts))]).encode(), digest_size=15).digest()
    return ("L" if long else "S") + urlsafe_b64encode(digest).decode()
