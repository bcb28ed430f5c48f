"""Pictures: what is taken, what is refused and what becomes of them (P29)."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from articles.actions import save_article
from articles.illustrating import delete_image, save_image
from articles.images import ImageRefused, develop, store_portrait
from articles.models import ArticleImage
from tests.articles.pictures import make_image, moving_bytes, picture_bytes, source_of
from tests.factories import make_article, make_author

pytestmark = pytest.mark.django_db


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file:
        return Image.open(BytesIO(file.read()))


def png_promising(width: int, height: int) -> bytes:
    """A PNG whose first bytes promise a size that its few bytes of data do not hold."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_p29_a_picture_becomes_three_widths_in_two_formats_under_random_names(kind):
    image = make_image(picture_bytes(kind))
    assert [(made["width"], made["height"]) for made in image.renditions] == [(640, 427), (960, 640), (1600, 1067)]
    assert (image.width, image.height) == (1600, 1067)
    for made in image.renditions:
        for name, format_name in ((made["avif"], "AVIF"), (made["jpeg"], "JPEG")):
            assert name.startswith("articles/") and "gracht" not in name
            assert opened(name).format == format_name
            assert opened(name).size == (made["width"], made["height"])


@pytest.mark.parametrize(("width", "widths"), [(400, [400]), (640, [640]), (1000, [640, 960])])
def test_a_small_picture_is_never_blown_up(width, widths):
    image = make_image(picture_bytes(size=(width, 300)))
    assert [made["width"] for made in image.renditions] == widths


def test_p29_metadata_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held a quarter turned
    exif[0x010E] = "secret place"
    image = make_image(picture_bytes(size=(900, 600), exif=exif, comment=b"secret place"))
    assert (image.width, image.height) == (600, 900)
    for name in (image.renditions[0]["jpeg"], image.renditions[0]["avif"]):
        assert not opened(name).getexif()
        with default_storage.open(name) as file:
            assert b"secret" not in file.read()


@pytest.mark.parametrize(
    ("mode", "colour"), [("L", 99), ("LA", (99, 9)), ("P", 3), ("RGBA", (9, 9, 9, 0)), ("1", 1), ("I;16", 40_000)]
)
def test_pictures_of_every_colour_kind_are_taken(mode, colour):
    image = make_image(picture_bytes("PNG", size=(50, 40), mode=mode, colour=colour))
    assert opened(image.renditions[0]["jpeg"]).mode == "RGB"


def test_what_is_transparent_becomes_white():
    image = make_image(picture_bytes("PNG", size=(50, 40), mode="RGBA", colour=(9, 9, 9, 0)))
    assert opened(image.renditions[0]["jpeg"]).getpixel((20, 20)) == (255, 255, 255)


def test_a_cmyk_jpeg_is_taken():
    assert make_image(picture_bytes(size=(50, 40), mode="CMYK", colour=(9, 9, 9, 9))).renditions


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (picture_bytes("GIF", size=(9, 9)), "unreadable"),
        (picture_bytes("TIFF", size=(9, 9)), "unreadable"),
        (picture_bytes("AVIF", size=(9, 9)), "unreadable"),
        (picture_bytes("JPEG")[:900], "unreadable"),
        (png_promising(4000, 4000), "unreadable"),
        (b"\xff" * (5 * 1024 * 1024 + 1), "bytes"),
        (picture_bytes("PNG", size=(8001, 2), mode="1", colour=0), "pixels"),
        (picture_bytes("PNG", size=(5001, 5000), mode="1", colour=0), "pixels"),
        (png_promising(2**30, 2**30), "pixels"),
        (png_promising(12_000, 12_000), "pixels"),
        (moving_bytes("PNG"), "frames"),
        (moving_bytes("WEBP"), "frames"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_p29_what_is_not_a_sound_still_picture_is_refused(content, code):
    with pytest.raises(ImageRefused) as refusal:
        develop(BytesIO(content))
    assert refusal.value.code == code
    with pytest.raises(ImageRefused):
        make_image(content)
    assert not ArticleImage.objects.exists()


@pytest.mark.parametrize("size", [(8000, 3125), (5000, 5000)])
def test_a_picture_at_the_limit_is_taken(size):
    develop(BytesIO(picture_bytes("PNG", size=size, mode="1", colour=0)))


def test_a_replaced_picture_leaves_nothing_behind(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        image = make_image(picture_bytes(size=(300, 200)))
    former = [image.original.name, image.renditions[0]["avif"], image.renditions[0]["jpeg"]]
    assert all(default_storage.exists(name) for name in former)
    with django_capture_on_commit_callbacks(execute=True):
        save_image(image, source=source_of(picture_bytes(size=(200, 300))))
    assert not any(default_storage.exists(name) for name in former)
    assert image.height == 300
    with django_capture_on_commit_callbacks(execute=True):
        delete_image(image)
    assert not default_storage.listdir("articles")[1] and not default_storage.listdir("originals")[1]


def test_the_text_shows_a_picture_where_it_names_its_number(client):
    article = make_article(body="Begin.\n\n![](image:2)\n\n![](image:7)\n\nEind.", slug="stil")
    make_image(picture_bytes(), article=article, number=1, alt="De gracht.", caption="Twee uur.", credit="Foto: Noor")
    make_image(picture_bytes(), article=article, number=2, alt='Een "brug" <b>.', caption="De brug.")
    save_article(article)
    html = client.get("/articles/stil/").content.decode()
    assert html.count("<figure") == 2
    assert 'alt="Een &quot;brug&quot; &lt;b&gt;."' in html
    assert "image:7" not in html and "<figcaption>De brug." in html
    hero = html[html.index('<figure class="hero"') : html.index('<div class="prose')]
    assert 'fetchpriority="high"' in hero and 'type="image/avif"' in hero and 'width="1600" height="1067"' in hero
    assert '<span class="credit">Foto: Noor</span>' in hero


def test_decoration_has_an_empty_description(client):
    article = make_article()
    make_image(picture_bytes(), article=article, alt="", decorative=True)
    assert 'alt=""' in client.get(article.get_absolute_url()).content.decode()


def test_made_pictures_are_served_for_a_year_and_originals_are_not(client):
    image = make_image(picture_bytes(size=(300, 200)))
    made = client.get(f"/media/{image.renditions[0]['avif']}")
    assert made.status_code == 200
    assert made["Content-Type"] == "image/avif"
    assert made["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(made.streaming_content)
    for path in (
        f"/media/{image.original.name}",
        "/media/articles/nothing.jpg",
        "/media/articles/../originals/x",
        "/media/",
    ):
        assert client.get(path).status_code == 404


def test_an_author_gets_a_square_portrait():
    author = make_author()
    store_portrait(author, BytesIO(picture_bytes(size=(900, 600))))
    assert opened(author.photo.name).size == (192, 192)
    with pytest.raises(ImageRefused):
        store_portrait(author, BytesIO(b"no"))
