"""The picture that goes along when somebody shares an article: its main picture, or its title in our own hand.

1200 x 630 pixels, JPEG. The worker makes it once an article is public or going to be, and again when what it is made
of has changed. Source of the size: the Open Graph protocol's users ask for 1.91 : 1, at least 1200 wide.
"""

import hashlib
import logging
from functools import cache, lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from PIL import Image, ImageDraw, ImageFont

from articles import images, storage
from articles.illustrating import LEASE, RETRY_AFTER, database_clock, lock_article
from articles.models import Article, ArticleImage, ArticleQuerySet, Discussion
from articles.picture_rows import MAX_ATTEMPTS

log = logging.getLogger(__name__)
SIZE = (1200, 630)
MAX_BYTES = 150_000
MIN_WIDTH = 600  # a smaller picture is not blown up: then the title is shown
DESIGN = 1  # raise it when the drawing changes
PAPER, INK, CANAL, FELT, ROOF = "#fcfdfb", "#14211c", "#0b4f40", "#e6ede7", "#b4c6ba"
MARGIN = 84
QUAY = SIZE[1] - 128
TITLE_HEIGHT = 300
TITLE_SIZES = (84, 76, 68, 60, 52, 46)
MAX_LINES = 5
LINE = 1.12
FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
FILES = {"editor": "source-serif-4-{}-wght-normal.woff2", "reader": "schibsted-grotesk-{}-wght-normal.woff2"}
# Three gables and the quay; the points of static/icon.svg, curves drawn straight
GABLES = (
    ((0, 17), (0, 8), (1.5, 8), (1.5, 6), (3, 6), (3, 4), (4.5, 4), (4.5, 2), (5.5, 2), (5.5, 0), (6.5, 0), (6.5, 2),
     (7.5, 2), (7.5, 4), (9, 4), (9, 6), (10.5, 6), (10.5, 8), (12, 8), (12, 17)),
    ((13, 17), (13, 10.5), (13.4, 8.9), (14.4, 7.7), (14.8, 6.2), (15.3, 5), (16.4, 4.2), (17.5, 4), (18.6, 4.2),
     (19.7, 5), (20.2, 6.2), (20.6, 7.7), (21.6, 8.9), (22, 10.5), (22, 17)),
    ((23, 17), (23, 12), (27.5, 8), (27.5, 7), (29.5, 7), (29.5, 8), (34, 12), (34, 17)),
)  # fmt: skip


def to_make() -> ArticleQuerySet:
    """No worker has it at this moment, somebody may share it soon, and it is worth another try."""
    public = Q(status__in=(Article.Status.SCHEDULED, Article.Status.PUBLISHED))
    due = Article.objects.filter(public, social_made_at=None, social_attempts__lt=MAX_ATTEMPTS)
    return due.exclude(social_try_at__gt=Now()).order_by("pk")


def make_due() -> int:
    """See to the next article's picture for sharing; how many were seen to. Any number of workers may run this."""
    article = _claimed()
    if article is None:
        return 0
    try:
        make_social_image(article)
    except (images.ImageRefused, storage.StorageAway) as fault:
        log.warning("the picture for sharing article %s was not made: %s", article.pk, type(fault).__name__)
        wait = RETRY_AFTER[min(article.social_attempts, len(RETRY_AFTER)) - 1]
        ours = Article.objects.filter(pk=article.pk, social_attempts=article.social_attempts, social_made_at=None)
        ours.update(social_try_at=database_clock(article) + wait)
    return 1


def make_social_image(article: Article) -> bool:
    """False: the one there is is right, or the article was changed meanwhile. Raises ImageRefused, StorageAway."""
    main = ArticleImage.objects.shown().filter(article=article, number=1).first()
    main = main if main and main.width >= MIN_WIDTH else None
    made_of = _made_of(article, main)
    ours = Article.objects.filter(pk=article.pk, social_attempts=article.social_attempts, social_made_at=None)
    made = {"social_made_at": Now(), "social_attempts": 0, "social_try_at": None}
    if article.social_image and made_of == article.social_made_of:
        ours.update(**made)
        return False
    content = images.cut_out(main, SIZE, max_bytes=MAX_BYTES) if main else drawn(article)
    name = storage.write(storage.random_name("articles", f"s{article.pk}-") + ".jpg", content)
    with transaction.atomic():
        lock_article(article)
        former = Article.objects.filter(pk=article.pk).values_list("social_image", flat=True).first()
        won = ours.update(social_image=name, social_made_of=made_of, **made)
        if won:
            Discussion.objects.filter(article=article.pk).update(version=F("version") + 1)
            storage.delete_once_committed([former])
    if not won:
        storage.delete([name])
        return False
    article.social_image = name
    return True


