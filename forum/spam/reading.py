"""A text as the rules and the filter read it: its words without disguise, and where it leads. Linear in its length.

A word is folded: lower case, no accents, look-alikes of other alphabets and digits between letters (v1agra) read as what
they imitate, letters with spaces or dots between (c.a.s.i.n.o) as one word. Real Cyrillic stays Cyrillic.
"""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from forum.lookalikes import LOOKALIKES, SEEN_AS_LATIN
from forum.spam.disguises import bare

MOST_HOSTS = 40
_DOTTED = "com|net|org|info|biz|nl|be|eu|uk|de|fr|es|it|pl|ru|cn|in|us|io|tv|ly|cc|xyz|top|site|online|shop|store|club|app|dev"
_DOTTED += "|ws|su|ua|br|se|io|live|vip|win|bet|casino|loan|click|link|icu|pro|blog|space|website|fun|tk|ga|cf|gq|ml"
_ALSO_WORDS = frozenset(("de", "es", "it", "in", "us", "se", "be", "fun", "top", "win", "pro", "live", "link", "app"))
_LINK = re.compile(
    r"(?P<web>(?:https?://|www\.)[^\s<>\"'\[\]]+)"
    r"|(?P<clip>/?\bwatch\?v=[\w-]{6,})"  # the end of an address of a film
    r"|(?P<mail>[^\s<>@\"'(),;:]{1,64}@[^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){1,8})"
    r"|(?<![\w@.-])(?P<bare>[^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){0,5}\.(?:"
    + _DOTTED
    + r"))(?![\w-])(?P<path>/[^\s<>\"'\[\]]*)?"
    r"|(?<![\w@.-])(?P<split>[^\W_][\w-]{1,62}(?: {1,2}\. ?|\. {1,2}| \(?(?:dot|punt)\)? )(?:com|org|biz))(?![\w-])",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/?#:\s]*)", re.IGNORECASE)
_TAG = re.compile(r"<(/?[a-z][^<>]{0,500})>|\[/?(?:url|link|img|b)\b[^\]\n]{0,300}\]", re.IGNORECASE)
_LINK_IN_MARKUP = re.compile(r"<a\s|\[(?:url|link)\b", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s<>\"'\[\]]+", re.IGNORECASE)
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .*_·-]{1,2}){3,}[^\W\d_](?![^\W_])")
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"\$?[^\W_]+(?:[$@|€£](?=[^\W_])[^\W_]+)*(?:['’][^\W\d_]{1,3}(?![^\W_]))?")
_RUN = re.compile(r"(.)\1{2,}")
_BETWEEN = re.compile(r"(?<=[a-z])[013457$@|€£]+(?=[a-z])|^\$(?=[a-z])")
_DIGITS = str.maketrans("013457$@|€£", "oieastsaiel")


class Reading(NamedTuple):
    words: list[str]
    hosts: list[str]  # of links and bare domains in the text, without www; in order
    links: int  # addresses one can follow as they stand
    mails: int
    disguised: int  # words whose letters imitate others, or stand apart
    markup: bool  # tags, or the codes of forums
    plain: str  # the text without addresses and tags


@lru_cache(maxsize=16)  # the rules and the filter read the same text after one another
def read(text: str) -> Reading:
    hosts: list[str] = []
    counts = {"links": 0, "mails": 0}

    def note(found: re.Match[str]) -> str:
        if found["mail"]:
            counts["mails"] += 1
            return " "
        address = found["web"] or found["bare"] or "youtube.com"
        if found["bare"] and not found["path"]:
            ending = address.rpartition(".")[2]
            if ending.lower() in _ALSO_WORDS and not address.islower():
                return found[0]  # a sentence that begins where another ended
        if found["split"] is not None:
            address = re.sub(r"\W+(?:(?:dot|punt)\W+)?", ".", found["split"], flags=re.IGNORECASE)
        counts["links"] += 1
        if len(hosts) < MOST_HOSTS:
            hosts.append(host_of(address))
        return " "

    def lift(found: re.Match[str]) -> str:
        for address in _WEB.findall(found[0])[:MOST_HOSTS]:
            hosts.append(host_of(address))
        return " "

    if "&" in text:
        text = unescape(text)
    text = bare(text)
    markup = bool(_LINK_IN_MARKUP.search(text))
    plain = _LINK.sub(note, _TAG.sub(lift, text) if "<" in text or "[" in text else text)
    spaced = 0

    def join(found: re.Match[str]) -> str:
        nonlocal spaced
        spaced += 1
        return _NOT_WORD.sub("", found[0])

    joined = _SPACED.sub(join, plain)
    words = []
    disguised = spaced
    for word in _WORD.findall(joined):
        folded, hidden = fold(word)
        words.append(folded)
        disguised += hidden
    return Reading(words, hosts, counts["links"], counts["mails"], disguised, markup, plain)


@lru_cache(maxsize=8192)
def fold(word: str) -> tuple[str, bool]:
    """The word as it is meant to be read, and whether its letters imitate others. Numbers lose all but their length."""
    hidden = False
    if not word.isascii():
        word, hidden = _in_latin(word)
    word = word.casefold().replace("'", "").replace("’", "")
    if word.isdigit():
        return "#" * min(len(word), 5), False
    if not word.isalpha():
        plain = _BETWEEN.sub(lambda found: found[0].translate(_DIGITS), word)
        hidden = hidden or (plain != word and plain.isalpha())
        word = plain
    return _RUN.sub(r"\1\1", word)[:40], hidden


def _in_latin(word: str) -> tuple[str, bool]:
    bare = "".join(char for char in unicodedata.normalize("NFKD", word) if unicodedata.category(char)[0] != "M")
    styled = bare.isascii() and any(unicodedata.decomposition(char).startswith("<") for char in word)
    if bare.isascii():
        return bare, styled
    letters = [char for char in bare if char.isalpha()]
    foreign = [char for char in letters if not char.isascii()]
    if not foreign or len(letters) < 3:
        return bare, False
    mixed = len(foreign) < len(letters) and all(char in LOOKALIKES for char in foreign)
    if mixed or all(char.casefold() in SEEN_AS_LATIN for char in letters):
        imitates = any(unicodedata.name(char, "").split(" ")[0] != "LATIN" for char in foreign)
        return "".join(char if char.isascii() else LOOKALIKES.get(char, char) for char in bare), imitates
    return bare, False


@lru_cache(maxsize=8192)
def skeleton(folded: str) -> str:
    """Words that look alike at a glance have the same one: i and l, rn and m."""
    return folded.replace("rn", "m").replace("vv", "w").replace("l", "i")


def host_of(address: str) -> str:
    found = _HOST.match(address)
    return found[1].lower().strip(".")[:80] if found else ""


def parents(host: str) -> list[str]:
    """a.b.example.org, b.example.org, example.org: the places it belongs to."""
    labels = host.split(".")
    return [".".join(labels[at:]) for at in range(max(0, len(labels) - 5), len(labels) - 1)]
