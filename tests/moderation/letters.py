"""Mail as it really goes: what was queued is due, the outbox sends it, a mail server keeps it."""

import re
from email.message import EmailMessage

from django.db.models.functions import Now

from forum.outbox.models import OutgoingMail
from forum.outbox.sending import send_due
from tests.mailserver import Keeper, text_of


def send_now() -> None:
    """Second thoughts are over."""
    OutgoingMail.objects.filter(status="queued").update(due_at=Now())
    send_due()


def only_mail(keeper: Keeper, to: str) -> EmailMessage:
    [message] = keeper.to(to)
    return message


def paths_in(message: EmailMessage) -> list[str]:
    return re.findall(r"https?://[^/\s]+(/[^\s<>\"#]*)", text_of(message))
