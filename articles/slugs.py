"""Addresses of articles: made from a headline, unique among those that are and those that were."""

import re
from collections.abc import Iterator
from itertools import count

from django.db.models import Q
from django.utils.text import slugify

from articles.models import Article, FormerSlug

MAX_CHARS = 100
WITHOUT_WORDS = "artikel"  # a headline may be all signs


def stem_of(title: str) -> str:
    stem = slugify(title)[: MAX_CHARS - 6].strip("-_")  # room for a number behind it
    return stem or WITHOUT_WORDS


def free_slug(title: str, article: Article | None = None) -> str:
    """The headline as an address that no other article has or had; with a number behind it when it must."""
    stem = stem_of(title)
    pattern = Q(slug__startswith=stem)
    own = article.pk if article else 0  # a number that no row has
    taken = set(Article.objects.filter(pattern).exclude(pk=own).values_list("slug", flat=True))
    taken |= set(FormerSlug.objects.filter(pattern).exclude(article_id=own).values_list("slug", flat=True))
    return next(slug for slug in _candidates(stem) if slug not in taken)


def is_free(slug: str, article: Article) -> bool:
    return not (
        Article.objects.filter(slug=slug).exclude(pk=article.pk).exists()
        or FormerSlug.objects.filter(slug=slug).exclude(article=article).exists()
    )


def is_made_from(title: str, slug: str) -> bool:
    """Did nobody type this address himself?"""
    return re.fullmatch(re.escape(stem_of(title)) + r"(-[0-9]+)?", slug) is not None


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"
