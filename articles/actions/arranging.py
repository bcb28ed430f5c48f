"""What stands around the text: authors, sections, the pages of the house. Pictures: articles.illustrating."""

from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import F

from articles import house, images, storage
from articles.actions.versions import raise_versions
from articles.illustrating import want_social_images
from articles.models import Article, Author, Discussion, FormerAddress, Section, StaticPage
from forum import text

BATCH = 500  # articles whose byline changes, in memory at once


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
    raise_versions(article__bylines__author=author)
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


def _raise_every_version() -> None:
    """For what stands in the head of every page."""
    Discussion.objects.update(version=F("version") + 1)
