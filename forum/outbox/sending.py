"""Send what is due: claim, build, hand over, note what became of it. One mail at a time, each on its own."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.module_loading import import_string

from forum.outbox import envelope, queue
from forum.outbox.actions import suppress
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.outbox.transports import NotAccepted, Transport, transport

log = logging.getLogger(__name__)
Builder = Callable[[list[OutgoingMail]], Letter]


def send_due(limit: int | None = None, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Send until nothing is due, `limit` mails were handled, or `stop` says so. Returns how many were handled.

    May run in any number of processes at once. Killed at any point, nothing is lost: the lease ends and the mail is
    sent again with the same Message-ID.
    """
    if not queue.anything_due():
        return 0
    handled = 0
    carrier = transport()
    try:
        while (limit is None or handled < limit) and not stop():
            claim = queue.claim()
            if claim is None:
                break
            _send(claim, carrier)
            handled += 1
    finally:
        carrier.close()
    return handled


def _send(claim: queue.Claim, carrier: Transport) -> None:
    try:
        build: Builder = import_string(settings.OUTBOX_BUILDERS[claim.kind])
        letter = build(claim.rows)
        receiver = envelope.deliverable(claim.lead.address)
        message = envelope.compose(letter, to=receiver, message_id=letter.message_id, now=timezone.now())
    except NothingToSay as why:
        queue.note_end(claim, status=queue.Status.CANCELLED, reason=str(why))
        return
    except (OperationalError, InterfaceError) as fault:  # not the letter's fault: the database was away
        queue.note_retry(claim, reason=f"database did not answer ({type(fault).__name__})")
        return
    except Exception as fault:  # noqa: BLE001  one letter that cannot be built must not keep the others
        # The class only: its words may hold what a reader typed.
        log.error("mail %s cannot be built: %s", claim.lead.pk, type(fault).__name__)
        queue.note_end(claim, status=queue.Status.FAILED, reason=f"cannot be built: {type(fault).__name__}")
        return
    try:
        carrier.send(claim.lead.pk, envelope.bounce_address(claim.lead.pk), receiver, message)
    except NotAccepted as refusal:
        log.warning("mail %s not accepted: %s", claim.lead.pk, refusal)
        if refusal.no_such_address:
            suppress(claim.lead.address, because=str(refusal), now=timezone.now())
        if refusal.for_good:
            queue.note_end(claim, status=queue.Status.FAILED, reason=str(refusal))
        else:
            queue.note_retry(claim, reason=str(refusal))
        return
    queue.note_sent(claim, left_out=letter.left_out, message_id=letter.message_id)
