"""Somebody decides: a moderator, the reports of many readers, its writer."""

from django.db import transaction
from django.utils import timezone

from forum.reactions import placing
from forum.reactions.actions.locking import lock
from forum.reactions.models import Reaction
from forum.spam import actions as spam

Status = Reaction.Status


def approve(reaction: Reaction) -> Reaction:
    """Publish a held, refused or spam reaction; numbers are given the first time, later it returns to its place.

    Raises Closed never: moderators may.
    """
    with transaction.atomic():
        discussion = lock(reaction, Status.HELD, Status.REFUSED, Status.SPAM)
        if reaction.thread_no is not None:
            placing.put_back(reaction, discussion)
        else:
            _forget_decision(reaction)
            reaction.published_at = now = timezone.now()
            placing.place(reaction, discussion, now=now)
        _teach(reaction, as_spam=False)
    return reaction


def hold_again(reaction: Reaction, *, because: list[str]) -> Reaction:
    """Hide a published reaction until a moderator has looked at it; its place is kept. `because`: see spam.reasons."""
    with transaction.atomic():
        discussion = lock(reaction, Status.PUBLISHED)
        reaction.held_because, reaction.hidden_at = because, timezone.now()
        reaction.save(update_fields=["held_because", "hidden_at"])
        placing.take_away(reaction, discussion, status=Status.HELD, reason="")
    return reaction


def refuse(
    reaction: Reaction, *, reason: str = "", ground: str | None = None, as_spam: bool = False, teach_spam: bool = False
) -> Reaction:
    """Keep a held reaction off the page. One that was published before counts as removed, unless it is spam.

    `teach_spam`: the filter learns it as spam, whatever it is called.
    """
    with transaction.atomic():
        discussion = lock(reaction, Status.HELD)
        _note_decision(reaction, reason=reason, ground=ground)
        if reaction.thread_no is not None:
            placing.leave_away(reaction, discussion, status=Status.SPAM if as_spam else Status.REMOVED, reason=reason)
        else:
            reaction.status = Status.SPAM if as_spam else Status.REFUSED
            reaction.save(update_fields=["status", *placing.DECIDED])
        if as_spam or teach_spam:
            _teach(reaction, as_spam=True)
    return reaction


def remove(
    reaction: Reaction, *, reason: str = "", ground: str | None = None, as_spam: bool = False, teach_spam: bool = False
) -> Reaction:
    """Take a published reaction away; a tombstone stays while a shown answer hangs below it."""
    with transaction.atomic():
        discussion = lock(reaction, Status.PUBLISHED)
        _note_decision(reaction, ground=ground)
        placing.take_away(reaction, discussion, status=Status.SPAM if as_spam else Status.REMOVED, reason=reason)
        if as_spam or teach_spam:
            _teach(reaction, as_spam=True)
        else:
            spam.unlearn(reaction.pk)
    return reaction


def wait_again(reaction: Reaction) -> Reaction:
    """A decision is taken back, so it waits for another one; what stands on the page is hidden again."""
    if reaction.status == Status.PUBLISHED:
        with transaction.atomic():
            hold_again(reaction, because=reaction.held_because)
            spam.unlearn(reaction.pk)
        return reaction
    with transaction.atomic():
        discussion = lock(reaction, Status.REFUSED, Status.SPAM, Status.REMOVED)
        _forget_decision(reaction)
        if reaction.thread_no is not None:
            placing.leave_away(reaction, discussion, status=Status.HELD, reason="")
        else:
            reaction.status = Status.HELD
            reaction.save(update_fields=["status", *placing.DECIDED])
        spam.unlearn(reaction.pk)
    return reaction


def confirm_as_seen(reaction: Reaction) -> Reaction:
    """Inside the caller's transaction: nobody changes it before the end. Raises AlreadyDecided."""
    lock(reaction, *Status.values)
    return reaction


def withdraw(reaction: Reaction) -> Reaction:
    """Its writer takes it back, also while it waits. Cannot be undone."""
    with transaction.atomic():
        discussion = lock(reaction, Status.PUBLISHED, Status.HELD)
        if reaction.is_held_again:
            placing.leave_away(reaction, discussion, status=Status.WITHDRAWN, reason="")
        elif reaction.status == Status.HELD:
            reaction.status = Status.WITHDRAWN
            reaction.save(update_fields=["status"])
        else:
            placing.take_away(reaction, discussion, status=Status.WITHDRAWN, reason="")
        spam.unlearn(reaction.pk)
    return reaction


def restore(reaction: Reaction) -> Reaction:
    """Show a removed reaction again, in the place it had."""
    with transaction.atomic():
        discussion = lock(reaction, Status.REMOVED)
        placing.put_back(reaction, discussion)
        _teach(reaction, as_spam=False)
    return reaction


def _teach(reaction: Reaction, *, as_spam: bool) -> None:
    spam.learn(reaction.pk, name=reaction.name, website=reaction.website, body=reaction.body, as_spam=as_spam)


def _forget_decision(reaction: Reaction) -> None:
    reaction.decision_reason, reaction.decision_ground, reaction.decided_at = "", None, None


def _note_decision(reaction: Reaction, *, reason: str = "", ground: str | None = None) -> None:
    reaction.decision_reason, reaction.decision_ground, reaction.decided_at = reason, ground, timezone.now()
