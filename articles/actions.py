"""Everything editors do that means something. Each action raises the version of the pages that it changes."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import IO

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from articles import images, websub
from articles.models import Article, ArticleImage, Author, Byline, Discussion, Section
from forum import text

WORDS_PER_MINUTE = 200


@transaction.atomic
def save_article(article: Article, *, authors: Sequence[Author] | None = None) -> Article:
    """Store the article with its finished HTML and minutes, and see that it has a discussion. May run twice.

    `authors`: the byline in order; None: as it was, behind `article.author`. Pictures are found in the database: after
    adding one, save its article again.
    """
    if authors:
        article.author = authors[0]
    if article.pk is None:
        article.save()
    _write_byline(article, authors)
    with translation.override(article.language):
        article.body_html = text.article_html(article.body, images.figure_of(article))
    article.minutes = max(1, ceil(len(article.body.split()) / WORDS_PER_MINUTE))
    article.save()
    Discussion.objects.get_or_create(article=article)
    _raise_versions(article=article)
    if article.status == Article.Status.PUBLISHED:
        websub.note_change(article)
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
def save_image(image: ArticleImage, *, new_picture: bool = True) -> ArticleImage:
    """Store a picture of an article and make its widths. Raises images.ImageRefused. Save the article afterwards."""
    former = ArticleImage.objects.filter(pk=image.pk).values_list("original", flat=True)
    former_originals = list(former) if new_picture else []
    image.save()
    if new_picture:
        images.store_renditions(image)
        transaction.on_commit(images.deletion_of([name for name in former_originals if name != image.original.name]))
    return image


@transaction.atomic
def delete_image(image: ArticleImage) -> None:
    """Take a picture away with all its files. Save the article afterwards."""
    names = [image.original.name, *images.files_of(image)]
    image.delete()
    transaction.on_commit(images.deletion_of(names))


@transaction.atomic
def publish_article(article: Article, *, at: datetime | None = None) -> Article:
    """Show it to everybody, from `at` on; None: now, or since when it was first published. May run twice."""
    article.status = Article.Status.PUBLISHED
    article.published_at = at or article.published_at or timezone.now()
    article.save(update_fields=["status", "published_at", "updated_at"])
    Discussion.objects.get_or_create(article=article)
    _raise_versions(article=article)
    websub.note_change(article)
    return article


@transaction.atomic
def withdraw_article(article: Article) -> Article:
    """Its address answers "gone" from now on. May run twice; publishing brings it back."""
    article.status = Article.Status.WITHDRAWN
    article.save(update_fields=["status", "updated_at"])
    _raise_versions(article=article)
    websub.note_change(article)
    return article


@transaction.atomic
def delete_article(article: Article) -> None:
    """For what was never meant to be; raises ProtectedError once somebody reacted. Withdraw it then."""
    for image in article.images.all():
        delete_image(image)
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
    _raise_versions(article__section=section)
    return section


def _raise_versions(**which: Article | Author | Section) -> None:
    Discussion.objects.filter(**which).update(version=F("version") + 1)
