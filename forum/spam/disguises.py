"""What hides a word or an address from a list: signs that are not seen, letters in circles, dots in words, borrowed letters."""

import re
import unicodedata
from functools import cache
from urllib.parse import unquote

from forum.lookalikes import LOOKALIKES

MOST_HOSTS = 200
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212\ufe63\uff0d"), "-")
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61\u2024\ufe52"), ".")
_WRITTEN_DOT = re.compile(
    r"\s{0,2}[(\[{]\s?(?:\.|dot|punt|point|punkt)\s?[)\]}]\s{0,2}|\s(?:dot|punt)\s", re.IGNORECASE
)
_AROUND_DOT = re.compile(r" \.|\. ")
_HOST = re.compile(r"(?<![^\W_])[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)+")


def bare(text: str) -> str:
    """Without what is not seen (soft hyphens, joiners, marks of direction), enclosed letters taken out, one kind of hyphen and dot."""
    if text.isascii():
        return text
    return "".join(map(_bare, text.translate(_HYPHENS | _DOTS)))


@cache
def _bare(char: str) -> str:
    if char.isascii():
        return char
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    if category == "So":
        plain = unicodedata.normalize("NFKC", char)
        return plain if plain.isascii() and plain.isalpha() else char
    return char


def hosts_named(text: str) -> list[str]:
    """Whatever may be read as a host's name, in any disguise, whether or not it is an address that one can follow; as it
    stands and as it looks. Many are none: they are for looking up in a list, not for counting."""
    plain = unicodedata.normalize("NFKC", bare(unquote(text) if "%" in text else text)).casefold()
    plain = _AROUND_DOT.sub(".", _WRITTEN_DOT.sub(".", plain))
    hosts = dict.fromkeys(found[0] for found in _HOST.finditer(plain))
    for host in list(hosts):
        read = _decoded(host) if "xn--" in host else host
        if not read.isascii():
            hosts[_as_it_looks(read)] = None
    return list(hosts)[:MOST_HOSTS]


def _as_it_looks(host: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", host) if unicodedata.category(char)[0] != "M")
    return "".join(char if char.isascii() else LOOKALIKES.get(char, char) for char in plain).casefold()


def _decoded(host: str) -> str:
    labels = []
    for label in host.split("."):
        try:
            labels.append(label[4:].encode().decode("punycode") if label.startswith("xn--") else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)
