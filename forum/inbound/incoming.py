"""A mail as it came over the wire -> what we need to know of it. Whatever the bytes, nothing but Unreadable is raised.

Headers are read as raw text and only their beginning: the parsers of structured headers take very long over hostile ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from django.conf import settings

from forum.cleaning import Refused, clean_email

MAX_BYTES = 1_000_000
MAX_PARTS = 200
MAX_BOUNDARIES = 4_000  # lines that may begin a part
HEADER_CHARS = 2_000
# Where mail servers note whom a mail was for, the most trustworthy first.
RECEIVERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Cc")
BOUNDARY_LINE = re.compile(rb"^--\S", re.MULTILINE)
NESTED = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)
MAX_NESTED = 60  # a heap of parts inside parts costs its height times its length
OURS = re.compile(r"(?:reply|bounce)\+[a-z0-9.]{3,70}@[a-z0-9.-]{1,255}", re.ASCII)
OWN_MESSAGE_ID = re.compile(r"<[a-z][0-9]+\.[\w-]{22}@([^>]+)>", re.ASCII)
BY_MACHINES = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Response-Suppress",
    "X-Autoresponse",
    "List-Id",
    "List-Unsubscribe",
)
SERVICE_NAMES = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon")


class Unreadable(Exception):
    """Not to be made sense of, or only at a price."""


@dataclass(frozen=True)
class Incoming:
    """`recipients`: those that can be addresses of ours, lower-cased. `sender`: of the envelope; None when unknown."""

    message: Message
    recipients: list[str]
    sender: str | None

    @property
    def message_id(self) -> str:
        return header(self.message, "Message-ID").strip()

    @property
    def author(self) -> str:
        """The one address in From; "" when there is none, or several, or several headers."""
        lines = self.message.get_all("From", [])
        found = getaddresses([str(line)[:HEADER_CHARS] for line in lines])
        if len(lines) != 1 or len(found) != 1:
            return ""
        try:
            return clean_email(found[0][1])
        except Refused:
            return ""

    @property
    def is_own(self) -> bool:
        """We sent it ourselves."""
        found = OWN_MESSAGE_ID.fullmatch(self.message_id)
        return found is not None and found[1].lower() == settings.MAIL_DOMAIN.lower()

    @property
    def is_automatic(self) -> bool:
        """RFC 3834, and what is used in its place. Such mail is never an answer, and nobody answers it."""
        said = header(self.message, "Auto-Submitted").partition(";")[0].strip().lower()
        precedence = header(self.message, "Precedence").strip().lower()
        return (
            said not in ("", "no")
            or precedence in ("bulk", "list", "junk", "auto_reply")
            or self.has_no_sender
            or any(name in self.message for name in BY_MACHINES)
            or self.message.get_content_type() == "multipart/report"
        )

    @property
    def has_no_sender(self) -> bool:
        sender = self.sender if self.sender is not None else header(self.message, "Return-Path", "x").strip()
        return sender in ("", "<>")

    @property
    def is_from_a_mail_server(self) -> bool:
        return self.author.partition("@")[0].lower() in SERVICE_NAMES


def read(raw: bytes, *, recipient: str | None = None, sender: str | None = None) -> Incoming:
    """`recipient` and `sender` when the envelope is known; otherwise the headers tell. Raises Unreadable."""
    if len(raw) > MAX_BYTES:
        raise Unreadable("too_large")
    if len(BOUNDARY_LINE.findall(raw)) > MAX_BOUNDARIES or len(NESTED.findall(raw)) > MAX_NESTED:
        raise Unreadable("many_parts")
    try:
        message = message_from_bytes(raw)
    except Exception:  # noqa: BLE001  the standard library has its own surprises for every kind of nonsense
        raise Unreadable("unreadable") from None
    return Incoming(message, _recipients(message) if recipient is None else _ours_in(recipient), sender)


def header(message: Message, name: str, otherwise: str = "") -> str:
    return str(message.get(name, otherwise))[:HEADER_CHARS]


def leaves(message: Message) -> Iterator[Message]:
    """Its parts, in order; not those of a message inside it. Raises Unreadable when there are too many."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            raise Unreadable("many_parts")
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            waiting.extend(child for child in reversed(inside) if isinstance(child, Message))
        else:
            yield part


def _recipients(message: Message) -> list[str]:
    found: dict[str, None] = {}
    for name in RECEIVERS:
        for line in message.get_all(name, [])[:20]:
            found |= dict.fromkeys(_ours_in(str(line)[:HEADER_CHARS]))
    return list(found)


def _ours_in(text: str) -> list[str]:
    at_home = f"@{settings.MAIL_DOMAIN.lower()}"
    return [address for address in OURS.findall(text.lower()) if address.endswith(at_home)]
