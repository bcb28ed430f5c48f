"""Everything editors do that means something. Each action raises the version of the pages that it changes."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone, translation

from articles import house, images, storage, websub
from articles.illustrating import delete_image, lock_article, want_social_images
from articles.models import Article, Author, Byline, Discussion, FormerAddress, Section, StaticPage
from forum import text

WORDS_PER_MINUTE = 200
BATCH = 500  # articles whose byline changes, in memory at once
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
def link_translation(article: Article, other: Article | None) -> None:
    """Each points at the other and at nothing else; None: they part. `other` must be in another language."""
    if other is not None and other.language == article.language:
        raise ValueError("a translation is in another language")
    both = [row.pk for row in (article, other) if row is not None]
    left = Article.objects.filter(Q(pk__in=both) | Q(translation__in=both))
    changed = list(left.values_list("pk", flat=True))
    left.update(translation=None)
    if other is not None:
        Article.objects.filter(pk=article.pk).update(translation=other)
        Article.objects.filter(pk=other.pk).update(translation=article)
        other.translation = article
    article.translation = other
    Discussion.objects.filter(article__in=changed).update(version=F("version") + 1)


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
    storage.delete_once_committed([article.social_image])
    article.delete()


@transaction.atomic
def change_discussion(article: Article, *, state: str, closes_at: datetime | None) -> None:
    """Writes these two columns only: readers move the others at the same moment."""
    Discussion.objects.filter(article=article).update(state=state, closes_at=closes_at, version=F("version") + 1)


@transaction.atomic
def save_author(author: Author, *, portrait: IO[bytes] | None = None, without_portrait: bool = False) -> Author:
    """With a new name or address every byline changes along, and the old address leads on. Raises images.ImageRefused."""
    if portrait:
        images.store_portrait(author, portrait)
    elif without_portrait and author.photo:
        storage.delete_once_committed([author.photo.name])
        author.photo = ""
    former = Author.objects.filter(pk=author.pk).first()
    author.save()
    _leave_address(author, former)
    if former and (former.name, former.slug) != (author.name, author.slug):
        _rewrite_bylines(author)
    _raise_versions(article__bylines__author=author)
    return author


def choose_question_mail(author: Author, *, wanted: bool) -> None:
    """Whether this author is mailed about new questions. May run twice."""
    Author.objects.filter(pk=author.pk).update(mail_questions=wanted)


def _rewrite_bylines(author: Author) -> None:
    written = Article.objects.filter(bylines__author=author).only("pk").prefetch_related("bylines__author")
    for article in written.iterator(chunk_size=BATCH):
        byline = [[line.author.name, line.author.slug] for line in article.bylines.all()]
        Article.objects.filter(pk=article.pk).update(byline=byline)


@transaction.atomic
def delete_author(author: Author) -> None:
    """Raises ProtectedError when an article carries the name."""
    storage.delete_once_committed([author.photo.name])
    author.delete()


@transaction.atomic
def save_section(section: Section) -> Section:
    former = Section.objects.filter(pk=section.pk).first()
    section.save()
    want_social_images(Article.objects.filter(section=section))
    _leave_address(section, former)
    _raise_every_version()
    return section


@transaction.atomic
def delete_section(section: Section) -> None:
    """Raises ProtectedError when an article stands in it, in whatever state."""
    section.delete()
    _raise_every_version()


def _leave_address(owner: Section | Author, former: Section | Author | None) -> None:
    """What had another address answers there with the way to the new one; an address in use leads nowhere else."""
    kind = "section" if isinstance(owner, Section) else "author"
    left = FormerAddress.objects.filter(**{f"{kind}__isnull": False})
    left.filter(slug=owner.slug).delete()
    if former and former.slug != owner.slug:
        left.update_or_create(slug=former.slug, defaults={kind: owner})


@transaction.atomic
def save_house_page(kind: str, language: str, *, title: str, body: str, began_from: str) -> StaticPage:
    """`began_from`: fingerprint of the text that the editor saw when he began. Raises house.ChangedMeanwhile."""
    row = _house_page_to_change(kind, language, began_from)
    if row is None:
        row = StaticPage(kind=kind, language=language, version=0)
    row.title, row.body = title, body
    row.body_html = text.article_html(body, house.no_figure)
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # the first row of this page was made this very moment
        raise house.ChangedMeanwhile(house.house_page(kind, language)) from error
    return row


@transaction.atomic
def restore_house_page(kind: str, language: str, *, began_from: str) -> None:
    """Back to the text that came with the software. Raises house.ChangedMeanwhile."""
    row = _house_page_to_change(kind, language, began_from)
    if row:
        row.delete()


def _house_page_to_change(kind: str, language: str, began_from: str) -> StaticPage | None:
    row = StaticPage.objects.select_for_update().filter(kind=kind, language=language).first()
    now = house.page_of(row) if row else house.default_page(kind, language)
    if now.fingerprint != began_from:
        raise house.ChangedMeanwhile(now)
    return row


def _raise_versions(**which: Article | Author | Section) -> None:
    Discussion.objects.filter(**which).update(version=F("version") + 1)


def _raise_every_version() -> None:
    """For what stands in the head of every page."""
    Discussion.objects.update(version=F("version") + 1)
