"""Mail that somebody waits for with a page open, and that holds a secret: the code to log in with, an invitation.

It goes past the queue, which would keep the secret and where news for a thousand followers may stand before it.

Neither the answer nor how long it takes may tell whether an address is known (PROMISES P18). So the line to the mail
server is opened for everybody, a mail is made for everybody, and what goes over the line goes after the answer.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from forum.cleaning import email_key
from forum.outbox import envelope
from forum.outbox.letters import Letter
from forum.outbox.models import Address
from forum.outbox.transports import NotAccepted, transport

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 10.0  # somebody waits
THREAD_NAME = "urgent-mail"

Built = Callable[[], Letter]  # its message_id is given here


class Line:
    """An open line to where mail goes; for one hand-over, then it is closed."""

    def __init__(self) -> None:
        """Raises NotAccepted when the mail server is away."""
        self.carrier = transport(timeout=PATIENCE_SECONDS)
        self.carrier.open()

    def send(self, build: Built, *, to: str) -> None:
        """Returns once it was taken. Raises NotAccepted."""
        try:
            self._send(build, to)
        finally:
            self.carrier.close()

    def send_soon(self, build: Built, *, to: str | None) -> None:
        """After the answer. What goes wrong is logged, without the address. `to` None: it is made and not sent."""
        threading.Thread(target=self._send_quietly, args=[build, to], name=THREAD_NAME, daemon=True).start()

    def _send_quietly(self, build: Built, to: str | None) -> None:
        try:
            self._send(build, to)
        except NotAccepted as refusal:
            log.warning("urgent mail not accepted: %s", refusal)
        except Exception as fault:  # noqa: BLE001  nobody is above us to hear of it
            log.error("urgent mail cannot be built: %s", type(fault).__name__)  # its words may hold the secret
        finally:
            self.carrier.close()

    def _send(self, build: Built, to: str | None) -> None:
        number = time.time_ns()  # also the name of the file in the local mailbox; the queue's mails have small numbers
        email = to or settings.MAIL_FROM
        receiver = envelope.deliverable(Address(email=email, key=email_key(email)))
        message_id = envelope.urgent_message_id(number)
        message = envelope.compose(build(), to=receiver, message_id=message_id, now=timezone.now())
        if to:
            self.carrier.send(number, envelope.bounce_address(number), receiver, message)
