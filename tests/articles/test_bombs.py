"""P29: whatever is uploaded, no process takes 250 MB, and what is refused leaves nothing behind."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation
from PIL import Image

from articles import darkroom
from articles.images import REFUSALS, ImageRefused, develop
from tests.articles.bombs import REFUSED, TAKEN

MAX_MEGABYTES = 250
# A process of its own, so that only what opening this file costs is counted: the site's code, the darkroom, both.
ASK = """
import json, os, resource, sys
import django
django.setup()
from articles import images
try:
    source = images.develop(open(sys.argv[1], "rb"))
    with open(sys.argv[1] + ".source", "wb") as kept:
        kept.write(source.content)
    images._in_darkroom(source.content, "make", 50, 50)
    images._in_darkroom(source.content, "cut", 1200, 630, 50, 50, 150_000)
    answer = "taken"
except images.ImageRefused as refusal:
    answer = refusal.code
most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([answer, most // 1024]))
"""
# Linux lets a process inherit the peak of whoever started it; this small one stands between us, who made the bomb, and it.
GO_BETWEEN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"


def asked(file: Path) -> tuple[str, int]:
    """(taken or why not, megabytes of the largest process)"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    words = [sys.executable, "-S", "-c", GO_BETWEEN, sys.executable, "-c", ASK, str(file)]
    run = subprocess.run(words, cwd=settings.BASE_DIR, env=environment, capture_output=True, timeout=120)
    assert run.returncode == 0, run.stderr.decode()
    answer, megabytes = json.loads(run.stdout)
    print(f"{megabytes} MB")  # shown by pytest -s
    return answer, megabytes


@pytest.mark.parametrize("name", TAKEN)
def test_p29_a_large_picture_is_taken_within_the_memory(name, tmp_path):
    file = tmp_path / "upload"
    file.write_bytes(TAKEN[name]())
    assert file.stat().st_size <= darkroom.MAX_BYTES
    answer, megabytes = asked(file)
    assert answer == "taken"
    assert megabytes < MAX_MEGABYTES
    kept = (tmp_path / "upload.source").read_bytes()
    picture = Image.open(BytesIO(kept))
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert picture.width * picture.height <= darkroom.SOURCE_PIXELS
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(word in kept for word in (b"Exif", b"PK\x03\x04", b"<html", b"<?php"))


@pytest.mark.parametrize("name", REFUSED)
def test_p29_a_bomb_is_refused_within_the_memory(name, tmp_path):
    codes, make = REFUSED[name]
    file = tmp_path / "upload"
    file.write_bytes(make())
    answer, megabytes = asked(file)
    assert answer in codes.split()
    assert megabytes < MAX_MEGABYTES


def test_p29_the_ceiling_holds_when_the_limits_do_not(monkeypatch):
    """Positive control: the largest WebP, past the limit in pixels, is stopped by the limit in bytes."""
    big = BytesIO()
    Image.new("RGB", (5000, 5000)).save(big, "WEBP")
    script = (
        "import runpy, sys; sys.argv = ['darkroom', 'develop'];"
        "space = runpy.run_path('articles/darkroom.py');"
        "space['opened'].__globals__['MAX_WEBP_PIXELS'] = 10**9; space['main']('develop')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, input=big.getvalue(), capture_output=True, timeout=60
    )
    assert json.loads(run.stdout.partition(b"\n")[0])["refused"] in ("memory", "unreadable")


def test_p29_every_refusal_has_a_sentence_in_both_languages():
    for code, sentence in REFUSALS.items():
        with translation.override("nl"):
            dutch = str(sentence)
        with translation.override("en"):
            assert str(sentence) != dutch and dutch.endswith(".") and str(sentence).endswith("."), code


def test_p29_a_picture_with_a_profile_comes_out_in_the_colours_it_had():
    """Display P3 says with (234, 51, 35) what sRGB says with (255, 0, 0)."""
    from PIL import ImageCms

    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    plain = BytesIO()
    Image.new("RGB", (60, 60), (200, 60, 40)).save(
        plain, "PNG", icc_profile=lab.tobytes()
    )  # for no RGB picture: ignored
    assert Image.open(BytesIO(develop(plain).content)).getpixel((9, 9)) == pytest.approx((200, 60, 40), abs=4)
    grey = BytesIO()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    Image.new("RGB", (60, 60), (200, 60, 40)).save(grey, "PNG", icc_profile=srgb.tobytes())
    made = Image.open(BytesIO(develop(grey).content))
    assert made.getpixel((9, 9)) == pytest.approx((200, 60, 40), abs=4) and "icc_profile" not in made.info


def test_p29_nothing_is_stored_of_what_is_refused():
    with pytest.raises(ImageRefused):
        develop(BytesIO(b"GIF89a"))
    assert not default_storage.exists("originals") and not default_storage.exists("articles")
