"""Pictures: what an editor uploads -> checked, turned upright, stripped of metadata, in a few widths, AVIF and JPEG.

The upload is opened by articles.darkroom, in a process of its own, one at a time: whatever it is, this process keeps
its memory and its life. At once only the source is made, a clean picture of bounded size that is kept instead of the
upload; the files that pages show are made from it later, by the worker (articles.illustrating).
"""

import json
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from articles import darkroom, storage
from articles.models import Article, ArticleImage, Author
from articles.picture_rows import ArticleImageQuerySet

PORTRAIT_PIXELS = 192
PORTRAIT_FOCUS = (50, 40)  # faces are above the middle
PORTRAIT_BYTES = 40_000
SECONDS = 60  # for one picture; a large one takes five, on a busy machine twenty
_DARKROOM = Path(darkroom.__file__)
_one_at_a_time = BoundedSemaphore(1)

REFUSALS = {
    "bytes": _("The file is too large. Choose an image up to 5 MB."),
    "unreadable": _("We cannot read this as an image. Choose JPEG, PNG or WebP."),
    "pixels": _("This image has too many pixels. Choose one of at most 8,000 pixels a side and 25 megapixels."),
    "kind": _(
        "This image has too many pixels for its kind. A WebP may have 12.5 megapixels, a JPEG in the colours of"
        " printers (CMYK) 20, all others 25."
    ),
    "memory": _("This image takes too much memory to open. Save it smaller, or as an ordinary JPEG."),
    "time": _("This image takes too long to open. Save it smaller, or as an ordinary JPEG."),
    "frames": _("This image moves. Choose a still image."),
}


class ImageRefused(ValidationError):
    """The upload is not a picture that we take; the message says why and what to do."""


class Source(NamedTuple):
    """What is kept of an upload: a JPEG without metadata, and what the row says about it."""

    content: bytes
    width: int  # of the largest rendition that will be made
    height: int
    colour: str


def develop(upload: IO[bytes]) -> Source:
    """See that it is a whole picture within the limits, and make it clean. Raises ImageRefused; stores nothing."""
    facts, (content,) = _in_darkroom(_bytes_of(upload), "develop")
    return Source(content, facts["width"], facts["height"], facts["colour"])


def keep_source(image: ArticleImage, source: Source) -> None:
    """Writes the file, and fills in the row without saving it; its renditions are to be made. Raises StorageAway."""
    name = storage.random_name("originals") + ".jpg"
    image.original = storage.write(name, source.content, storage=storage.private_storage())
    image.width, image.height, image.colour = source.width, source.height, source.colour
    image.renditions, image.crops = [], []
    image.made_at, image.attempts, image.try_at = None, 0, None


def make_renditions(image: ArticleImage) -> None:
    """Write the files and fill in the row without saving it. Raises ImageRefused, storage.StorageAway.

    May run twice: every run has names of its own.
    """
    content = storage.read(str(image.original.name), storage=storage.private_storage())
    facts, files = _in_darkroom(content, "make", image.focal_x, image.focal_y)
    name = storage.random_name("articles", f"{image.pk}-")
    written: list[str] = []
    rest = iter(files)
    try:
        for part in (*facts["renditions"], *facts["crops"]):
            mark = "c" if any(part is crop for crop in facts["crops"]) else ""
            for kind, ending in (("avif", "avif"), ("jpeg", "jpg")):
                part[kind] = storage.write(f"{name}-{mark}{part['width']}.{ending}", next(rest))
                written.append(part[kind])
    except storage.StorageAway:
        storage.delete(written)
        raise
    image.renditions, image.crops = facts["renditions"], facts["crops"]
    image.width, image.height = image.renditions[-1]["width"], image.renditions[-1]["height"]


def cut_out(image: ArticleImage, size: tuple[int, int], *, max_bytes: int) -> bytes:
    """A JPEG of this size around the focal point. Raises ImageRefused, storage.StorageAway."""
    content = storage.read(str(image.original.name), storage=storage.private_storage())
    _, (file,) = _in_darkroom(content, "cut", *size, image.focal_x, image.focal_y, max_bytes)
    return file


def store_portrait(author: Author, upload: IO[bytes]) -> None:
    """A square of the picture becomes the author's photo. Raises ImageRefused, StorageAway. The caller saves the row."""
    former = [author.photo.name] if author.photo else []
    square = (PORTRAIT_PIXELS, PORTRAIT_PIXELS)
    _, (content,) = _in_darkroom(_bytes_of(upload), "cut", *square, *PORTRAIT_FOCUS, PORTRAIT_BYTES)
    author.photo.name = storage.write(f"authors/{secrets.token_urlsafe(12)}.jpg", content)
    storage.delete_once_committed(former)


def files_of(image: ArticleImage) -> list[str]:
    """All that was made of it; not the source."""
    return [part[kind] for part in (*image.renditions, *image.crops) for kind in ("avif", "jpeg")]


def undescribed(article: Article) -> ArticleImageQuerySet:
    """Pictures that are neither described nor said to be decoration: while there are any, do not publish."""
    return ArticleImage.objects.filter(article=article).undescribed().order_by("number")


def social_address(article: Article) -> str:
    """The whole address of the picture for whoever shares the article; "" until there is one."""
    if not article.social_image:
        return ""
    address = default_storage.url(article.social_image)
    return settings.SITE_URL + address if address.startswith("/") else address


def figure_of(article: Article) -> Callable[[int], str]:
    """What `forum.text.article_html` asks for: the number of a picture -> its finished HTML, "" if there is none."""
    images = {image.number: image for image in ArticleImage.objects.shown().filter(article=article)}

    def figure(number: int) -> str:
        image = images.get(number)
        return render_to_string("articles/_figure.html", {"image": image}) if image else ""

    return figure


def _bytes_of(upload: IO[bytes]) -> bytes:
    upload.seek(0)
    return upload.read(darkroom.MAX_BYTES + 1)


def _in_darkroom(content: bytes, command: str, *numbers: int) -> tuple[dict[str, Any], list[bytes]]:
    if len(content) > darkroom.MAX_BYTES:
        raise _refusal("bytes")
    words = [sys.executable, "-I", str(_DARKROOM), command, *map(str, numbers)]
    try:
        with _one_at_a_time:
            run = subprocess.run(words, input=content, capture_output=True, timeout=SECONDS)  # noqa: S603  ours, all of it
    except subprocess.TimeoutExpired as error:
        raise _refusal("time") from error
    if run.returncode:  # a decoder crashed, or was ended for the time that it took
        raise _refusal("time" if run.returncode == -signal.SIGXCPU else "unreadable")
    line, _newline, rest = run.stdout.partition(b"\n")
    facts = json.loads(line)
    if "refused" in facts:
        raise _refusal(facts["refused"])
    files = []
    for length in facts.pop("bytes"):
        files.append(rest[:length])
        rest = rest[length:]
    return facts, files


def _refusal(code: str) -> ImageRefused:
    return ImageRefused(REFUSALS[code], code=code)
