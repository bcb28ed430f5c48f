"""What a visitor typed -> what we store, byte for byte; or a named refusal. PROMISES section D, one function per field.

No wording here: forms turn `Refused.code` and `.params` into a sentence. The order is the same everywhere: line ends to
LF, NFC, trim, check; what is checked is what is stored, and cleaning it again changes nothing.
"""

import ipaddress
import re
import unicodedata
from urllib.parse import quote, urlsplit

import idna

from forum.lookalikes import LATIN_TWIN, NEEDS_JOINERS, script_of

MAX_NAME_CHARS = 60
MAX_WEBSITE_CHARS = 200
MAX_EMAIL_OCTETS = 254
MAX_LOCAL_OCTETS = 64
MAX_BODY_LINES = 200
MAX_BODY_LINKS = 20
MAX_MARKS_IN_A_ROW = 2
# What looks like nothing but counts as a letter: Hangul fillers, the empty braille cell, the combining joiner.
FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
BIDI_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"}
BIDI_OPENERS |= {"\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}
BIDI_CLOSERS = frozenset("\u202c\u2069")
JOINERS = "\u200c\u200d"
LINK = re.compile(r"https?://", re.IGNORECASE)


class Refused(ValueError):
    """`code` names the rule that was broken; `params` fill its sentence (numbers as int)."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def clean_name(typed: str) -> str:
    """Codes: name_empty, name_long(now), name_characters."""
    if len(typed) > 20_000:  # nothing so long is a name; the rest would cost time for nothing
        raise Refused("name_long", now=len(typed))
    name = re.sub(r" {2,}", " ", _normal(typed).strip(" \t\n"))
    if not name or all(_is_blank(char) for char in name):
        raise Refused("name_empty")
    if len(name) > MAX_NAME_CHARS:
        raise Refused("name_long", now=len(name))
    marks = 0
    for at, char in enumerate(name):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        stacked = marks > MAX_MARKS_IN_A_ROW and script_of(name[at - marks]) not in NEEDS_JOINERS
        if stacked or char in FILLERS or not _may_stand_in_a_line(name, at, category):
            raise Refused("name_characters")
    if not any(unicodedata.category(char)[0] in "LN" for char in name):
        raise Refused("name_characters")
    return name


def clean_website(typed: str) -> str:
    """A normalised http(s) address, or "" for nothing typed. Code: website."""
    text = typed.strip(" \t\r\n")
    if not text:
        return ""
    if len(text) > MAX_WEBSITE_CHARS or any(_has_no_place_in_an_address(char) for char in text):
        raise Refused("website")
    text = unicodedata.normalize("NFC", text)
    if not re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) or re.match(r"[^/:?#]+\.[^/:?#]+:[0-9]", text):
        text = f"https://{text.removeprefix('//')}"
    address = safe_address(text)
    if address is None:
        raise Refused("website")
    return address


def safe_address(text: str) -> str | None:
    """A full http(s) address of a host with a public looking name, normalised; None for anything else."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port == 0 or parts.netloc.endswith(":"):
        return None
    host = _public_host(parts.hostname or "")
    if host is None:
        return None
    shown_port = "" if port is None or port == {"http": 80, "https": 443}[parts.scheme] else f":{port}"
    address = f"{parts.scheme}://{host}{shown_port}{quote(parts.path, safe=_KEPT) or '/'}"
    if parts.query:
        address += f"?{quote(parts.query, safe=_KEPT)}"
    if parts.fragment:
        address += f"#{quote(parts.fragment, safe=_KEPT)}"
    return address


_KEPT = "/%:@!$&()*+,;=~-._?"


def website_host(website: str) -> str:
    """What is shown of a website: its host without www; as xn-- when its letters could pass for others."""
    parts = urlsplit(website)
    host = (parts.hostname or "").removeprefix("www.")
    shown = ".".join(_readable_label(label) for label in host.split("."))
    return f"{shown}:{parts.port}" if parts.port else shown


def clean_body(typed: str, *, max_chars: int) -> str:
    """Codes: body_empty, body_long(over), body_lines(now), body_links(now), body_characters."""
    body = _normal(typed).strip()
    if len(body) > max_chars:
        raise Refused("body_long", over=len(body) - max_chars)
    if all(_is_blank(char) for char in body):
        raise Refused("body_empty")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in body):
        raise Refused("body_characters")
    lines = body.split("\n")
    if len(lines) > MAX_BODY_LINES:
        raise Refused("body_lines", now=len(lines))
    links = len(LINK.findall(body))
    if links > MAX_BODY_LINKS:
        raise Refused("body_links", now=links)
    closed = "\n".join(_with_bidi_closed(line) for line in lines)
    if len(closed) > max_chars:
        raise Refused("body_long", over=len(closed) - max_chars)
    return closed


