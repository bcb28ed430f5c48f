"""Mail services that tell us by a request of theirs what came back, read by anymail (docs/decisions/0023).

The receiver that a message names is not looked at. Which mail it was tells a header that we gave the mail, with the seal
of its envelope sender; every service hands such a header back in a way of its own.
"""

import re
from datetime import datetime

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest

from forum.outbox.bounces import record_bounce, record_complaint
from forum.outbox.envelope import SERVICE_KEY, bounced_mail
from forum.outbox.models import Bounce

ENHANCED = re.compile(r"(?<![0-9.])[245]\.[0-9]{1,3}\.[0-9]{1,3}(?!\.?[0-9])")
BASIC = re.compile(r"(?<![0-9.])([45])[0-9]{2}(?![0-9.])")
# The service did not even try, and not because of us: it knows that mail does not arrive there.
GIVEN_UP = (RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.TIMED_OUT)
VIEWS = {
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
}


class NotOurService(Exception):
    """Whoever asks does not know the secret."""


class Unreadable(Exception):
    """Nothing that this service says."""


def read(request: HttpRequest) -> list[AnymailTrackingEvent]:
    """Raises NotOurService, Unreadable. The views of anymail would send a signal for each; here they only read."""
    is_signed = settings.MAIL_SERVICE == "mailgun"  # the others log in, with name and password
    secret = {"webhook_signing_key" if is_signed else "webhook_secret": settings.MAIL_WEBHOOK_SECRET}
    view = VIEWS[settings.MAIL_SERVICE](**secret)
    try:
        view.run_validators(request)
        found: list[AnymailTrackingEvent] = view.parse_events(request)
    except AnymailWebhookValidationFailure:
        raise NotOurService from None
    except (AnymailError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable from None
    return found


def note(event: AnymailTrackingEvent, *, now: datetime) -> None:
    """Write down a bounce or a complaint; anything else is no news to us. May run twice."""
    mail_id = _mail_of(event)
    if mail_id is None:
        return
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        record_complaint(mail_id, source=Bounce.Source.WEBHOOK, now=now)
    elif event.event_type == EventType.BOUNCED or (
        event.event_type == EventType.REJECTED and event.reject_reason in GIVEN_UP
    ):
        record_bounce(mail_id, status=status_in(f"{event.mta_response or ''}"), source=Bounce.Source.WEBHOOK, now=now)


def _mail_of(event: AnymailTrackingEvent) -> int | None:
    value = event.metadata.get(SERVICE_KEY) if isinstance(event.metadata, dict) else None
    return bounced_mail(value) if isinstance(value, str) else None


def status_in(answer: str) -> str:
    """The status in what a mail server answered: "550 5.1.1 no such user" -> 5.1.1, "550 no" -> 5.0.0, else ""."""
    if found := ENHANCED.search(answer[:1000]):
        return found[0]
    basic = BASIC.search(answer[:1000])
    return f"{basic[1]}.0.0" if basic else ""
