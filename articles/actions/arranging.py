"""What stands around the text: pictures, authors, sections."""

from typing import IO

from django.db import transaction

from articles import images
from articles.actions.versions import raise_versions
from articles.models import Article, ArticleImage, Author, Section


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
def save_author(author: Author, *, portrait: IO[bytes] | None = None) -> Author:
    """Raises images.ImageRefused."""
    if portrait:
        images.store_portrait(author, portrait)
    author.save()
    for article in Article.objects.filter(bylines__author=author):
        byline = [[name, slug] for name, slug in article.bylines.values_list("author__name", "author__slug")]
        if byline != article.byline:
            Article.objects.filter(pk=article.pk).update(byline=byline)
    raise_versions(article__bylines__author=author)
    return author


@transaction.atomic
def save_section(section: Section) -> Section:
    section.save()
    raise_versions(article__section=section)
    return section
