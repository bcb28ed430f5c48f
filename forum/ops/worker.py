"""Work outside the request. The tables are the queue (docs/decisions/0005): ask what is due, do it, ask again."""

import logging
import signal
import threading
import time
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from forum.outbox.sending import send_due
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.reactions.rendering import HTML_VERSION, remake_parts
from forum.subscriptions.actions import erase_unconfirmed

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.5
MAILS_PER_ROUND = 100  # then new reactions are looked at again
PARTS_PER_ROUND = 200
TIDY_EVERY_SECONDS = 3600


class Worker:
    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.tidied_at = float("-inf")

    def stop_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def run(self) -> None:
        """Until told to stop; a fault of the database is waited out."""
        while not self.stopping.is_set():
            try:
                busy = self.work_once()
            except (DatabaseError, InterfaceError) as fault:
                log.warning("the database does not answer (%s); trying again", type(fault).__name__)
                connection.close()
                busy = False
            if not busy:
                close_old_connections()
                self.stopping.wait(IDLE_SECONDS)

    def run_until_idle(self) -> None:
        while self.work_once():
            pass

    def work_once(self) -> bool:
        """One round; False when there was nothing to do."""
        announced = announce_due()
        sent = send_due(MAILS_PER_ROUND, stop=self.stopping.is_set)
        remade = remake_old_parts()
        if time.monotonic() - self.tidied_at > TIDY_EVERY_SECONDS:
            erase_unconfirmed(timezone.now())
            self.tidied_at = time.monotonic()
        return bool(announced or sent or remade)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()


def remake_old_parts() -> int:
    """After a change of the template: make the next lot of stored parts again."""
    old = Reaction.objects.filter(thread_no__isnull=False, html_version__lt=HTML_VERSION)
    return remake_parts(old.select_related("article", "parent").order_by("pk")[:PARTS_PER_ROUND])
