"""When an article is public, and until when readers may react."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from articles import storage, websub
from articles.actions.versions import Note, raise_version, raise_versions, record_revision
from articles.illustrating import delete_image
from articles.models import Article, Discussion
from articles.todo import Todo, essentials

AT_ONCE = 20  # articles that one round of the worker publishes

Status = Article.Status


class NotReady(Exception):
    """An essential part is missing; `missing` says which."""

    def __init__(self, missing: list[Todo]) -> None:
        super().__init__("; ".join(str(todo.sentence) for todo in missing))
        self.missing = missing


class MomentPassed(Exception):
    """Nothing can be scheduled for a moment that has been."""


class AlreadyPublic(Exception):
    """What readers see already cannot be scheduled, or taken off the schedule."""


@transaction.atomic
def publish_article(article: Article, *, at: datetime | None = None, by: User | None = None) -> Article:
    """Show it to everybody, from `at` on; None: now, or since when it was first published. May run twice.

    Raises NotReady.
    """
    need_essentials(article)
    if article.status == Status.PUBLISHED and at in (None, article.published_at):
        raise_versions(article=article)
        return article
    raise_version(article)
    set_published(article, at=at)
    record_revision(article, by=by, note=Note.PUBLISHED)
    return article


@transaction.atomic
def schedule_article(article: Article, *, at: datetime, by: User | None = None) -> Article:
    """The worker publishes it at that moment. Raises NotReady, MomentPassed, AlreadyPublic."""
    raise_version(article)
    set_scheduled(article, at=at)
    record_revision(article, by=by, note=Note.SCHEDULED)
    return article


@transaction.atomic
def unschedule_article(article: Article, *, by: User | None = None) -> Article:
    """A draft again. Raises AlreadyPublic when the worker was first."""
    raise_version(article)
    if article.status != Status.SCHEDULED:
        raise AlreadyPublic
    article.status, article.published_at = Status.DRAFT, None
    article.save(update_fields=["status", "published_at", "updated_at"])
    record_revision(article, by=by, note=Note.UNSCHEDULED)
    return article


@transaction.atomic
def withdraw_article(article: Article, *, by: User | None = None) -> Article:
    """Its address answers "gone" from now on. May run twice; publishing brings it back."""
    raise_version(article)
    if article.status != Status.WITHDRAWN:
        article.status = Status.WITHDRAWN
        article.save(update_fields=["status", "updated_at"])
    record_revision(article, by=by, note=Note.WITHDRAWN)
    raise_versions(article=article)
    websub.note_change(article)
    return article


def publish_due(now: datetime) -> int:
    """Publish what is due, each in a transaction of its own; how many. Two workers may do this at the same moment."""
    due = Article.objects.filter(status=Status.SCHEDULED, published_at__lte=now).order_by("published_at")
    return sum(_publish_if_due(pk, now) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _publish_if_due(pk: int, now: datetime) -> bool:
    claimed = Article.objects.filter(pk=pk, status=Status.SCHEDULED, published_at__lte=now).update(
        status=Status.PUBLISHED, version=F("version") + 1, updated_at=now
    )
    if not claimed:
        return False  # another worker was first, or an editor took it off the schedule
    article = Article.objects.get(pk=pk)
    _count_closing(article)
    record_revision(article, by=None, note=Note.ON_SCHEDULE)
    raise_versions(article=article)
    websub.note_change(article)
    return True


@transaction.atomic
def delete_article(article: Article) -> None:
    """For what was never meant to be; raises ProtectedError once somebody reacted. Withdraw it then."""
    for image in article.images.all():
        delete_image(image)
    storage.delete_once_committed([article.social_image])
    article.delete()


@transaction.atomic
def change_discussion(
    article: Article, *, state: str, closes_at: datetime | None, close_after_days: int | None = None
) -> None:
    """Writes these columns only: readers move the others at the same moment. A number of days goes before a moment."""
    if close_after_days is not None:
        since = article.published_at if article.status == Status.PUBLISHED else None
        closes_at = since + timedelta(days=close_after_days) if since else None
    Discussion.objects.filter(article=article).update(
        state=state, closes_at=closes_at, close_after_days=close_after_days, version=F("version") + 1
    )


# Parts of an action: inside a transaction that holds the article's row and has raised its version.


def set_published(article: Article, *, at: datetime | None = None) -> None:
    now = timezone.now()
    since = article.published_at if article.published_at and article.published_at <= now else now
    article.status, article.published_at = Status.PUBLISHED, at or since
    article.save(update_fields=["status", "published_at", "updated_at"])
    Discussion.objects.get_or_create(article=article)
    _count_closing(article)
    raise_versions(article=article)
    websub.note_change(article)


def set_scheduled(article: Article, *, at: datetime) -> None:
    """Raises NotReady, MomentPassed, AlreadyPublic."""
    if article.status == Status.PUBLISHED:
        raise AlreadyPublic
    need_essentials(article)
    if at <= timezone.now():
        raise MomentPassed
    article.status, article.published_at = Status.SCHEDULED, at
    article.save(update_fields=["status", "published_at", "updated_at"])
    Discussion.objects.filter(article=article, close_after_days__isnull=False).update(closes_at=None)


def need_essentials(article: Article) -> None:
    """Raises NotReady."""
    if missing := essentials(article):
        raise NotReady(missing)


def _count_closing(article: Article) -> None:
    """So many days from the publication on."""
    days = Discussion.objects.filter(article=article).values_list("close_after_days", flat=True).first()
    if days is not None and article.published_at:
        closes_at = article.published_at + timedelta(days=days)
        Discussion.objects.filter(article=article).update(closes_at=closes_at)
