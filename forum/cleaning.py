"""What a visitor typed -> what we store, byte for byte; or a named refusal. PROMISES section D, one function per field.

The order is always: newlines to LF, NFC, trim, check. No wording here: forms turn `Refused.code` and `.params` into a
sentence. Whatever was typed, nothing but Refused is raised, and long nonsense is refused before it costs anything.
"""

import re
import unicodedata
from functools import lru_cache

from forum import characters
from forum.lookalikes import LOOKALIKES, TWO_AS_ONE
from forum.webaddress import ascii_host, count_links, readable_length, safe_address, shown_host

MAX_NAME_CHARS = 60
MAX_WEBSITE_CHARS = 200  # as typed; in the database it may take MAX_WEBSITE_STORED
MAX_WEBSITE_STORED = 260
MAX_BODY_LINES = 200
MAX_BODY_LINKS = 20
MAX_EMAIL_OCTETS = 254
MAX_LOCAL_PART = 64
_COMPOSING = 4  # code points that NFC may make one of, at most

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(r"[^\x00-,/:-@\[-`{-\xa0]+")
_SPACE_RUN = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


class Refused(ValueError):
    """`code` names the rule that was broken; `params` fill its sentence (numbers as int)."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def clean_name(typed: str) -> str:
    """Codes: name_empty, name_long(now), name_characters."""
    name = _SPACE_RUN.sub(" ", _trimmed(typed))
    if len(name) > MAX_NAME_CHARS * _COMPOSING:
        raise Refused("name_long", now=len(name))
    name = _composed(name, otherwise="name_characters")
    if not any(characters.is_seen(char) for char in name):
        raise Refused("name_empty")
    if len(name) > MAX_NAME_CHARS:
        raise Refused("name_long", now=len(name))
    if not characters.fits_a_name(name):
        raise Refused("name_characters")
    if not any(unicodedata.category(char)[0] in "LN" for char in name):
        raise Refused("name_empty")
    return name


def clean_website(typed: str) -> str:
    """A normalised http(s) address, or "" for nothing typed. Code: website."""
    website = _trimmed(typed)
    if not website:
        return ""
    if len(website) > MAX_WEBSITE_STORED:
        raise Refused("website")
    address = safe_address(_composed(website, otherwise="website"))
    if not address or len(address) > MAX_WEBSITE_STORED or readable_length(address) > MAX_WEBSITE_CHARS:
        raise Refused("website")
    return address


def website_host(website: str) -> str:
    """What is shown of a website: its host; as xn-- when scripts are mixed."""
    return shown_host(website)


def clean_body(typed: str, *, max_chars: int) -> str:
    """Codes: body_empty, body_long(over), body_lines(now), body_links(now), body_characters."""
    body = _trimmed(typed)
    if len(body) > max_chars * _COMPOSING:
        raise Refused("body_long", over=len(body) - max_chars)
    if not characters.is_storable(body):
        raise Refused("body_characters")
    body = characters.with_bidi_closed(_composed(body, otherwise="body_characters"))
    if not any(characters.is_seen(char) for char in body):
        raise Refused("body_empty")
    if len(body) > max_chars:
        raise Refused("body_long", over=len(body) - max_chars)
    lines = body.count("\n") + 1
    if lines > MAX_BODY_LINES:
        raise Refused("body_lines", now=lines)
    links = count_links(body)
    if links > MAX_BODY_LINKS:
        raise Refused("body_links", now=links)
    return body


def clean_email(typed: str) -> str:
    """The address as typed (trimmed), or "" for nothing typed. Code: email."""
    email = _trimmed(typed)
    if not email:
        return ""
    if len(email) > MAX_EMAIL_OCTETS:
        raise Refused("email")
    email = _composed(email, otherwise="email")
    local, _, domain = email.partition("@")
    host = ascii_host(domain) if _DOMAIN.fullmatch(domain) and not domain.endswith(".") else None
    if not host or len(local) > MAX_LOCAL_PART or not _LOCAL_PART.fullmatch(local):
        raise Refused("email")
    if len(f"{local}@{host}") > MAX_EMAIL_OCTETS or len(email.encode()) > MAX_EMAIL_OCTETS:
        raise Refused("email")
    return email


def email_key(email: str) -> str:
    """What addresses are compared by: lower-cased, domain in IDNA."""
    local, _, domain = email.strip().rpartition("@")
    return f"{local.lower()}@{ascii_host(domain) or domain.lower()}"


@lru_cache(maxsize=4096)
def name_skeleton(name: str) -> str:
    """Two names that look alike (case, accents, Latin/Cyrillic/Greek look-alikes, spacing) have the same skeleton."""
    bare = _bare(name)
    plain = _bare("".join(LOOKALIKES.get(char, char) for char in bare).casefold())
    plain = "".join(LOOKALIKES.get(char, char) for char in plain if char.isalnum() or char in LOOKALIKES)
    for two, one in TWO_AS_ONE:
        plain = plain.replace(two, one)
    return "".join(char for char in plain if char.isalnum()).replace("i", "l")


def _trimmed(typed: str) -> str:
    return characters.with_plain_newlines(typed).strip(characters.SPACES)


def _composed(text: str, *, otherwise: str) -> str:
    """NFC, trimmed again; refuses a heap of marks, which would take the square of its height to compose."""
    if text.isascii():
        return text
    if not characters.is_composable(text):
        raise Refused(otherwise)
    return unicodedata.normalize("NFC", text).strip(characters.SPACES)


def _bare(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if unicodedata.category(char)[0] != "M")
