"""What a service thinks of a reaction that was posted (forum.spam.akismet). A moderator who decided is not contradicted."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from forum.reactions.actions import AlreadyDecided, hold_again
from forum.reactions.models import Reaction
from forum.spam import actions as spam
from forum.spam import akismet
from forum.spam.models import ServiceCheck
from forum.webaddress import absolute

log = logging.getLogger(__name__)
REASON = "akismet"
PER_ROUND = 10
LEASE = timedelta(minutes=1)
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))  # then nobody is asked
Status = Reaction.Status


def ask_service() -> int:
    """Ask what is due; stops at the first failure, for then the service is away. May run beside another. Returns how many."""
    if not settings.AKISMET_KEY:
        return 0
    asked = 0
    for check in ServiceCheck.objects.filter(due_at__lte=timezone.now()).order_by("due_at")[:PER_ROUND]:
        ours = ServiceCheck.objects.filter(pk=check.pk, due_at=check.due_at)
        if not ours.update(due_at=timezone.now() + LEASE, tries=F("tries") + 1):
            continue  # another worker has it
        try:
            _ask(check.subject)
        except akismet.NoAnswer as fault:
            _put_off(check, fault)
            break
        check.delete()
        asked += 1
    return asked


def _ask(reaction_id: int) -> None:
    waiting_or_shown = Reaction.objects.filter(status__in=(Status.HELD, Status.PUBLISHED))
    reaction = waiting_or_shown.select_related("article").filter(pk=reaction_id).first()
    if reaction is None or spam.is_decided(reaction_id):
        return
    is_spam = akismet.takes_for_spam(
        name=reaction.name,
        website=reaction.website,
        body=reaction.body,
        permalink=absolute(reaction.get_absolute_url()),
        language=reaction.language,
        is_reply=reaction.parent_id is not None,
    )
    if is_spam:
        _hold(reaction)


def _hold(reaction: Reaction) -> None:
    """Whatever happened meanwhile."""
    with transaction.atomic():
        held = Reaction.objects.select_for_update().filter(pk=reaction.pk, status=Status.HELD).first()
        if held:
            if REASON not in held.held_because:
                held.held_because.append(REASON)
                held.save(update_fields=["held_because"])
            return
    if spam.is_decided(reaction.pk):
        return
    reaction.refresh_from_db(fields=["status"])
    try:
        hold_again(reaction, because=[REASON])
    except AlreadyDecided:
        pass


def _put_off(check: ServiceCheck, fault: akismet.NoAnswer) -> None:
    ours = ServiceCheck.objects.filter(pk=check.pk)
    if check.tries < len(RETRY_AFTER):
        ours.update(due_at=timezone.now() + RETRY_AFTER[check.tries])
        return
    log.warning("Akismet was not asked about reaction %s: %s", check.subject, fault)
    ours.delete()
