"""Pictures: what an editor uploads -> checked, turned upright, stripped of metadata, in a few widths, AVIF and JPEG."""

import secrets
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageChops

from articles.models import Article, ArticleImage, Author

# Source: PROMISES P29
MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE_PIXELS = 8_000
MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")

WIDTHS = (640, 960, 1600)
PORTRAIT_PIXELS = 192
AVIF = {"format": "AVIF", "quality": 60, "speed": 8}
JPEG = {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True}

_ORIENTATION = 0x0112  # the EXIF tag: how the camera was held
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageRefused(ValidationError):
    """The upload is not a picture that we take; the message says why and what to do."""


def check_image(upload: IO[bytes]) -> None:
    """See that it is a whole picture within the limits. Raises ImageRefused."""
    _upright_picture(upload, width=64)  # a picture that breaks off half way shows that only when it is decoded


def store_renditions(image: ArticleImage) -> None:
    """Make the files of all widths from `image.original` and write them in the row. Raises ImageRefused.

    Writes the row's picture columns only; what the row pointed at before is deleted once the transaction holds.
    """
    former = files_of(image)
    with image.original.open("rb") as upload:
        picture = _upright_picture(upload, width=WIDTHS[-1])
    name = f"articles/{secrets.token_urlsafe(12)}"
    image.renditions = []
    for width in [width for width in WIDTHS if width <= picture.width] or [picture.width]:
        height = max(1, round(picture.height * width / picture.width))
        part = picture.resize((width, height), Image.Resampling.LANCZOS)
        image.renditions.append(
            {
                "width": width,
                "height": height,
                "avif": default_storage.save(f"{name}-{width}.avif", _encoded(part, AVIF)),
                "jpeg": default_storage.save(f"{name}-{width}.jpg", _encoded(part, JPEG)),
            }
        )
    image.width, image.height = image.renditions[-1]["width"], image.renditions[-1]["height"]
    image.save(update_fields=["renditions", "width", "height"])
    transaction.on_commit(deletion_of(former))


def store_portrait(author: Author, upload: IO[bytes]) -> None:
    """A square of the middle of the picture becomes the author's photo. Raises ImageRefused. The caller saves the row."""
    former = [author.photo.name] if author.photo else []
    picture = _upright_picture(upload, width=4 * PORTRAIT_PIXELS)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 3  # faces are above the middle
    square = picture.resize(
        (PORTRAIT_PIXELS, PORTRAIT_PIXELS), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
    )
    author.photo.save(f"{secrets.token_urlsafe(12)}.jpg", _encoded(square, JPEG), save=False)
    transaction.on_commit(deletion_of(former))


def files_of(image: ArticleImage) -> list[str]:
    return [rendition[kind] for rendition in image.renditions for kind in ("avif", "jpeg")]


def deletion_of(names: Iterable[str | None]) -> Callable[[], None]:
    """For transaction.on_commit: a picture that was replaced or taken away is not kept."""

    def delete() -> None:
        for name in filter(None, names):
            default_storage.delete(name)

    return delete


def figure_of(article: Article) -> Callable[[int], str]:
    """What `forum.text.article_html` asks for: the number of a picture -> its finished HTML, "" if there is none."""
    images = {image.number: image for image in article.images.all()}

    def figure(number: int) -> str:
        image = images.get(number)
        return render_to_string("articles/_figure.html", {"image": image}) if image and image.renditions else ""

    return figure


def _opened(upload: IO[bytes]) -> Image.Image:
    """Reads the first bytes and checks what they promise; nothing is decoded yet."""
    upload.seek(0, 2)
    size = upload.tell()
    upload.seek(0)
    if size > MAX_BYTES:
        raise ImageRefused(_("The file is too large. Choose an image up to 5 MB."), code="bytes")
    try:
        picture = Image.open(upload, formats=FORMATS)
        frames = (
            1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
        )  # a telephone's JPEG with a depth map
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # hostile bytes make a decoder raise almost anything
        raise _unreadable() from error
    if max(picture.size) > MAX_SIDE_PIXELS or picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    if frames != 1:
        raise ImageRefused(_("This image moves. Choose a still image."), code="frames")
    return picture


def _upright_picture(upload: IO[bytes], *, width: int) -> Image.Image:
    """Checked, decoded, on white, RGB, turned as the camera was held, at most `width` wide, without metadata."""
    picture = _opened(upload)
    try:
        held = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  broken metadata is no reason to refuse a sound picture
        held = 1
    across = picture.height if held in (5, 6, 7, 8) else picture.width
    scale = min(1, width / across)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    try:
        picture.draft(None, size)  # a JPEG is decoded at a half, a quarter or an eighth already
        picture = _resizable(picture)
        small = _on_white(picture, size)
    except Exception as error:  # hostile bytes make a decoder raise almost anything
        raise _unreadable() from error
    return small.transpose(_UPRIGHT[held]) if held in _UPRIGHT else small


def _resizable(picture: Image.Image) -> Image.Image:
    """In a mode that can be made smaller without steps in its colours."""
    if picture.has_transparency_data:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    bitmap_modes = {"1": "L", "P": "RGB"}
    return picture.convert(bitmap_modes[picture.mode]) if picture.mode in bitmap_modes else picture


def _on_white(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.mode != "RGBA":
        small = picture.resize(size, Image.Resampling.LANCZOS)
        if small.mode.startswith("I"):  # 16 bits a pixel
            small = small.point(lambda value: value * (1 / 256)).convert("L")
        small = small.convert("RGB")
        small.info = {}  # an encoder would write profile and comments along
        return small
    # Colour by colour: a whole premultiplied copy of 25 megapixels would cost 100 MB more.
    alpha = picture.getchannel("A")
    paper = ImageChops.invert(alpha.resize(size, Image.Resampling.LANCZOS))
    colours = []
    for name in "RGB":
        colour = ImageChops.multiply(picture.getchannel(name), alpha).resize(size, Image.Resampling.LANCZOS)
        colours.append(ImageChops.add(colour, paper))
    return Image.merge("RGB", colours)


def _encoded(picture: Image.Image, options: dict[str, Any]) -> ContentFile:
    bytes_out = BytesIO()
    picture.save(bytes_out, **options)
    return ContentFile(bytes_out.getvalue())


def _unreadable() -> ImageRefused:
    return ImageRefused(_("We cannot read this as an image. Choose JPEG, PNG or WebP."), code="unreadable")


def _too_many_pixels() -> ImageRefused:
    message = _("This image has too many pixels. Choose one of at most 8,000 pixels a side and 25 megapixels.")
    return ImageRefused(message, code="pixels")
