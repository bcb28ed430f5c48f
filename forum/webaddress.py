"""Web addresses: find them in a text, make one safe to link to, show its host. Nothing here fetches anything (P22)."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, unquote, urljoin

import idna
from django.conf import settings

from forum.characters import script
from forum.lookalikes import SEEN_AS_LATIN

MAX_LINK_CHARS = 2000
MAX_HOST_CHARS = 253

# What can stand in no address of ours: space, quotes, angle brackets, backslash, control characters. Typographic
# quotes too: who quotes an address does not mean them.
_NOT_IN_ADDRESS = "\\s\x00-\x1f\x7f-\x9f<>\"'`\\\\\u00ab\u00bb\u2018-\u201f\u2039\u203a"
_HIDDEN = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\ud800-\udfff"
_FORBIDDEN = re.compile(f"[{_NOT_IN_ADDRESS}{_HIDDEN}]")
_RUN = re.compile(f"[^{_NOT_IN_ADDRESS}{_HIDDEN}\\[\\]{{}}|^]+")
_START = re.compile("https?://", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile("(https?)://", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_HOST_AND_PORT = re.compile(r"([^:]*)(?::([0-9]{1,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_LOCAL = ("localhost", "localdomain")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRAILING = ".,;:!?*_~)…。、！？）】」』"
_LATIN_OF_ITS_OWN = frozenset("ßæœøłđðþħŧ")  # that no ASCII letter and no accent make
_WRITTEN_TOGETHER = (
    frozenset(("HAN", "HIRAGANA", "KATAKANA")),
    frozenset(("HAN", "HANGUL")),
    frozenset(("HAN", "BOPOMOFO")),
)


def absolute(address: str) -> str:
    """An address on this site, or one of a storage elsewhere, as the world outside has to write it (SITE_URL)."""
    return urljoin(settings.SITE_URL + "/", address)


def safe_address(typed: str) -> str | None:
    """`http(s)://host/path?query#fragment`, ASCII only, or None when it is no address we want to link to.

    Host in IDNA 2008, lower case; no user, no IP address, no localhost; what needs it is percent-encoded, so that it
    is safe in an attribute and in a mail. A missing scheme is https. Done twice it is the same.
    """
    if len(typed) > MAX_LINK_CHARS or _FORBIDDEN.search(typed):
        return None
    given = _SCHEME.match(typed)
    scheme = given[1].lower() if given else "https"
    parts = _ADDRESS.fullmatch(typed, given.end() if given else 0)
    where = _HOST_AND_PORT.fullmatch(parts[1]) if parts else None
    host = ascii_host(where[1]) if where else None
    if not parts or not where or not host:
        return None
    port = int(where[2]) if where[2] else _DEFAULT_PORTS[scheme]
    if not 1 <= port <= 65535:
        return None
    shown_port = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    fragment = "#" + _encoded((parts[4])[1:]).replace("#", "%23") if parts[4] else ""
    return f"{scheme}://{host}{shown_port}{_encoded(parts[2]) or '/'}{_encoded(parts[3] or '')}{fragment}"


def readable_length(address: str) -> int:
    """How long a safe address was before its host and path were encoded."""
    return len(unquote(address)) - len(host_of(address)) + len(_in_unicode(host_of(address)))


def ascii_host(typed: str) -> str | None:
    """A host name with a dot, in lower-case ASCII; None for an IP address in any notation, localhost, or nonsense."""
    if _FORBIDDEN.search(typed):
        return None
    host = typed.lower() if typed.isascii() else _by_idna(typed)
    if host is None:
        return None
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(labels) < 2 or len(host) > MAX_HOST_CHARS or labels[-1] in _LOCAL or _NUMBER.fullmatch(labels[-1]):
        return None
    if not all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels):
        return None
    if any(label.startswith("xn--") and _label_in_unicode(label) is None for label in labels):
        return None
    return host


def host_of(address: str) -> str:
    """The host in a safe address, without its port."""
    return address.partition("://")[2].partition("/")[0].partition(":")[0]


def shown_host(address: str) -> str:
    """What a reader sees of a safe address: its host in its own script, or as xn-- where that could deceive."""
    scheme, _, rest = address.partition("://")
    host, _, port = re.split("[/?#]", rest, maxsplit=1)[0].partition(":")
    shorter = host.removeprefix("www.")
    if "." in shorter:
        host = shorter
    in_unicode = [_label_in_unicode(label) if label.startswith("xn--") else label for label in host.split(".")]
    if all(label is not None and _is_honest(label) for label in in_unicode):
        host = ".".join(filter(None, in_unicode))
    return f"{host}:{port}" if port and port != str(_DEFAULT_PORTS.get(scheme)) else host


def count_links(text: str) -> int:
    """How often an http(s) address begins. Counts more than is linked, so that nothing slips through the count."""
    return sum(1 for _ in _START.finditer(text))


def find_links(text: str) -> Iterator[tuple[int, int, str | None]]:
    """(start, end, safe address or None) of what begins as an http(s) address, in order.

    Linear: a run of characters is read once, and after it, linked or not, the search goes on behind it.
    """
    for start, end in _runs(text):
        end = _without_trailing(text, start, end) if end - start <= MAX_LINK_CHARS else end
        yield start, end, safe_address(text[start:end])


def _runs(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := _START.search(text, at):
        run = _RUN.match(text, found.start())
        at = run.end() if run else found.end()
        if found.start() == 0 or not text[found.start() - 1].isalnum():
            yield found.start(), at


def _without_trailing(text: str, start: int, end: int) -> int:
    """Leaves the full stop that ends the sentence outside, and the bracket that opened before the address."""
    unopened = text.count(")", start, end) - text.count("(", start, end)
    while end > start and text[end - 1] in _TRAILING:
        if text[end - 1] == ")":
            if unopened <= 0:
                break
            unopened -= 1
        end -= 1
    return end


def _encoded(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="/?#:@!$&()*+,;=-._~%", errors="replace")


def _by_idna(typed: str) -> str | None:
    if len(typed) > MAX_HOST_CHARS:
        return None
    try:
        return idna.encode(typed, uts46=True, std3_rules=True).decode("ascii")
    except (UnicodeError, IndexError, ValueError):
        return None


def _in_unicode(host: str) -> str:
    return ".".join(_label_in_unicode(label) or label for label in host.split("."))


def _label_in_unicode(label: str) -> str | None:
    """None when an xn-- label is not what IDNA would have made of what it stands for."""
    if not label.startswith("xn--"):
        return label
    try:
        shown = idna.ulabel(label)
        return shown if idna.alabel(shown).decode("ascii") == label else None
    except (UnicodeError, IndexError, ValueError):
        return None


def _is_honest(label: str) -> bool:
    """One script, and not letters that read as others."""
    if label.isascii():
        return True
    letters = [char for char in label if unicodedata.category(char)[0] in "LM"]
    scripts = {script(char) for char in letters}
    foreign = [char for char in letters if not char.isascii()]
    if foreign and all(char in SEEN_AS_LATIN for char in foreign):
        return False
    if "COMMON" in scripts and scripts & {"LATIN", "CYRILLIC", "GREEK"}:  # a loose accent
        return False
    if any(script(char) == "LATIN" and not _is_plain_latin(char) for char in letters):
        return False
    scripts.discard("COMMON")
    return len(scripts) <= 1 or any(scripts <= together for together in _WRITTEN_TOGETHER)


def _is_plain_latin(char: str) -> bool:
    return char.isascii() or char in _LATIN_OF_ITS_OWN or bool(unicodedata.decomposition(char))
