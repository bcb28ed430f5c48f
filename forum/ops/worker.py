"""Work outside the request. The tables are the queue (docs/decisions/0005): ask what is due, do it, ask again."""

import logging
import signal
import time
import traceback
from collections.abc import Callable
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from articles import illustrating, social
from articles.actions import publish_due
from articles.sweeping import Sweeper
from articles.websub import tell_hub
from forum.accounts.actions import forget_sessions
from forum.inbound.actions import forget_inbound
from forum.mine.actions import erase_due, forget_links
from forum.moderation.actions import forget_exhibits, record_hidings, record_refusals
from forum.moderation.notify import tell_moderators
from forum.ops import health
from forum.outbox.bounces import forget_bounces
from forum.outbox.retention import forget_mails
from forum.outbox.sending import send_due
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.reactions.owning import keep_proofs
from forum.reactions.rendering import HTML_VERSION, remake_parts
from forum.reactions.retention import forget_clients
from forum.reactions.second_opinions import ask_service
from forum.reports.actions import settle_withdrawn
from forum.reports.retention import forget_reporters
from forum.spam.actions import calibrate_due, forget_old
from forum.subscriptions.actions import erase_unconfirmed
from forum.subscriptions.notify import announce_articles_due

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.5
MAILS_PER_ROUND = 100  # then new reactions are looked at again
SECONDS_PER_ROUND = 30  # the same, when the mail server is slow
PARTS_PER_ROUND = 200
TIDY_EVERY_SECONDS = 3600
TELL_EVERY_SECONDS = 10  # moderators; who was told a moment ago is not told again anyway


class Worker:
    def __init__(self) -> None:
        self.stopping = False
        self.tidied_at = self.beat_at = self.told_at = float("-inf")
        self.sweeper = Sweeper()

    def stop_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def run(self) -> None:
        """Until told to stop. A fault in one kind of work is waited out and does not keep the others from being done."""
        while not self.stopping:
            busy = [self._done(work) for work in self.kinds_of_work() if not self.stopping]
            if not any(busy) and not self.stopping:
                close_old_connections()
                time.sleep(IDLE_SECONDS)
        self._done(self._rest)

    def run_until_idle(self) -> None:
        while self.work_once():
            pass

    def work_once(self) -> bool:
        """One round; False when there was nothing to do."""
        return sum(work() for work in self.kinds_of_work()) > 0

    def kinds_of_work(self) -> tuple[Callable[[], int], ...]:
        """Each does a bounded piece and returns how much it did."""
        return (
            *(self._beat, publish_now, ask_service, announce_due, announce_articles_due),
            *(settle_withdrawn, record_hidings, record_refusals, self._tell, self._send, tell_hub),
            *(illustrating.make_due, social.make_due, remake_old_parts, calibrate_due, erase_due, self._tidy),
        )

    def _done(self, work: Callable[[], int]) -> int:
        """Of a fault only the kind and the place are logged: its words may hold what a reader typed."""
        try:
            return work()
        except (DatabaseError, InterfaceError) as fault:
            log.warning("the database does not answer (%s); trying again", type(fault).__name__)
            connection.close()
        except Exception as fault:  # noqa: BLE001  the worker goes on; what failed comes again
            place = traceback.extract_tb(fault.__traceback__)[-1]
            log.error("%s in %s, line %s; trying again", type(fault).__name__, place.filename, place.lineno)
        return 0

    def _send(self) -> int:
        end = time.monotonic() + SECONDS_PER_ROUND
        return send_due(MAILS_PER_ROUND, stop=lambda: self.stopping or time.monotonic() > end)

    def _beat(self) -> int:
        if time.monotonic() - self.beat_at > health.BEAT_SECONDS:
            health.beat()
            self.beat_at = time.monotonic()
        return 0

    def _tell(self) -> int:
        if time.monotonic() - self.told_at < TELL_EVERY_SECONDS:
            return 0
        self.told_at = time.monotonic()
        return tell_moderators()

    def _rest(self) -> int:
        health.rest()
        return 0

    def _tidy(self) -> int:
        if time.monotonic() - self.tidied_at > TIDY_EVERY_SECONDS:
            forget_reporters(timezone.now())  # before the addresses that nothing needs any more
            keep_proofs(timezone.now())  # before the subscriptions go that proved it
            erase_unconfirmed(timezone.now())
            forget_links(timezone.now())
            forget_clients(timezone.now())
            forget_sessions()
            forget_old(timezone.now())
            forget_exhibits(timezone.now())
            forget_inbound(timezone.now())
            forget_bounces(timezone.now())
            forget_mails(timezone.now())
            self.tidied_at = time.monotonic()
            self.sweeper.sweep()
        return 0

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True  # a plain value: a lock taken in a signal handler may never be given back


def publish_now() -> int:
    """What was scheduled and is due."""
    return publish_due(timezone.now())


def remake_old_parts() -> int:
    """After a change of the template: make the next lot of stored parts again."""
    old = Reaction.objects.filter(thread_no__isnull=False, html_version__lt=HTML_VERSION)
    return remake_parts(old.select_related("article", "parent")[:PARTS_PER_ROUND])
