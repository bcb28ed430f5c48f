"""A published reaction -> one row in the outbox for each follower; a question -> one more for each author who is asked.
May run twice, or by two workers at once.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Article, Author
from forum.batches import let_others_write
from forum.cleaning import Refused, clean_email
from forum.outbox.actions import enqueue, locked_address
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.subscriptions.batches import BATCH
from forum.subscriptions.digests import DIGEST_SQL, DUE_SQL, moments_due
from forum.subscriptions.models import Scope, Subscription


def announce_due() -> int:
    """Announce what was published since, oldest first; returns how many reactions. A closed door waits (P23)."""
    public = Reaction.objects.unannounced().filter(
        article__status=Article.Status.PUBLISHED, article__published_at__lte=timezone.now()
    )
    announced = 0
    for reaction in public.defer("html"):
        announced += announce(reaction)
    return announced


def announce(reaction: Reaction) -> bool:
    """Queue this reaction's mails in batches, then note that it is done. False when it was not to be announced."""
    this = Reaction.objects.unannounced().filter(pk=reaction.pk)
    clock = this.annotate(clock=Now()).order_by().values_list("clock", flat=True).first()
    if clock is None:
        return False
    branch = _subscriptions_above(reaction)
    last, followers = 0, Subscription.objects
    while (upto := followers.end_of_batch("article", reaction.article_id, after=last, size=BATCH)) is not None:
        if last:
            let_others_write()
        with transaction.atomic():
            _queue(reaction, branch, last, upto, clock)
        last = upto
    if reaction.is_question:
        _queue_for_authors(reaction)
    return bool(this.order_by().update(announced_at=timezone.now()))


def _subscriptions_above(reaction: Reaction) -> list[int]:
    """Subscriptions of those whose own reaction stands above this one: their news is its branch."""
    if reaction.parent_id is None:
        return []
    above = Reaction.objects.filter(article=reaction.article_id, thread_no=reaction.thread_no)
    # Below 32 levels the path no longer names the parent.
    found = above.filter(reply_no__in=reaction.numbers_above) | above.filter(pk=reaction.parent_id)
    return sorted(set(found.exclude(subscription=None).values_list("subscription_id", flat=True)))


def _queue(reaction: Reaction, branch: list[int], after: int, upto: int, clock: datetime) -> None:
    """One statement, so that a follower who leaves meanwhile is either in or out; the reaction must still be there."""
    due = moments_due(clock)
    marks = ", ".join(["%s"] * len(branch)) or "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO outbox_outgoingmail
                (kind, address_id, subscription_id, event_id, status, reason, attempts, message_id,
                 digest, due_at, created_at)
            SELECT 'reaction', s.address_id, s.id, r.id, 'queued', '', 0, '', {DIGEST_SQL}, {DUE_SQL}, %s
            FROM subscriptions_subscription s
            JOIN outbox_address a ON a.id = s.address_id
            JOIN reactions_reaction r ON r.id = %s AND r.status = 'published'
            LEFT JOIN subscriptions_subscription poster ON poster.id = r.subscription_id
            WHERE s.article_id = %s AND s.id > %s AND s.id <= %s
              AND s.confirmed_at IS NOT NULL AND s.ended_at IS NULL AND a.suppressed_at IS NULL
              AND s.frequency <> 'paused'
              AND (poster.id IS NULL OR poster.address_id <> s.address_id)
              AND (s.scope = %s OR s.id IN ({marks}))
            ORDER BY s.id
            ON CONFLICT (kind, subscription_id, event_id) DO NOTHING
            """,
            [*due, due[-1], reaction.pk, reaction.article_id, after, upto, Scope.ARTICLE, *branch],
        )


def _queue_for_authors(question: Reaction) -> None:
    """For each author with a login who wants to hear it. Whether there is still something to answer is looked at when
    the mail is built. One transaction for each: who holds two addresses may wait for somebody who holds them too.
    """
    asker = Subscription.objects.filter(reactions=question).values_list("address", flat=True).first()
    authors = Author.objects.filter(bylines__article=question.article_id, mail_questions=True, user__is_active=True)
    for author in authors.select_related("user"):
        assert author.user is not None  # an active one was asked for
        try:
            email = clean_email(author.user.email)
        except Refused:
            continue
        if not email:
            continue
        with transaction.atomic():
            address = locked_address(email)
            if address.pk != asker:
                enqueue(
                    kind=OutgoingMail.Kind.QUESTION,
                    address=address,
                    subscription_id=author.pk,
                    event_id=question.pk,
                    now=timezone.now(),
                )
