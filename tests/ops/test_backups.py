"""A backup made while somebody writes restores to a state that existed; what is damaged or in the way is said."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.db import connection

from tests.browser.site import ROOT
from tests.ops.place import Place

ROUNDS = 3
SITE = """
from tests.factories import make_article
make_article(slug="stille-uur")
"""
WRITER = """
import itertools
from articles.models import Article
from forum.reactions.actions import post_reaction
article = Article.objects.select_related("author").get(slug="stille-uur")
for n in itertools.count():
    post_reaction(article, name="Sanne Kuipers", website="", body=f"Nummer {n}.")
    print(n, flush=True)
"""


@pytest.fixture
def places(tmp_path: Path):
    made = [Place(tmp_path, "ours"), Place(tmp_path, "theirs")]
    yield made
    for place in made:
        place.away()


def test_p08_what_is_restored_is_a_state_that_existed(places, migrated, tmp_path: Path):
    ours, theirs = places
    ours.migrate(migrated)
    ours.manage("shell", "-v0", "-c", SITE)
    (ours.folder / "media" / "articles").mkdir(parents=True)
    (ours.folder / "media" / "articles" / "a-640.jpg").write_bytes(b"picture")
    writer = subprocess.Popen([sys.executable, "manage.py", "shell", "-v0", "-c", WRITER], cwd=ROOT,
                              env=ours.environment, stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert writer.stdout is not None
    before = -1
    try:
        for number in range(ROUNDS):
            for _ in range(3):  # it goes on writing
                before = int(writer.stdout.readline())
            file = tmp_path / f"{number}.tar"
            assert "1 pictures" in ours.manage("backup", str(file))
            theirs.manage("restore", str(file), *(["--replace"] if number else []))
            visible, numbers, bodies = theirs.truth()
            assert visible > before and numbers == list(range(1, visible + 1))
            assert bodies == [f"Nummer {n}." for n in range(visible)]
            assert (theirs.folder / "media" / "articles" / "a-640.jpg").read_bytes() == b"picture"
    finally:
        writer.kill()
        writer.communicate()


def test_what_cannot_be_restored_changes_nothing(places, migrated, tmp_path: Path):
    ours, theirs = places
    for place in places:
        place.migrate(migrated)
        place.manage("shell", "-v0", "-c", SITE)
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    ours.manage("backup", str(good))
    assert "exists already" in ours.manage("backup", str(good), fails=True)
    assert "There is a site already" in theirs.manage("restore", str(good), fails=True)

    whole = good.read_bytes()
    middle = whole.index(b"stille-uur") if b"stille-uur" in whole else len(whole) // 2
    bad.write_bytes(whole[:middle] + b"X" + whole[middle + 1 :])
    assert "is damaged" in theirs.manage("restore", str(bad), "--replace", fails=True)
    bad.write_bytes(whole[: len(whole) // 2])
    assert "cannot be read as a backup" in theirs.manage("restore", str(bad), "--replace", fails=True)
    bad.write_bytes(b"not a tar")
    assert "cannot be read as a backup" in theirs.manage("restore", str(bad), "--replace", fails=True)

    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    with tarfile.open(good) as archive:
        archive.extractall(tmp_path / "open", filter="data")
    note = tmp_path / "open" / "manifest.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"engine": other}))
    with tarfile.open(bad, "w") as archive:
        archive.add(tmp_path / "open", ".")
    assert f"The backup is of {other}" in theirs.manage("restore", str(bad), "--replace", fails=True)
    assert theirs.truth() == [0, [], []]
