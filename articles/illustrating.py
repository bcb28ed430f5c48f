"""Everything that is done with the pictures of an article: by editors at once, by the worker a moment later.

A file is written before a row points at it and deleted after no row does; whoever is killed in between leaves a file
that belongs to nobody (articles.sweeping), never a row without its file.
"""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Max
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from articles import images, storage
from articles.images import Source
from articles.models import Article, ArticleImage, ArticleQuerySet, Discussion
from articles.picture_rows import MAX_ATTEMPTS
from forum import text

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=3)  # after it another worker takes over; longer than images.SECONDS and the writing of files
RETRY_AFTER = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MAX_NUMBER = 999  # what the text can name
SAID = ("number", "alt", "decorative", "caption", "credit", "focal_x", "focal_y")
MADE = ("original", "width", "height", "colour", "renditions", "crops", "made_at", "attempts", "try_at")


class TooManyPictures(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("This article has 999 images, which is as many as it can have. Delete one first."))


# What editors do


def add_image(article: Article, source: Source, **fields: object) -> ArticleImage:
    """A new picture behind the others; `fields`: alt, decorative, caption, credit, focal_x, focal_y.

    Raises storage.StorageAway, TooManyPictures; then nothing is stored.
    """
    image = ArticleImage(article=article, **fields)
    images.keep_source(image, source)
    try:
        with transaction.atomic():
            lock_article(article)
            last = ArticleImage.objects.filter(article=article).aggregate(last=Max("number"))["last"] or 0
            if last >= MAX_NUMBER:
                raise TooManyPictures
            image.number = last + 1
            image.save()
            show_pictures(article)
    except BaseException:
        storage.delete([image.original.name], storage=storage.private_storage())
        raise
    return image


def save_image(image: ArticleImage, *, source: Source | None = None) -> ArticleImage:
    """Store what an editor says about a picture; `source`: the picture itself is replaced, or new.

    Raises storage.StorageAway; then nothing is stored.
    """
    if source is not None:
        images.keep_source(image, source)
    try:
        with transaction.atomic():
            lock_article(image.article)
            former = ArticleImage.objects.filter(pk=image.pk).first()
            written = list(SAID)
            if source is not None:
                written += MADE
            elif former and (former.focal_x, former.focal_y) != (image.focal_x, image.focal_y):
                image.made_at, image.attempts, image.try_at = None, 0, None
                written += ["made_at", "attempts", "try_at"]
            image.save(update_fields=written if former else None)
            show_pictures(image.article)
            if former and source is not None:
                storage.delete_once_committed([former.original.name], storage=storage.private_storage())
                storage.delete_once_committed(images.files_of(former))
    except BaseException:
        if source is not None:
            storage.delete([image.original.name], storage=storage.private_storage())
        raise
    return image


@transaction.atomic
def renumber_image(image: ArticleImage, *, number: int) -> None:
    """Give it another number; the picture that has it gets this one's. Number 1 is the main picture."""
    lock_article(image.article)
    image.refresh_from_db(fields=["number"])
    others = ArticleImage.objects.filter(article=image.article_id, number=number).exclude(pk=image.pk)
    other = others.first()
    if other:
        others.update(number=0)  # out of the way: no two may have the same, not even for a moment
    ArticleImage.objects.filter(pk=image.pk).update(number=number)
    if other:
        ArticleImage.objects.filter(pk=other.pk).update(number=image.number)
    image.number = number
    show_pictures(image.article)


@transaction.atomic
def delete_image(image: ArticleImage) -> None:
    """Take a picture away with all its files. Where the text names it, nothing is shown."""
    article = image.article
    lock_article(article)
    image.refresh_from_db(fields=["original", "renditions", "crops"])  # a worker may have made them since
    storage.delete_once_committed([image.original.name], storage=storage.private_storage())
    storage.delete_once_committed(images.files_of(image))
    image.delete()
    show_pictures(article)


@transaction.atomic
def try_again(image: ArticleImage) -> None:
    """For a picture that was given up."""
    lock_article(image.article)
    ArticleImage.objects.filter(pk=image.pk, made_at=None).update(attempts=0, try_at=None)
    show_pictures(image.article)


# What the worker does


def make_due() -> int:
    """Make the files of the next picture that has none; how many were tried. Any number of workers may run this."""
    image = _claimed()
    if image is None:
        return 0
    try:
        make_image(image)
    except (images.ImageRefused, storage.StorageAway) as fault:
        log.warning("picture %s was not made: %s", image.pk, type(fault).__name__)
        _put_back(image)
    return 1


def make_image(image: ArticleImage) -> bool:
    """Make its files and show them. False: it was changed meanwhile, and what was made is thrown away.

    Raises images.ImageRefused, storage.StorageAway; what was there stays.
    """
    former = images.files_of(image)
    images.make_renditions(image)
    with transaction.atomic():
        lock_article(image.article)
        unchanged = ArticleImage.objects.filter(
            pk=image.pk,
            original=image.original.name,
            focal_x=image.focal_x,
            focal_y=image.focal_y,
            attempts=image.attempts,
            made_at=None,
        )
        won = unchanged.update(
            renditions=image.renditions,
            crops=image.crops,
            width=image.width,
            height=image.height,
            made_at=Now(),
            attempts=0,
            try_at=None,
        )
        if won:
            show_pictures(image.article)
            storage.delete_once_committed(former)
    if not won:
        storage.delete(images.files_of(image))
    return bool(won)


def _claimed() -> ArticleImage | None:
    """The next picture to make; ours until its lease ends. Of two workers that see the same row, one gets it."""
    due = ArticleImage.objects.to_make().select_related("article")
    while image := due.first():
        ours = ArticleImage.objects.to_make().filter(pk=image.pk, attempts=image.attempts)
        if ours.update(attempts=F("attempts") + 1, try_at=database_clock(image) + LEASE):
            image.attempts += 1
            return image
    return None


def _put_back(image: ArticleImage) -> None:
    """Try again later; after MAX_ATTEMPTS the desk says that it could not be made, and readers see nothing of it."""
    with transaction.atomic():
        lock_article(image.article)
        wait = RETRY_AFTER[min(image.attempts, len(RETRY_AFTER)) - 1]
        ours = ArticleImage.objects.filter(pk=image.pk, made_at=None, attempts=image.attempts)
        if ours.update(try_at=database_clock(image) + wait) and image.attempts >= MAX_ATTEMPTS:
            show_pictures(image.article)


# What both do


def database_clock(row: models.Model) -> datetime:
    """Leases go by it, so that workers with wrong clocks agree."""
    rows = type(row)._default_manager.filter(pk=row.pk).annotate(clock=Now())
    return rows.values_list("clock", flat=True).first() or timezone.now()


def lock_article(article: Article) -> None:
    """Whoever writes what a page shows of pictures holds its article, so that nobody overwrites it with older HTML."""
    list(Article.objects.select_for_update(no_key=True).filter(pk=article.pk).values_list("pk"))


def show_pictures(article: Article) -> None:
    """The article's page and its picture for sharing as its pictures are now. The caller holds the article."""
    now = Article.objects.get(pk=article.pk)
    with translation.override(now.language):
        html = text.article_html(now.body, images.figure_of(now))
    Article.objects.filter(pk=article.pk).update(body_html=html)
    article.body_html = html
    want_social_images(Article.objects.filter(pk=article.pk))
    Discussion.objects.filter(article=article.pk).update(version=F("version") + 1)


def want_social_images(articles: ArticleQuerySet) -> None:
    """The worker looks whether their pictures for sharing are still the right ones."""
    articles.update(social_made_at=None, social_attempts=0, social_try_at=None)
