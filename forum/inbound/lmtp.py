"""Mail brought by the mail server of this machine, over a local socket by LMTP (RFC 2033).

250 means: handled, and committed. While the database is away the answer is 451, and the mail server keeps the mail and
tries again. One receiver for each transaction, so that each has an answer of its own.
"""

import asyncio
import logging
import os
import socket
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from forum.inbound.actions import receive_mail

log = logging.getLogger(__name__)
MOST_BYTES = 30_000_000  # what is larger than MAX_BYTES is taken and laid aside as not understood, never sent back
LINE_BYTES = 1_000_000
IDLE_SECONDS = 60
SOCKET_MODE_MASK = 0o117  # 0660: the owner and the group, in which the mail server is
LATER = "451 4.3.0 try again later"


class SocketInUse(Exception):
    """Somebody listens there already."""


class Door(LMTP):
    line_length_limit = LINE_BYTES  # a longer line than SMTP allows is no reason to send a mail back


class Taker:
    """What aiosmtpd asks. Mails are handled one after another, in a thread with a connection to the database."""

    def __init__(self) -> None:
        self.hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbound")

    async def handle_RCPT(
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 one receiver at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        receiver, sender = envelope.rcpt_tos[0], envelope.mail_from or ""
        return await asyncio.get_running_loop().run_in_executor(self.hands, take, raw, receiver, sender)


def take(raw: bytes, receiver: str, sender: str) -> str:
    """The answer to the mail server."""
    close_old_connections()
    try:
        receive_mail(raw, recipient=receiver, sender=sender)
    except (DatabaseError, InterfaceError) as fault:
        log.warning("the database does not answer (%s); the mail server keeps the mail", type(fault).__name__)
        connection.close()
        return LATER
    except Exception as fault:  # noqa: BLE001  our own fault: not lost, the mail server brings it again
        log.error("a mail could not be handled: %s", type(fault).__name__)
        return LATER
    finally:
        close_old_connections()
    return "250 2.0.0 ok"


def listen(path: str) -> socket.socket:
    """A new socket in that place, which nobody but its owner and group may use. Raises SocketInUse, OSError."""
    place = Path(path)
    if place.exists() and stat.S_ISSOCK(place.stat().st_mode):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(path)
            except OSError:
                place.unlink()  # left by one that was killed
            else:
                raise SocketInUse(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(SOCKET_MODE_MASK)
    try:
        door.bind(path)
    except OSError:
        door.close()
        raise
    finally:
        os.umask(before)
    return door


def serve(path: str, *, stopping: threading.Event) -> None:
    """Until `stopping` is set; a mail that is being handled is finished. Raises SocketInUse, OSError."""
    door = listen(path)
    try:
        asyncio.run(_serve(door, stopping))
    finally:
        door.close()
        Path(path).unlink(missing_ok=True)


async def _serve(door: socket.socket, stopping: threading.Event) -> None:
    taker = Taker()

    def greet() -> LMTP:
        return Door(
            taker,
            data_size_limit=MOST_BYTES,
            timeout=IDLE_SECONDS,
            enable_SMTPUTF8=True,  # or a writer with é in his address would get his mail back
            ident="Luisterkamer",
            hostname="localhost",
        )

    server = await asyncio.get_running_loop().create_unix_server(greet, sock=door)
    async with server:
        await asyncio.to_thread(stopping.wait)
    taker.hands.shutdown(wait=True)