def clean_email(typed: str) -> str:
    """The address as typed (trimmed), or "" for nothing typed. Code: email."""
    email = typed.strip(" \t\r\n")
    if not email:
        return ""
    local, at, domain = email.rpartition("@")
    if not at or not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", local):
        raise Refused("email")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise Refused("email")
    if len(email) > MAX_EMAIL_OCTETS or any(_has_no_place_in_an_address(char) for char in domain):
        raise Refused("email")
    host = _public_host(domain)
    if host is None or domain.endswith(".") or len(f"{local}@{host}") > MAX_EMAIL_OCTETS:
        raise Refused("email")
    return email


def email_key(email: str) -> str:
    """What addresses are compared by: lower-cased, domain in IDNA."""
    local, _, domain = email.strip().rpartition("@")
    return f"{local}@{_ascii_host(domain) or domain}".lower()


def name_skeleton(name: str) -> str:
    """Two names that look alike (case, accents, Latin/Cyrillic/Greek look-alikes, spacing) have the same skeleton."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    twins = "".join(LATIN_TWIN.get(char, char) for char in folded)
    letters = "".join(char for char in twins if char.isalnum())
    return letters.replace("rn", "m").replace("vv", "w")


def _normal(typed: str) -> str:
    return unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))


def _is_blank(char: str) -> bool:
    return char.isspace() or char in FILLERS or unicodedata.category(char) in ("Cf", "Cc", "Zs", "Zl", "Zp")


def _may_stand_in_a_line(text: str, at: int, category: str) -> bool:
    char = text[at]
    if char in JOINERS:
        return _joins(text, at)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        # the tag characters that make a flag of a region stand behind a black flag
        return "\U000e0020" <= char <= "\U000e007f" and "\U0001f3f4" in text[:at]
    return category != "Zs" or char == " "


def _joins(text: str, at: int) -> bool:
    """A joiner is a letter's neighbour in a script that needs it, or stands between two parts of one emoji."""
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    if not before or not after:
        return False
    if script_of(before) in NEEDS_JOINERS and script_of(after) in NEEDS_JOINERS:
        return True
    parts = ("So", "Sk", "Sm", "Mn")  # emoji, skin tones, gender signs, the variation selector
    return text[at] == "\u200d" and unicodedata.category(before) in parts and unicodedata.category(after) in parts


def _has_no_place_in_an_address(char: str) -> bool:
    return char in "\"'<>\\`{}|^" or char.isspace() or unicodedata.category(char)[0] in "CZ" or char in FILLERS


def _public_host(host: str) -> str | None:
    """The host in ASCII, or None for an IP address in any notation, localhost, or a name without a dot."""
    ascii_host = _ascii_host(host)
    if ascii_host is None or "." not in ascii_host or ascii_host.endswith(".localhost"):
        return None
    last = ascii_host.rsplit(".", 1)[1]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) or len(last) < 2:
        return None
    return ascii_host


def _ascii_host(host: str) -> str | None:
    if not host or len(host) > 253:
        return None
    try:
        ipaddress.ip_address(host.strip("[]"))
        return None
    except ValueError:
        pass
    try:
        found = idna.encode(host.removesuffix("."), uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, IndexError):
        return None
    return found if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", found) else None


def _readable_label(label: str) -> str:
    """The label as its owner writes it, unless it mixes scripts or could be read as Latin letters altogether."""
    if not label.startswith("xn--"):
        return label
    try:
        readable = idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
    letters = [char for char in readable if char.isalpha()]
    scripts = {script_of(char) for char in letters}
    if len(scripts) != 1 or (scripts != {"LATIN"} and all(char in LATIN_TWIN for char in letters)):
        return label
    return readable


def _with_bidi_closed(line: str) -> str:
    """Directions opened in a line end with it, and nothing is closed that was not opened."""
    kept: list[str] = []
    still_open: list[str] = []
    for char in line:
        if char in BIDI_OPENERS:
            still_open.append(BIDI_OPENERS[char])
        elif char in BIDI_CLOSERS:
            if not still_open or still_open[-1] != char:
                continue
            still_open.pop()
        kept.append(char)
    return "".join(kept) + "".join(reversed(still_open))
