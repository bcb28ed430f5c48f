"""Opens what a stranger uploaded, in a process of its own with little memory and time, and gives back clean pictures.

Started by articles.images as `python -I darkroom.py <command> …` with the file on standard input; it imports nothing
of ours and no Django, so that it is small and starts at once. On standard output: one line of JSON, then the bytes of
the files it names, in that order. `{"refused": code}` when it is no picture that we take.

Memory, measured (5,000 x 5,000 pixels, 12 MB before anything is opened): a JPEG is decoded at half its size, 40 MB; a
progressive one keeps two bytes of every sample, 230 MB with four colours; a PNG 180 MB; Pillow hands a WebP on in
four whole copies, 400 MB. Hence smaller limits for these two, and a ceiling for whatever we did not think of.
"""

import json
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageCms

# Source: PROMISES P29; WebP: docs/decisions/0009-pictures.md
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE_PIXELS = 8_000
MAX_PIXELS = 25_000_000
MAX_WEBP_PIXELS = 12_500_000
MAX_CMYK_PIXELS = 20_000_000
MEMORY_BYTES = 236_000_000
CPU_SECONDS = 20
MAX_SCANS = 200  # of a progressive JPEG; a usual one has ten, each goes over the whole picture

SOURCE_PIXELS = 6_250_000  # what is kept for later: a quarter of the largest upload
SOURCE_WIDTH = 2400
WIDTHS = (640, 960, 1600)
CUT_WIDTHS = (160, 320, 480)  # for lists, which show 4:3
CUT_SHAPE = (4, 3)
STRIP_ROWS = 128

AVIF = {"format": "AVIF", "quality": 60, "speed": 8}
JPEG = {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True}
SOURCE = {"format": "JPEG", "subsampling": 0}

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

Box = tuple[float, float, float, float]


class Refused(Exception):
    """The argument is the code that articles.images has a sentence for."""


def main(command: str, *words: str) -> None:
    upload = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        answer, files = COMMANDS[command](upload, *map(int, words))
    except Refused as refusal:
        answer, files = {"refused": str(refusal)}, []
    except MemoryError:
        answer, files = {"refused": "memory"}, []
    answer["bytes"] = [len(file) for file in files]
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for file in files:
        sys.stdout.buffer.write(file)


# The commands


