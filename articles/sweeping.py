"""Finds files that belong to no row: what a killed process left between writing a file and pointing a row at it.

Careful: only names that we give, only files older than a day, and only when the row that would own it does not. Where a
good part of the files seems to be nobody's, it is not files that were lost but rows (another database, an old copy of
it): then nothing is deleted.
"""

import logging
import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from articles import images, storage
from articles.models import Article, ArticleImage, Author

log = logging.getLogger(__name__)
OLD = timedelta(days=1)
FEW = 3  # so many at once may be nobody's, and up to a quarter of all that were looked at
NAMES_AT_ONCE = 1000
BATCH = 200
_RENDITION = re.compile(r"articles/([0-9]+)-[A-Za-z0-9_-]{16}-c?[0-9]+\.(?:avif|jpg)", re.ASCII)
_SOCIAL = re.compile(r"articles/s([0-9]+)-[A-Za-z0-9_-]{16}\.jpg", re.ASCII)


class Sweeper:
    """Goes through the folders in order of name, some at a time; knows where it was."""

    def __init__(self) -> None:
        self.after: dict[str, str] = {}

    def sweep(self, names_at_once: int = NAMES_AT_ONCE) -> int:
        """How many files were deleted. A store that does not answer raises whatever it raises."""
        swept = 0
        for folder, store in (
            ("articles", default_storage),
            ("authors", default_storage),
            ("originals", storage.private_storage()),
        ):
            names = self._next_names(folder, store, names_at_once)
            owned: set[str] = set()
            for start in range(0, len(names), BATCH):
                owned |= _owned(folder, names[start : start + BATCH])
            lonely = [name for name in names if name not in owned]
            if len(lonely) > FEW and len(lonely) * 4 > len(names):
                log.warning("%s of %s files in %s belong to no row; none is deleted", len(lonely), len(names), folder)
                continue
            old = [name for name in lonely if _is_old(store, name)]
            storage.delete(old, storage=store)
            swept += len(old)
        return swept

    def _next_names(self, folder: str, store: Storage, at_once: int) -> list[str]:
        try:
            found = sorted(f"{folder}/{file}" for file in store.listdir(folder)[1])
        except FileNotFoundError:
            return []
        names = list(islice((name for name in found if name > self.after.get(folder, "")), at_once))
        self.after[folder] = names[-1] if len(names) == at_once else ""
        return names


def _owned(folder: str, names: list[str]) -> set[str]:
    """Of these names, those that a row points at, and those that we would not have given."""
    if folder == "originals":
        rows = ArticleImage.objects.filter(original__in=names)
        return {*rows.values_list("original", flat=True), *_others(names, r"originals/[A-Za-z0-9_-]{16}\.jpg")}
    if folder == "authors":
        photos = Author.objects.filter(photo__in=names).values_list("photo", flat=True)
        return {*photos, *_others(names, r"authors/[A-Za-z0-9_-]{16}\.jpg")}
    keys = {int(match[1]) for name in names if (match := _RENDITION.fullmatch(name))}
    owned = {file for image in ArticleImage.objects.filter(pk__in=keys) for file in images.files_of(image)}
    owned.update(Article.objects.filter(social_image__in=names).values_list("social_image", flat=True))
    return owned | {name for name in names if not _RENDITION.fullmatch(name) and not _SOCIAL.fullmatch(name)}


def _others(names: Iterable[str], pattern: str) -> set[str]:
    return {name for name in names if not re.fullmatch(pattern, name, re.ASCII)}


def _is_old(store: Storage, name: str) -> bool:
    try:
        return store.get_modified_time(name) < timezone.now() - OLD
    except FileNotFoundError:
        return False
