"""Where a finished mail goes: to a mail server, or into the local mailbox when there is none."""

import os
import re
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

MAILS_PER_CONNECTION = 100


class NotAccepted(Exception):
    """The mail was not taken; the message is a reason without any address in it.

    `for_good`: trying again cannot help. `status`: what was said about the receiver (RFC 3463), if it never arrives;
    "" when it was not about him but about us, the mail or the line.
    """

    def __init__(self, reason: str, *, for_good: bool = False, status: str = "") -> None:
        super().__init__(reason)
        self.for_good = for_good
        self.status = status


class Transport(Protocol):
    def open(self) -> None:
        """Sees that a mail would be taken, without sending one. Raises NotAccepted."""

    def send(self, mail_id: int, sender: str, receiver: str, message: bytes) -> None:
        """Returns after the mail was taken for good (the 250). Raises NotAccepted."""

    def close(self) -> None: ...


def transport(*, timeout: float | None = None) -> Transport:
    """`timeout` in seconds; None: EMAIL_TIMEOUT."""
    return Smtp(timeout or settings.EMAIL_TIMEOUT) if settings.EMAIL_URL else Mailbox()


class Smtp:
    """One connection at a time, kept for a hundred mails at the most, and given up after any fault."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.backend: EmailBackend | None = None
        self.sent = 0

    def open(self) -> None:
        try:
            self._connection().ehlo_or_helo_if_needed()
        except OSError as fault:
            self.close()
            raise _not_accepted(fault) from None

    def send(self, mail_id: int, sender: str, receiver: str, message: bytes) -> None:
        try:
            connection = self._connection()
            with hung_up_after(self.timeout, connection.sock):
                connection.sendmail(sender, [receiver], message)
        except OSError as fault:  # the errors of smtplib are OSErrors
            self.close()
            raise _not_accepted(fault) from None
        self.sent += 1
        if self.sent >= MAILS_PER_CONNECTION:
            self.close()

    def close(self) -> None:
        if self.backend is not None:
            with suppress(OSError):  # it is gone already
                self.backend.close()
        self.backend, self.sent = None, 0

    def _connection(self) -> smtplib.SMTP:
        if self.backend is not None and not self._still_listens():
            self.close()
        if self.backend is None:
            backend = get_connection(settings.EMAIL_BACKEND, timeout=self.timeout)
            assert isinstance(backend, EmailBackend)  # the only one that an EMAIL_URL can mean
            self.backend = backend
            self.backend.open()
        assert self.backend.connection is not None  # an open that fails raises
        return self.backend.connection

    def _still_listens(self) -> bool:
        """A server may close a connection after a mail; the next mail need not wait a minute for that."""
        connection = self.backend.connection if self.backend is not None else None
        try:
            return connection is not None and connection.rset()[0] == 250
        except OSError:
            return False


class Mailbox:
    """Keeps every mail as a file; whole or not at all."""

    def open(self) -> None:
        try:
            mailbox_folder()
        except OSError as fault:
            raise NotAccepted(f"mailbox not writable ({type(fault).__name__})") from None

    def send(self, mail_id: int, sender: str, receiver: str, message: bytes) -> None:
        try:
            folder = mailbox_folder()
            draft = folder / f"{mail_id}.draft"
            with draft.open("wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(folder / f"{mail_id}.eml")
        except OSError as fault:  # a full disk, for one
            raise NotAccepted(f"mailbox not writable ({type(fault).__name__})") from None

    def close(self) -> None: ...


def mailbox_folder() -> Path:
    folder = settings.DATA_DIR / "mailbox"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def hung_up_after(seconds: float, sock: socket.socket | None) -> Iterator[None]:
    """A socket's own timeout starts anew with every byte; this one does not, so that no mail outlives its lease."""

    def hang_up() -> None:
        if sock is not None:  # None: hung up already
            with suppress(OSError):
                # Not that of an SSL socket, which is made for one thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _not_accepted(fault: OSError) -> NotAccepted:
    """The rules of PROMISES section B, "Outcome rules". A mail server's own words may quote the address: not kept."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(fault.recipients.values()))
        status = _enhanced(words)
        return NotAccepted(
            f"receiver refused: {code} {status}".strip(),
            for_good=500 <= code < 600,
            status=status or f"{code // 100}.0.0",
        )
    if isinstance(fault, smtplib.SMTPSenderRefused):
        return NotAccepted(f"sender refused: {fault.smtp_code} {_enhanced(fault.smtp_error)}".strip())
    if isinstance(fault, smtplib.SMTPDataError):
        status = _enhanced(fault.smtp_error)  # without one, what was refused is what we wrote
        reason = f"mail refused: {fault.smtp_code} {status}".strip()
        return NotAccepted(reason, for_good=500 <= fault.smtp_code < 600, status=status)
    if isinstance(fault, smtplib.SMTPResponseException):
        return NotAccepted(f"mail server answered {fault.smtp_code} ({type(fault).__name__})")
    return NotAccepted(f"mail server not reached ({type(fault).__name__})")


def _enhanced(words: bytes | str) -> str:
    """The enhanced status code (RFC 3463) at the head of a reply, or ""."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    found = re.match(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b", text)
    return found[1] if found else ""
