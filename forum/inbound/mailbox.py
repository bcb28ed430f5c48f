"""Reading the mailbox by IMAP: in short rounds, each of a bounded number of mails, each mail handled before it is marked.

Killed between the two, the next round finds the mail again, and forum.inbound.actions finds that it was handled. Nothing
is ever deleted: what was understood is marked as read and stays; what a person may want to see goes to a folder of its own.
"""

import logging
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    close_old_connections,
    connection,
)
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from forum.inbound.actions import note_look, note_unread, receive_mail
from forum.inbound.incoming import MAX_BYTES
from forum.inbound.models import InboundMail
from forum.mail_source import Mailbox
from forum.outbox.transports import hung_up_after

log = logging.getLogger(__name__)
CONNECT_SECONDS = 10
ROUND_SECONDS = 60  # for all of a round: a server that gives a byte now and then is hung up on
MAILS_PER_ROUND = 50
PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 600
ASIDE = "Luisterkamer"  # what could not be understood or posted; unread there
SEEN, FLAGGED = b"\\Seen", b"\\Flagged"


class MailboxTrouble(Exception):
    """It could not be read; the message names the kind of trouble only: a server's words may hold an address."""


class Reader:
    def __init__(self, source: Mailbox) -> None:
        self.source = source
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until `stopping` is set."""
        pause = 0.0
        while not self.stopping.wait(pause):
            pause = self.look(after=pause)
            close_old_connections()

    def look(self, *, after: float = 0.0) -> float:
        """One round, and how many seconds to wait for the next. Trouble is written down and waited out, twice as long
        as `after` the round before.
        """
        try:
            return 0.0 if self.read_once() == MAILS_PER_ROUND else PAUSE_SECONDS
        except MailboxTrouble as trouble:
            log.warning("the mailbox cannot be read: %s", trouble)
            self._tell(str(trouble))
            return min(max(2 * after, PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        except (DatabaseError, InterfaceError) as fault:
            log.warning("the database does not answer (%s); trying again", type(fault).__name__)
            connection.close()
        except Exception as fault:  # noqa: BLE001  the reader goes on; what failed comes again
            place = traceback.extract_tb(fault.__traceback__)[-1]
            log.error("%s in %s, line %s; trying again", type(fault).__name__, place.filename, place.lineno)
        return PAUSE_SECONDS

    def read_once(self) -> int:
        """One round; returns how many mails were handled. Raises MailboxTrouble, and what the database raises."""
        handled = 0
        try:
            with self._logged_in() as server:
                chosen = server.select_folder(self.source.folder)
                validity = chosen.get(b"UIDVALIDITY", 0)
                for uid, size in self._unread(server):
                    if self.stopping.is_set():
                        break
                    self._handle(server, uid, size, place=f"{validity}.{uid}")
                    handled += 1
        except (IMAPClientError, OSError, UnicodeError) as fault:
            raise MailboxTrouble(type(fault).__name__) from None
        note_look()
        return handled

    def _unread(self, server: IMAPClient) -> list[tuple[int, int]]:
        """(uid, size) of the oldest."""
        uids = sorted(server.search(["UNSEEN", "UNDELETED"]))[:MAILS_PER_ROUND]
        sizes = server.fetch(uids, ["RFC822.SIZE"]) if uids else {}
        return [(uid, int(sizes[uid][b"RFC822.SIZE"])) for uid in uids if uid in sizes]

    def _handle(self, server: IMAPClient, uid: int, size: int, *, place: str) -> None:
        if size > MAX_BYTES:
            row = note_unread(place, reason="too_large")
        else:
            # A server may count otherwise than it gives: never more than one octet above the limit.
            found = server.fetch([uid], [f"BODY.PEEK[]<0.{MAX_BYTES + 1}>"]).get(uid)
            if found is None:  # another reader has moved it meanwhile
                return
            raw = next((value for name, value in found.items() if name.startswith(b"BODY[")), None)
            row = self._receive(raw or b"", place=place)
        if row.needs_eyes:
            self._lay_aside(server, uid)
        else:
            server.add_flags([uid], [SEEN], silent=True)

    def _receive(self, raw: bytes, *, place: str) -> InboundMail:
        try:
            return receive_mail(raw)
        except (OperationalError, InterfaceError, ProgrammingError):  # away, or not made yet
            raise
        except Exception as fault:  # noqa: BLE001  one mail that we fall over must not keep the others
            log.error("a mail could not be handled: %s", type(fault).__name__)  # its words may hold what was written
            return note_unread(place, reason="fault")

    def _lay_aside(self, server: IMAPClient, uid: int) -> None:
        """To a folder beside the others; where that cannot be, it stays, read and flagged."""
        if server.has_capability("MOVE"):
            folder = _beside_others(server)
            with suppress(IMAPClientError):
                if not server.folder_exists(folder):
                    server.create_folder(folder)
            try:
                server.move([uid], folder)
                return
            except IMAPClientError:
                log.warning("a mail could not be moved to the folder %s", ASIDE)
        server.add_flags([uid], [SEEN, FLAGGED], silent=True)

    @contextmanager
    def _logged_in(self) -> Iterator[IMAPClient]:
        source = self.source
        trusted = ssl.create_default_context() if source.security != "none" else None
        with_tls = source.security == "tls"
        server = IMAPClient(source.host, source.port, ssl=with_tls, ssl_context=trusted, timeout=CONNECT_SECONDS)
        with hung_up_after(ROUND_SECONDS, server.socket()):
            try:
                if source.security == "starttls":
                    server.starttls(trusted)
                server.login(source.user, source.password)
                yield server
            finally:
                with suppress(IMAPClientError, OSError):
                    server.logout()

    def _tell(self, trouble: str) -> None:
        try:
            note_look(trouble=trouble)
        except (DatabaseError, InterfaceError):
            connection.close()


def _beside_others(server: IMAPClient) -> str:
    """With the prefix that this server wants (“INBOX.”, for one)."""
    try:
        prefix = server.namespace().personal[0][0] if server.has_capability("NAMESPACE") else ""
    except (IMAPClientError, IndexError, TypeError):
        prefix = ""
    return f"{prefix}{ASIDE}"
