"""A new article -> one row in the outbox for each follower of its section or of one of its authors. May run twice, or by
two workers at once. Who follows both has a row for each; when the mail is built, the second says nothing any more.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from articles.models import Article, Byline
from forum.batches import let_others_write
from forum.subscriptions.batches import BATCH
from forum.subscriptions.digests import DIGEST_SQL, DUE_SQL, moments_due
from forum.subscriptions.models import Column, Subscription

AT_ONCE = 20  # articles that one round of the worker announces
NEWS_FOR = timedelta(hours=72)  # what was published longer ago, by its date, is an import or came back: no news


def announce_articles_due() -> int:
    """Announce what became public since, oldest first; returns how many articles."""
    due = Article.objects.filter(status=Article.Status.PUBLISHED, announced_at=None, published_at__lte=Now())
    return sum(
        announce_article(article)
        for article in due.only("section_id", "published_at").order_by("published_at")[:AT_ONCE]
    )


def announce_article(article: Article) -> bool:
    """Queue its mails in batches, then note that it is done. False when another worker did so first."""
    this = Article.objects.filter(pk=article.pk, announced_at=None)
    clock = this.annotate(clock=Now()).values_list("clock", flat=True).first()
    if clock is None:
        return False
    if article.published_at is not None and article.published_at > clock - NEWS_FOR:
        _queue_for("section", article.section_id, article, clock)
        for author in Byline.objects.filter(article=article).values_list("author", flat=True):
            _queue_for("author", author, article, clock)
    return bool(this.update(announced_at=Now()))


def _queue_for(column: Column, number: int, article: Article, clock: datetime) -> None:
    last = 0
    while (upto := Subscription.objects.end_of_batch(column, number, after=last, size=BATCH)) is not None:
        if last:
            let_others_write()
        with transaction.atomic():
            _queue(column, number, article, last, upto, clock)
        last = upto


def _queue(column: Column, number: int, article: Article, after: int, upto: int, clock: datetime) -> None:
    """One statement, so that a follower who leaves meanwhile is either in or out. Only who followed before it came."""
    due = moments_due(clock)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO outbox_outgoingmail
                (kind, address_id, subscription_id, event_id, status, reason, attempts, message_id,
                 digest, due_at, created_at)
            SELECT 'article', s.address_id, s.id, n.id, 'queued', '', 0, '', {DIGEST_SQL}, {DUE_SQL}, %s
            FROM subscriptions_subscription s
            JOIN outbox_address a ON a.id = s.address_id
            JOIN articles_article n ON n.id = %s AND n.status = 'published'
            WHERE s.{column}_id = %s AND s.id > %s AND s.id <= %s
              AND s.confirmed_at < n.published_at AND s.ended_at IS NULL AND a.suppressed_at IS NULL
              AND s.frequency <> 'paused'
            ORDER BY s.id
            ON CONFLICT (kind, subscription_id, event_id) DO NOTHING
            """,
            [*due, due[-1], article.pk, number, after, upto],
        )
