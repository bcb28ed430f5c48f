import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum.inbound import lmtp
from forum.inbound.mailbox import MailboxTrouble, Reader
from forum.mail_source import LocalSocket


class Command(BaseCommand):
    help = "Takes in mail as INBOUND_URL says (bounces, complaints, answers by mail), until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="read the mailbox once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        source = settings.INBOUND
        if source is None:
            raise CommandError("INBOUND_URL is not set: no mail is read. docs/operations.md says how.")
        if isinstance(source, LocalSocket):
            if options["once"]:
                raise CommandError("--once is for a mailbox; to a socket the mail server brings the mail.")
            self._listen(source)
            return
        reader = Reader(source)
        if options["once"]:
            try:
                handled = reader.read_once()
            except MailboxTrouble as trouble:
                raise CommandError(f"The mailbox cannot be read: {trouble}.") from None
            self.stdout.write(f"{handled} mails handled")
        else:
            _stop_on_signals(reader.stopping)
            reader.run()

    def _listen(self, source: LocalSocket) -> None:
        stopping = threading.Event()
        _stop_on_signals(stopping)
        try:
            lmtp.serve(source.path, stopping=stopping)
        except lmtp.SocketInUse:
            raise CommandError(f"Somebody listens at {source.path} already.") from None
        except OSError as fault:
            raise CommandError(f"Cannot listen at {source.path}: {fault.strerror}.") from None


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        # From a thread: the lock inside the event may be held by the very line that was interrupted.
        threading.Thread(target=stopping.set).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
