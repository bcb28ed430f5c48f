"""Stop mail to an address by hand, and allow it again: written down with who did it and why."""

import json
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from forum.cleaning import email_key
from forum.outbox.actions import lift_suppression, locked_address, suppress
from forum.outbox.models import Address

STOPPED, ALLOWED = "stopped", "allowed"
CHANGES = {STOPPED: _("no mail any more"), ALLOWED: _("mail again")}
BY_HAND = "by hand: "


@transaction.atomic
def stop_mail(email: str, *, reason: str, by: User, now: datetime) -> Address:
    """Also to an address that we have never mailed. What waits for it ends. May run twice."""
    address = locked_address(email)
    suppress(address, because=BY_HAND + reason, now=now)
    _log(address, STOPPED, reason, by)
    return address


@transaction.atomic
def allow_mail(address: Address, *, reason: str, by: User) -> None:
    """What came back before counts no longer."""
    lift_suppression(address)
    _log(address, ALLOWED, reason, by)


def find_address(email: str) -> Address | None:
    return Address.objects.filter(key=email_key(email)).first()


def told(entry: LogEntry) -> tuple[str, str]:
    """(what, reason) as written below; of an entry of Django's admin ("", "")."""
    if not entry.change_message.startswith("{"):
        return "", ""
    words = json.loads(entry.change_message)
    return words.get("what", ""), words.get("reason", "")


def _log(address: Address, what: str, reason: str, by: User) -> None:
    words = json.dumps({"what": what, "reason": reason})
    LogEntry.objects.log_actions(by.pk, [address], CHANGE, change_message=words, single_object=True)
