"""Files made to break whoever opens them, each within the 5 MB that a form takes; made once, by code."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from random import Random

from PIL import Image

SIDE = 5000  # squared: the 25 megapixels that are still taken
PNG_START = b"\x89PNG\r\n\x1a\n"


NOISE = 7  # the same in every run: how well it packs decides whether it is let in


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def noise(mode: str, size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    """The same small piece of noise all over: it fills every buffer of a decoder, and still packs well."""
    tile = Image.frombytes("RGBA", (100, 100), Random(NOISE).randbytes(40_000)).convert(mode)
    whole = Image.new(mode, size)
    for left in range(0, size[0], 100):
        for top in range(0, size[1], 100):
            whole.paste(tile, (left, top))
    return whole


def soft(mode: str, size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    """Noise that a JPEG of this size can hold in 5 MB."""
    return Image.frombytes("RGB", (200, 200), Random(NOISE).randbytes(120_000)).resize(size).convert(mode)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int = 8, colours: int = 2, interlaced: int = 0, rows: bytes = b"",
        before: bytes = b"") -> bytes:  # fmt: skip
    """Chunk by chunk, also what Pillow would not write. `rows`: not yet compressed."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlaced)
    packed = zlib.compress(rows, 6)
    return PNG_START + chunk(b"IHDR", header) + before + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def interlaced_png() -> bytes:
    """Adam7, RGBA, 16 bits: seven passes over 25 megapixels."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    packer = zlib.compressobj(6)
    packed = b""
    for left, top, across, down in passes:
        row = bytes(1 + 8 * -(-(SIDE - left) // across))
        packed += b"".join(packer.compress(row) for _ in range(-(-(SIDE - top) // down)))
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 16, 6, 0, 0, 1)
    return PNG_START + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def palette_png() -> bytes:
    picture = noise("L").convert("P")
    return saved(picture, "PNG", transparency=bytes(range(256)))


def zeros(megabytes: int) -> bytes:
    """So much of nothing, in a thousandth of the room."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


def icc_bomb() -> bytes:
    return png(64, 64, rows=bytes(64 * 193), before=chunk(b"iCCP", b"x\0\0" + zeros(300)))


def text_bomb(kind: bytes) -> bytes:
    head = {b"zTXt": b"x\0\0", b"iTXt": b"x\0\1\0\0\0"}[kind]
    return png(64, 64, rows=bytes(64 * 193), before=chunk(kind, head + zeros(300)))


def moving_webp() -> bytes:
    frames = [Image.new("RGB", (1000, 1000), (n, 0, 0)) for n in range(0, 250, 5)]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=20)


def second_picture() -> bytes:
    """An MPO, as telephones write: a JPEG and, behind it, another."""
    view = noise("RGB", (1500, 1000))
    return saved(view, "MPO", save_all=True, append_images=[view.copy()])


def turned(held: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = held
    exif[0x8825] = {1: "N", 2: (52.0, 22.0, 1.0)}  # where it was taken
    return saved(Image.new("RGB", (300, 200), "#0b4f40"), "JPEG", exif=exif)


def many_scans() -> bytes:
    """A progressive JPEG whose last scan comes thousands of times: little to send, long to decode."""
    whole = saved(Image.new("RGB", (SIDE, SIDE)), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * min(5000, 4_000_000 // len(last)) + b"\xff\xd9"


TAKEN: dict[str, Callable[[], bytes]] = {
    "25 MP JPEG": lambda: saved(soft("RGB"), "JPEG", quality=40),
    "25 MP progressive JPEG, all colours whole": lambda: saved(
        soft("RGB"), "JPEG", quality=25, progressive=True, subsampling=0
    ),
    "20 MP progressive CMYK JPEG": lambda: saved(
        soft("CMYK", (5000, 4000)), "JPEG", quality=15, progressive=True, subsampling=0
    ),
    "25 MP PNG": lambda: saved(noise("RGB"), "PNG"),
    "25 MP PNG with transparency": lambda: saved(noise("RGBA"), "PNG"),
    "25 MP grey PNG with transparency": lambda: saved(noise("LA"), "PNG"),
    "25 MP palette PNG with transparency": palette_png,
    "25 MP grey PNG of 16 bits": lambda: saved(Image.new("I;16", (SIDE, SIDE), 40_000), "PNG"),
    "25 MP interlaced PNG of 16 bits": interlaced_png,
    "25 MP black and white PNG": lambda: saved(Image.new("1", (SIDE, SIDE), 1), "PNG"),
    "12 MP WebP": lambda: saved(noise("RGB", (4032, 3024)), "WEBP", quality=20),
    "12 MP lossless WebP with transparency": lambda: saved(
        noise("RGBA", (4032, 3024)), "WEBP", lossless=True, method=2, exact=True
    ),
    "a row of 8,000": lambda: saved(noise("RGB", (8000, 1)), "JPEG"),
    "a column of 8,000": lambda: saved(noise("RGB", (1, 8000)), "PNG"),
    "a telephone's two pictures": second_picture,
    "turned and mirrored": lambda: turned(7),
    "held in a way that is none": lambda: turned(99),
    "a JPEG with a ZIP behind it": lambda: saved(noise("RGB", (99, 99)), "JPEG") + b"PK\x03\x04" + bytes(900),
    "a JPEG that is a page too": lambda: saved(
        Image.new("RGB", (99, 99)), "JPEG", comment=b"<html><script>alert(1)</script>"
    ),
    "a PNG with something behind it": lambda: saved(Image.new("RGB", (99, 99)), "PNG") + b"<?php echo 1 ?>",
}
REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "25 MP WebP": ("kind", lambda: saved(Image.new("RGB", (SIDE, SIDE)), "WEBP")),
    "25 MP lossless WebP": (
        "kind",
        lambda: saved(Image.new("RGBA", (SIDE, SIDE), (1, 2, 3, 4)), "WEBP", lossless=True),
    ),
    "WebP of 16,383 a side": ("pixels", lambda: saved(Image.new("L", (16_383, 9)), "WEBP")),
    "25 MP progressive CMYK JPEG": (
        "kind",
        lambda: saved(soft("CMYK"), "JPEG", quality=10, progressive=True, subsampling=0),
    ),
    "a JPEG of thousands of scans": ("time", many_scans),
    "moving WebP": ("frames", moving_webp),
    "a header that promises 2^62 pixels": ("pixels", lambda: png(2**31 - 1, 2**31 - 1)),
    "a header that promises 25 MP": ("unreadable", lambda: png(SIDE, SIDE, rows=bytes(1000))),
    "a JPEG that breaks off": ("unreadable", lambda: saved(soft("RGB", (3000, 2000)), "JPEG", quality=30)[:90_000]),
    "a PNG that breaks off": ("unreadable", lambda: saved(noise("RGB", (900, 900)), "PNG")[:50_000]),
    "a colour profile of 300 MB": ("unreadable", icc_bomb),
    "a text of 300 MB": ("unreadable", lambda: text_bomb(b"zTXt")),
    "an international text of 300 MB": ("unreadable", lambda: text_bomb(b"iTXt")),
    "SVG": ("unreadable", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "a GIF that is an archive too": (
        "unreadable",
        lambda: saved(Image.new("P", (9, 9)), "GIF") + b"PK\x03\x04" + bytes(99),
    ),
    "a file of 5 MB and a byte": ("bytes", lambda: b"\xff\xd8\xff" + bytes(5 * 1024 * 1024 - 2)),
}
