"""Was this said before? A text has a few prints: of all its letters, and of its longest words, so that the same text with
another number, greeting or bit of punctuation is found too. Links count by their host.

What is short may well be thought of twice ("Mooi stuk, dank je wel"), so it takes more times to be a repeat.
"""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import blake2b

from forum.spam.reading import Reading

REMEMBERED = timedelta(days=30)
LEAST_LETTERS = 20  # shorter has no print
LONG_LETTERS = 60
LEAST_WORDS = 5  # but a link needs no words
TIMES_SHORT = 2  # seen so often before, a short text is held
TIMES_LONG = 1
LONGEST_WORDS = 8


def prints(text: Reading) -> list[str]:
    """Empty for what is too short to tell. The first characters say how often it must have been seen: `print_limit`."""
    hosts = sorted(set(text.hosts))
    words = [word for word in text.words if not word.startswith("#")]
    letters = "".join(words)
    if len(letters) + sum(map(len, hosts)) < LEAST_LETTERS or (len(words) < LEAST_WORDS and not hosts):
        return []
    if not words:
        return []  # a bare link: two readers may well point to the same page
    long = len(letters) >= LONG_LETTERS
    found = [_print("all", [*words, *hosts], long)]
    longest = sorted(set(words), key=lambda word: (-len(word), word))[:LONGEST_WORDS]
    if long and len(longest) == LONGEST_WORDS:
        found.append(_print("longest", [*sorted(longest), *hosts], long))
    return found


def is_repeat(times: int, print_: str) -> bool:
    return times >= (TIMES_LONG if print_[0] == "L" else TIMES_SHORT)


def _print(kind: str, parts: list[str], long: bool) -> str:
    digest = blake2b(" ".join([kind, *parts]).encode(), digest_size=15).digest()
    return ("L" if long else "S") + urlsafe_b64encode(digest).decode()
