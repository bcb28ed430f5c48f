"""Something waits -> one row in the outbox for each moderator who wants to hear it, at most one a quarter of an hour."""

from datetime import datetime

from django.utils import timezone

from forum.moderation import queues
from forum.moderation.actions import appealing, claim_news, moderator_of
from forum.moderation.actions.preferring import AT_MOST_EVERY, wants_mail


def tell_moderators(now: datetime | None = None) -> int:
    """For the worker; may run twice and in two workers at once. Returns how many mails were queued."""
    now = now or timezone.now()
    waiting = queues.what_waits()
    if not any(waiting):
        return 0
    told = 0
    for user in appealing.moderators():
        known = moderator_of(user)
        if not wants_mail(user, known.mail_waiting):
            continue
        if known.mailed_at and now - known.mailed_at < AT_MOST_EVERY:
            continue
        news = (known.told_reaction < waiting.reaction, known.told_report < waiting.report)
        if any(news) or known.told_appeal < waiting.appeal:
            first = queues.first_after(known.told_reaction) or waiting.first
            told += claim_news(user, waiting._replace(first=first), now=now)
    return told
