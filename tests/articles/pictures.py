"""Real pictures, drawn on the spot."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from articles import illustrating
from articles.illustrating import save_image
from articles.images import Source, develop
from articles.models import ArticleImage
from tests.factories import make_article


def picture_bytes(
    kind: str = "JPEG", size: tuple[int, int] = (1800, 1200), mode: str = "RGB", colour: Any = "#0b4f40", **options: Any
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def moving_bytes(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "green")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def upload(content: bytes, name: str = "gracht.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def source_of(content: bytes) -> Source:
    return develop(BytesIO(content))


def make_image(content: bytes, *, made: bool = True, **fields: Any) -> ArticleImage:
    """A picture of an article, with its renditions unless `made` is False."""
    fields = {"article": fields.get("article") or make_article(), "alt": "Een gracht.", **fields}
    image = save_image(ArticleImage(**fields), source=source_of(content))
    if made:
        illustrating.make_image(image)
        image.refresh_from_db()
    return image
