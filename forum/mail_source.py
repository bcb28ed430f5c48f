"""What INBOUND_URL says: where mail that comes in is read. Part of forum.mail_settings."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

MARKS = "Signs such as @ / ? # in user and password are written %40 %2F %3F %23."
EXAMPLE = "imaps://user:password@host:993/INBOX or lmtp+unix:///path/to/socket"
SCHEMES = ("imaps", "imap+tls", "imap", "lmtp+unix")
PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}


@dataclass(frozen=True)
class Mailbox:
    """`security`: "tls" from the first byte, "starttls", or "none" (this machine only)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    security: str


@dataclass(frozen=True)
class LocalSocket:
    """The mail server of this machine brings the mail there, by LMTP."""

    path: str


def mail_source(url: str) -> Mailbox | LocalSocket:
    """Raises ValueError with the rest of a sentence that begins with the setting's name; no password is in it."""
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        raise ValueError(f"starts with “{scheme[:20]}”. Allowed: {', '.join(f'{known}://' for known in SCHEMES)}.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"cannot be read. {MARKS} It must look like {EXAMPLE}.") from None
    if parts.query or parts.fragment:
        raise ValueError(f"cannot be read. {MARKS} It must look like {EXAMPLE}.")
    if scheme == "lmtp+unix":
        path = unquote(parts.path)
        if parts.netloc or path in ("", "/") or "\0" in path:
            raise ValueError("names no socket. It must look like lmtp+unix:///path/to/socket.")
        return LocalSocket(path)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not parts.hostname or not user or not password or port == 0:
        raise ValueError(f"names no host, user or password. It must look like {EXAMPLE}.")
    if scheme == "imap" and not _is_here(parts.hostname):
        raise ValueError(
            "sends its password in the open. imap:// is for this machine only: use imaps:// or imap+tls://."
        )
    return Mailbox(
        host=parts.hostname,
        port=port or PORTS[scheme],
        user=user,
        password=password,
        folder=unquote(parts.path.strip("/")) or "INBOX",
        security={"imaps": "tls", "imap+tls": "starttls", "imap": "none"}[scheme],
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
