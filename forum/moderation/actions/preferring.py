"""What one moderator wants of the desk, and whose turn it is to be told that something waits."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q

from forum.accounts.roles import Role, roles_of
from forum.cleaning import Refused, clean_email
from forum.moderation.models import Moderator
from forum.outbox.actions import enqueue, locked_address
from forum.outbox.models import OutgoingMail

AT_MOST_EVERY = timedelta(minutes=15)


class Waiting(NamedTuple):
    """The newest of each kind that waits for somebody; 0 for none. `first`: of the reactions."""

    reaction: int
    report: int
    appeal: int
    first: int


def moderator_of(user: User) -> Moderator:
    """The row, or what would be in it."""
    return Moderator.objects.filter(pk=user.pk).first() or Moderator(user=user)


def wants_mail(user: User, chosen: bool | None) -> bool:
    return Role.MODERATOR in roles_of(user) if chosen is None else chosen


def choose_shortcuts(user: User, *, wanted: bool) -> None:
    Moderator.objects.update_or_create(pk=user.pk, defaults={"shortcuts": wanted})


def choose_mail(user: User, *, wanted: bool) -> None:
    Moderator.objects.update_or_create(pk=user.pk, defaults={"mail_waiting": wanted})


def claim_news(user: User, waiting: Waiting, *, now: datetime) -> bool:
    """Queue the mail to one moderator, unless there is nothing new, or he had one less than a quarter of an hour ago.

    A conditional update claims it, so of two workers one does.
    """
    try:
        email = clean_email(user.email)
    except Refused:
        return False
    if not email:
        return False
    with transaction.atomic():
        Moderator.objects.bulk_create([Moderator(pk=user.pk)], ignore_conflicts=True)
        news = (
            Q(told_reaction__lt=waiting.reaction)
            | Q(told_report__lt=waiting.report)
            | Q(told_appeal__lt=waiting.appeal)
        )
        rested = Q(mailed_at=None) | Q(mailed_at__lte=now - AT_MOST_EVERY)
        claimed = Moderator.objects.filter(news, rested, pk=user.pk).update(
            mails=F("mails") + 1,
            mailed_at=now,
            first_untold=waiting.first,
            told_reaction=waiting.reaction,
            told_report=waiting.report,
            told_appeal=waiting.appeal,
        )
        if claimed:
            enqueue(
                kind=OutgoingMail.Kind.WAITING,
                address=locked_address(email),
                subscription_id=user.pk,
                event_id=Moderator.objects.values_list("mails", flat=True).get(pk=user.pk),
                now=now,
            )
    return bool(claimed)
