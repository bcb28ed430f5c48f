"""Everything editors do that means something. Each action raises the version of the pages that it changes."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import IO

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from articles import images, storage
from articles.illustrating import delete_image, lock_article, want_social_images
from articles.models import Article, Author, Byline, Discussion, Section
from forum import text

WORDS_PER_MINUTE = 200
WRITTEN_BY_WORKER = ("social_image", "social_made_of", "social_made_at", "social_attempts", "social_try_at")
_COLUMNS = [field.name for field in Article._meta.concrete_fields if not field.primary_key]


@transaction.atomic
def save_article(article: Article, *, authors: Sequence[Author] | None = None) -> Article:
    """Store the article with its finished HTML and minutes, and see that it has a discussion. May run twice.

    `authors`: the byline in order; None: as it was, behind `article.author`. Pictures are found in the database.
    """
    if authors:
        article.author = authors[0]
    if article.pk is None:
        article.save()
    else:
        lock_article(article)  # no worker shows a finished picture between our look at the pictures and our writing
    _write_byline(article, authors)
    with translation.override(article.language):
        article.body_html = text.article_html(article.body, images.figure_of(article))
    article.minutes = max(1, ceil(len(article.body.split()) / WORDS_PER_MINUTE))
    article.save(update_fields=[column for column in _COLUMNS if column not in WRITTEN_BY_WORKER])
    want_social_images(Article.objects.filter(pk=article.pk))
    Discussion.objects.get_or_create(article=article)
    _raise_versions(article=article)
    return article


def _write_byline(article: Article, authors: Sequence[Author] | None) -> None:
    if authors is None:
        behind = (
            line.author for line in article.bylines.select_related("author") if line.author_id != article.author_id
        )
        authors = [article.author, *behind]
    article.byline = [[author.name, author.slug] for author in authors]
    wanted = [(author.pk, position) for position, author in enumerate(authors)]
    if list(article.bylines.values_list("author_id", "position")) != wanted:
        article.bylines.all().delete()
        Byline.objects.bulk_create(Byline(article=article, author_id=pk, position=at) for pk, at in wanted)


@transaction.atomic
def publish_article(article: Article, *, at: datetime | None = None) -> Article:
    """Show it to everybody, from `at` on; None: now, or since when it was first published. May run twice."""
    article.status = Article.Status.PUBLISHED
    article.published_at = at or article.published_at or timezone.now()
    article.save(update_fields=["status", "published_at", "updated_at"])
    Discussion.objects.get_or_create(article=article)
    _raise_versions(article=article)
    return article


@transaction.atomic
def withdraw_article(article: Article) -> Article:
    """Its address answers "gone" from now on. May run twice; publishing brings it back."""
    article.status = Article.Status.WITHDRAWN
    article.save(update_fields=["status", "updated_at"])
    _raise_versions(article=article)
    return article


@transaction.atomic
def delete_article(article: Article) -> None:
    """For what was never meant to be; raises ProtectedError once somebody reacted. Withdraw it then."""
    for image in article.images.all():
        delete_image(image)
    storage.delete_once_committed([article.social_image])
    article.delete()


@transaction.atomic
def change_discussion(article: Article, *, state: str, closes_at: datetime | None) -> None:
    """Writes these two columns only: readers move the others at the same moment."""
    Discussion.objects.filter(article=article).update(state=state, closes_at=closes_at, version=F("version") + 1)


@transaction.atomic
def save_author(author: Author, *, portrait: IO[bytes] | None = None) -> Author:
    """Raises images.ImageRefused."""
    if portrait:
        images.store_portrait(author, portrait)
    author.save()
    for article in Article.objects.filter(bylines__author=author):
        byline = [[name, slug] for name, slug in article.bylines.values_list("author__name", "author__slug")]
        if byline != article.byline:
            Article.objects.filter(pk=article.pk).update(byline=byline)
    _raise_versions(article__bylines__author=author)
    return author


@transaction.atomic
def save_section(section: Section) -> Section:
    section.save()
    want_social_images(Article.objects.filter(section=section))
    _raise_versions(article__section=section)
    return section


def _raise_versions(**which: Article | Author | Section) -> None:
    Discussion.objects.filter(**which).update(version=F("version") + 1)
