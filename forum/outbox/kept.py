"""The mails in the local mailbox, to be read. A file may vanish, or hold anything: such a mail is not there."""

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from forum.outbox.transports import mailbox_folder

SHOWN = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe")
NEWEST = 200


@dataclass(frozen=True)
class KeptMail:
    pk: int
    kept_at: datetime
    headers: list[tuple[str, str]]
    text: str
    html: str

    def _header(self, name: str) -> str:
        return dict(self.headers).get(name, "")

    @property
    def subject(self) -> str:
        return self._header("Subject")

    @property
    def receiver(self) -> str:
        return self._header("To")


def newest() -> list[KeptMail]:
    """The newest first, at most NEWEST."""
    files = [
        (_moment(file), file) for file in mailbox_folder().glob("*.eml") if re.fullmatch(r"[0-9]{1,19}", file.stem)
    ]
    files.sort(key=lambda found: (found[0], int(found[1].stem)), reverse=True)
    mails = (find(int(file.stem)) for _, file in files[:NEWEST])
    return [mail for mail in mails if mail is not None]


def find(pk: int) -> KeptMail | None:
    file = mailbox_folder() / f"{pk}.eml"
    try:
        message = email.message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=default)
        return KeptMail(
            pk=pk,
            kept_at=datetime.fromtimestamp(_moment(file), tz=UTC),
            headers=[(name, str(message[name])) for name in SHOWN if message[name]],
            text=_half(message, "plain"),
            html=_half(message, "html"),
        )
    except (
        OSError,
        RecursionError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
    ):  # what the parser raises on broken mail
        return None


def _half(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _moment(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