def drawn(article: Article) -> bytes:
    """The title on paper, the section above it, our gables and name below. A title that we cannot write: gables alone."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, QUAY, *SIZE), fill=FELT)
    pen.rectangle((0, 0, 14, SIZE[1]), fill=CANAL)
    title, section = Pen(pen, "editor", 600), Pen(pen, "reader", 700)
    lines, size = _wrapped(title.readable(article.title), title)
    scale = 4 if lines else 20
    _draw_gables(pen, scale)
    name = Pen(pen, "editor", 650)
    left = MARGIN + 34 * scale + 34
    words = name.fitting(name.readable(settings.SITE_NAME), 44, SIZE[0] - MARGIN - left)
    name.write(words, (left, SIZE[1] - 88), 44, INK)
    section.write(section.fitting(section.readable(article.section.name), 34), (MARGIN, 62), 34, CANAL)
    for number, line in enumerate(lines):
        title.write(line, (MARGIN, 122 + number * size * LINE), size, INK)
    for quality in (88, 75, 60):
        out = BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, subsampling=0)
        if out.tell() <= MAX_BYTES:
            break
    return out.getvalue()


def _claimed() -> Article | None:
    while article := to_make().select_related("section").first():
        ours = to_make().filter(pk=article.pk, social_attempts=article.social_attempts)
        if ours.update(social_attempts=F("social_attempts") + 1, social_try_at=database_clock(article) + LEASE):
            article.social_attempts += 1
            return article
    return None


def _made_of(article: Article, main: ArticleImage | None) -> str:
    if main:
        parts = ["picture", str(main.original.name), str(main.focal_x), str(main.focal_y)]
    else:
        parts = ["title", article.title, article.section.name, settings.SITE_NAME]
    return hashlib.sha256("\0".join([str(DESIGN), *parts]).encode("utf-8", "replace")).hexdigest()


# Drawing


class Pen:
    """Writes in one voice and weight. Our typeface comes in two files, as browsers get it; each sign from where it is."""

    def __init__(self, pen: ImageDraw.ImageDraw, voice: str, weight: int) -> None:
        self.pen, self.voice, self.weight = pen, voice, weight

    def write(self, line: str, at: tuple[float, float], size: int, colour: str) -> None:
        left, top = at
        for words, font in self._runs(line, size):
            self.pen.text((left, top + size), words, font=font, fill=colour, anchor="ls")
            left += font.getlength(words)

    def length(self, line: str, size: int) -> float:
        return sum(font.getlength(words) for words, font in self._runs(line, size))

    def fitting(self, line: str, size: int, width: float = SIZE[0] - 2 * MARGIN) -> str:
        while len(line) > 1 and self.length(line, size) > width:
            line = line.rstrip("… ")[:-1].rstrip() + "…"
        return line

    def readable(self, words: str) -> str:
        """Without what our typeface has no sign for; nothing, rather than boxes, when that is much of it."""
        shown = "".join(sign for sign in words if sign.isspace() or self._font_with(sign, 40))
        written, asked = len("".join(shown.split())), len("".join(words.split()))
        return " ".join(shown.split()) if written * 4 >= asked * 3 else ""

    def _runs(self, line: str, size: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        latin = _font(self.voice, "latin", size, self.weight)
        fonted = [(sign, self._font_with(sign, size) or latin) for sign in line]
        return [("".join(sign for sign, _ in run), font) for font, run in groupby(fonted, key=lambda pair: pair[1])]

    def _font_with(self, sign: str, size: int) -> ImageFont.FreeTypeFont | None:
        for part in ("latin", "latin-ext"):
            font = _font(self.voice, part, size, self.weight)
            if _has(font, sign):
                return font
        return None


def _draw_gables(pen: ImageDraw.ImageDraw, scale: float) -> None:
    """On the quay, and mirrored in the water as far as that reaches."""
    for gable in GABLES:
        pen.polygon([(MARGIN + x * scale, QUAY - (17 - y) * scale) for x, y in gable], fill=CANAL)
        pen.polygon([(MARGIN + x * scale, QUAY + 8 + (17 - y) * scale * 0.6) for x, y in gable], fill=ROOF)


def _wrapped(title: str, pen: Pen) -> tuple[list[str], int]:
    """(lines, size): as large as it may be; what does not fit at the smallest size ends in …"""
    lines: list[str] = []
    size = TITLE_SIZES[-1]
    for size in TITLE_SIZES:
        lines = _lines(title, pen, size)
        whole = all(pen.length(line, size) <= SIZE[0] - 2 * MARGIN for line in lines)
        if whole and len(lines) <= MAX_LINES and len(lines) * size * LINE <= TITLE_HEIGHT:
            return lines, size
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], lines[MAX_LINES - 1] + " …"]
    return [pen.fitting(line, size) for line in lines], size


def _lines(title: str, pen: Pen, size: int) -> list[str]:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and pen.length(longer, size) > SIZE[0] - 2 * MARGIN:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line for line in lines if line]


@lru_cache(4096)
def _has(font: ImageFont.FreeTypeFont, sign: str) -> bool:
    return bytes(font.getmask(sign)) != bytes(font.getmask("\uffff"))


@cache
def _font(voice: str, part: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """FreeType reads WOFF2 and bends a variable typeface to a weight."""
    font = ImageFont.truetype(str(FONTS / FILES[voice].format(part)), size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font