def develop(upload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The whole picture, seen through and made small: what is kept instead of the upload. Its facts, for the row."""
    picture = upright_picture(upload)
    width, height = widths_of(picture)[-1]
    red, green, blue = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    facts = {"width": width, "height": height, "colour": f"#{red:02x}{green:02x}{blue:02x}"}
    return facts, [encoded_within(MAX_BYTES, picture, SOURCE, (92, 80, 60))]


def make(upload: bytes, focal_x: int, focal_y: int) -> tuple[dict[str, Any], list[bytes]]:
    """All files that pages show: whole in a few widths, and cut for lists, each as AVIF and as JPEG."""
    picture = upright_picture(upload)
    box = cut_box(picture.size, CUT_SHAPE, focal_x, focal_y)
    across = box[2] - box[0]
    cut_widths = [width for width in CUT_WIDTHS if width <= across] or [max(1, int(across))]
    cut_sizes = [(width, max(1, round(width * CUT_SHAPE[1] / CUT_SHAPE[0]))) for width in cut_widths]
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    files: list[bytes] = []
    answer: dict[str, Any] = {}
    for name, sizes, part in (("renditions", widths_of(picture), whole), ("crops", cut_sizes, box)):
        answer[name] = [{"width": width, "height": height} for width, height in sizes]
        for size in sizes:
            small = picture.resize(size, Image.Resampling.LANCZOS, box=part)
            files += [encoded(small, AVIF), encoded(small, JPEG)]
    return answer, files


def cut(
    upload: bytes, width: int, height: int, focal_x: int, focal_y: int, max_bytes: int
) -> tuple[dict[str, Any], list[bytes]]:
    """One JPEG of exactly this size around the focal point, of at most so many bytes if that can be."""
    picture = upright_picture(upload)
    box = cut_box(picture.size, (width, height), focal_x, focal_y)
    small = picture.resize((width, height), Image.Resampling.LANCZOS, box=box)
    file = encoded_within(max_bytes, small, JPEG, (82, 70, 58, 45, 30))
    return {"width": picture.width, "height": picture.height}, [file]


COMMANDS: dict[str, Callable[..., tuple[dict[str, Any], list[bytes]]]] = {"develop": develop, "make": make, "cut": cut}


# How a picture is opened


def upright_picture(upload: bytes) -> Image.Image:
    """Checked, decoded, on white, in sRGB, turned as the camera was held, not larger than we keep, without metadata."""
    picture = opened(upload)
    limit_resources()
    try:
        held = picture.getexif().get(_ORIENTATION, 1)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  broken metadata is no reason to refuse a sound picture
        held = 1
    try:
        small = shrunk(picture)
    except MemoryError:
        raise
    except Exception as error:  # hostile bytes make a decoder raise almost anything
        raise Refused("unreadable") from error
    return small.transpose(_UPRIGHT[held]) if held in _UPRIGHT else small


def opened(upload: bytes) -> Image.Image:
    """Reads the first bytes and checks what they promise; nothing is decoded yet."""
    if len(upload) > MAX_BYTES:
        raise Refused("bytes")
    Image.MAX_IMAGE_PIXELS = None  # we look ourselves
    try:
        picture = Image.open(BytesIO(upload), formats=FORMATS)
        # a telephone's JPEG carries a depth map or a second view
        frames = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
    except Exception as error:
        raise Refused("unreadable") from error
    if max(picture.size) > MAX_SIDE_PIXELS or picture.width * picture.height > MAX_PIXELS:
        raise Refused("pixels")
    if upload.count(b"\xff\xda") > MAX_SCANS:
        raise Refused("time")
    if frames != 1:
        raise Refused("frames")
    kind_limit = {"WEBP": MAX_WEBP_PIXELS}.get(picture.format or "", MAX_PIXELS)
    kind_limit = MAX_CMYK_PIXELS if picture.mode == "CMYK" else kind_limit
    if picture.width * picture.height > kind_limit:
        raise Refused("kind")
    return picture


def limit_resources() -> None:
    """What a decoder asks beyond this it does not get; the process is gone in a moment anyway."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    except (ImportError, ValueError, OSError):
        pass  # a system without them; the limits in pixels hold


def shrunk(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    pixels = picture.width * picture.height
    if picture.format in ("JPEG", "MPO") and pixels > SOURCE_PIXELS:
        picture.draft(None, (picture.width // 2, picture.height // 2))  # decoded at half its size
    picture.load()
    small = in_srgb(flattened(picture), profile)
    width = min(small.width, SOURCE_WIDTH)
    if width < small.width:
        height = max(1, round(small.height * width / small.width))
        small = small.resize((width, height), Image.Resampling.LANCZOS)
    small.info = {}  # an encoder would write profile and comments along
    return small


def flattened(picture: Image.Image) -> Image.Image:
    """On white, in a mode with plain colours, at most SOURCE_PIXELS; strip by strip, so that no whole copy is made."""
    factor = 1 if picture.width * picture.height <= SOURCE_PIXELS else 2
    transparent = picture.has_transparency_data
    mode = picture.mode if picture.mode in ("L", "RGB", "CMYK") else "RGB"
    if picture.mode in ("1", "I;16", "I;16B", "I", "F"):
        mode = "L"
    if transparent:
        mode = "RGB"
    across, down = -(-picture.width // factor), -(-picture.height // factor)
    small = Image.new(mode, (across, down))
    rows = STRIP_ROWS * factor
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        strip = on_white(strip) if transparent else in_mode(strip, mode)
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return small


def on_white(strip: Image.Image) -> Image.Image:
    strip = strip.convert("RGBA")
    alpha = strip.getchannel("A")
    paper = ImageChops.invert(alpha)
    colours = [ImageChops.add(ImageChops.multiply(strip.getchannel(name), alpha), paper) for name in "RGB"]
    return Image.merge("RGB", colours)


def in_mode(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode.startswith("I"):  # 16 bits a pixel
        return strip.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return strip if strip.mode == mode else strip.convert(mode)


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """By the picture's own profile if it brings a usable one."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S110  a broken profile is no reason to refuse a sound picture
            pass
    return picture.convert("RGB")


# Shapes


def widths_of(picture: Image.Image) -> list[tuple[int, int]]:
    """The sizes that pages get, smallest first; a small picture is never blown up."""
    widths = [width for width in WIDTHS if width <= picture.width] or [picture.width]
    return [(width, max(1, round(picture.height * width / picture.width))) for width in widths]


def cut_box(size: tuple[int, int], shape: tuple[int, int], focal_x: int, focal_y: int) -> Box:
    """The largest part of that shape, with the focal point as near to its middle as the edges allow."""
    across = min(size[0], size[1] * shape[0] / shape[1])
    down = min(size[1], size[0] * shape[1] / shape[0])
    left = min(max(size[0] * focal_x / 100 - across / 2, 0), size[0] - across)
    top = min(max(size[1] * focal_y / 100 - down / 2, 0), size[1] - down)
    return left, top, left + across, top + down


def encoded_within(max_bytes: int, picture: Image.Image, options: dict[str, Any], qualities: tuple[int, ...]) -> bytes:
    """As good as fits; the last quality whether it fits or not."""
    for quality in qualities:
        file = encoded(picture, options | {"quality": quality})
        if len(file) <= max_bytes:
            break
    return file


def encoded(picture: Image.Image, options: dict[str, Any]) -> bytes:
    out = BytesIO()
    picture.save(out, **options)
    return out.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
