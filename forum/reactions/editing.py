"""Changing what a reaction says. docs/decisions/0019-whose-words.md."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from articles.models import Discussion
from forum import text
from forum.reactions import naming, placing
from forum.reactions.actions import (
    AlreadyDecided,
    ReactionError,
    fingerprint,
    is_known,
    lock,
    open_discussion,
    strictest,
)
from forum.reactions.models import FREE, Reaction
from forum.spam import actions as spam
from forum.spam.memory import Memory, recall
from forum.spam.screening import Outcome, Submission, Verdict, screen

MOST_EDITIONS = 20
Status = Reaction.Status


class TooManyChanges(ReactionError):
    """It was changed MOST_EDITIONS times."""


def edit_reaction(
    reaction: Reaction, *, website: str, body: str, same_origin: bool = True, now: datetime | None = None
) -> Reaction:
    """Let a published or waiting reaction say something else. The strings must come out of forum.cleaning.

    The new words are judged like any post. What they would hold back is hidden until a moderator has looked; what
    waits goes on waiting, with the new reasons beside the old. What it said before is kept in an Edition. Followers are
    not told again. Raises Closed, AlreadyDecided (also when its words are no longer those of the row that is given),
    TooManyChanges.
    """
    now = now or timezone.now()
    if (reaction.website, reaction.body) == (website, body):
        return reaction
    discussion = open_discussion(reaction.article)
    verdict = _judge(reaction, discussion, website=website, body=body, same_origin=same_origin)
    words = text.reader_html(body)

    with transaction.atomic():
        discussion = lock(reaction, Status.PUBLISHED, Status.HELD)
        open_discussion(reaction.article)
        if reaction.editions.count() >= MOST_EDITIONS:
            raise TooManyChanges
        reaction.editions.create(website=reaction.website, body=reaction.body, until=now)
        reaction.website, reaction.body, reaction.edited_at = website, body, now
        reaction.fingerprint = fingerprint(reaction)
        columns = ["website", "body", "edited_at", "fingerprint"]
        if not _is_free(reaction, now):
            reaction.corrected_at = now
            columns.append("corrected_at")
        spam.note_posted(body, place=reaction.article_id, now=now)
        if reaction.status == Status.HELD:
            reaction.held_because = [*dict.fromkeys([*reaction.held_because, *verdict.reasons])]
            reaction.save(update_fields=[*columns, "held_because"])
        elif verdict.outcome == Outcome.HOLD:
            reaction.held_because, reaction.hidden_at = verdict.reasons, now
            reaction.save(update_fields=[*columns, "hidden_at"])
            placing.take_away(reaction, discussion, status=Status.HELD, reason="")
        else:
            placing.reword(reaction, *columns, words=words)
            placing.note_reworded(discussion)
    return reaction


def seen(reaction: Reaction) -> str:
    """What a form was opened with, so that its answer can tell whether it still stands."""
    return f"{reaction.status}-{reaction.edited_at.timestamp() if reaction.edited_at else 0}"


def confirm_seen(reaction: Reaction, token: str) -> None:
    """Raises AlreadyDecided when a form was opened before somebody else changed or decided."""
    if seen(reaction) != token:
        raise AlreadyDecided(reaction)


def is_free_until(reaction: Reaction) -> datetime:
    return reaction.created_at + FREE


def _is_free(reaction: Reaction, now: datetime) -> bool:
    """Nobody can have built on what it said: never public, or for a short while only and without an answer."""
    if reaction.thread_no is None:
        return True
    answered = Reaction.objects.filter(parent=reaction, thread_no__isnull=False).exists()
    return now < is_free_until(reaction) and not answered


def _judge(reaction: Reaction, discussion: Discussion, *, website: str, body: str, same_origin: bool) -> Verdict:
    by_staff = reaction.by_author or reaction.by_editors
    place = reaction.article_id
    return screen(
        Submission(
            name=reaction.name,
            website=website,
            body=body,
            mode=strictest(settings.MODERATION, discussion.state),
            known_reader=is_known(reaction),
            by_staff=by_staff,
            same_origin=same_origin,
            protected_names=naming.protected_names(),
            language=reaction.article.language,
            memory=Memory() if by_staff else recall(name=reaction.name, website=website, body=body, place=place),
        ),
        without=settings.SPAM_RULES_OFF,
    )
