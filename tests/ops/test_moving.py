"""From one database to another: every row, as it was, or nothing."""

from pathlib import Path

import pytest
from django.db import connection

from tests.ops.place import Place

WAYS = [("sqlite", "sqlite")]
if connection.vendor == "postgresql":
    WAYS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]
FILL = """
from django.contrib.auth.models import User
from forum.reactions.actions import post_reaction
from forum.outbox.models import Address
from tests.factories import make_article
Address.objects.bulk_create(Address(email=f"{n}@lezers.example", key=f"{n}@lezers.example") for n in range(1_202))
article = make_article(slug="stille-uur")
User.objects.create_superuser("karim", "karim@redactie.example", "een lang wachtwoord")
for n in range(23):
    opening = post_reaction(article, name="Sanne \\u0141ukasz", website="https://sanne.example", body=f"Nummer {n}.",
                            email="Sanne@Lezers.example" if n < 3 else "")
for n in range(5):
    opening = post_reaction(article, name="Joris", website="", body=f"Antwoord {n}. \\U0001f327", parent_id=opening.pk)
"""
LATER = """
from articles.models import Article
from forum.reactions.actions import post_reaction
from forum.reactions.models import Reaction
article = Article.objects.get()
reaction = post_reaction(article, name="Noor", website="", body="Nieuw.", parent_id=Reaction.objects.latest("pk").pk)
print(reaction.pk == Reaction.objects.count(), reaction.depth)
"""


@pytest.mark.parametrize(("old", "new"), WAYS)
def test_every_row_comes_over_and_the_site_goes_on_there(migrated, tmp_path: Path, old: str, new: str):
    ours, theirs = Place(tmp_path, "ours", vendor=old), Place(tmp_path, "theirs", vendor=new)
    try:
        ours.migrate(migrated)
        ours.manage("shell", "-v0", "-c", FILL)
        said = ours.manage("move_database", theirs.url)
        assert "reactions_reaction: 28" in said and "outbox_address: 1203" in said and "Moved and compared" in said
        assert theirs.truth() == ours.truth()
        assert theirs.manage("shell", "-v0", "-c", LATER).split() == ["True", "6"]
        assert "There is a site in that database already." in ours.manage("move_database", theirs.url, fails=True)
        theirs.manage("migrate", "--check")
    finally:
        ours.away()
        theirs.away()


def test_while_a_worker_runs_nothing_is_moved(migrated, tmp_path: Path):
    ours, theirs = Place(tmp_path, "ours"), Place(tmp_path, "theirs")
    try:
        ours.migrate(migrated)
        ours.manage("shell", "-v0", "-c", "from forum.ops import health; health.beat()")
        assert "A worker is running." in ours.manage("move_database", theirs.url, fails=True)
        ours.manage("shell", "-v0", "-c", "from forum.ops.models import Heartbeat as H; H.objects.all().delete()")
        assert "Moved and compared" in ours.manage("move_database", theirs.url)
    finally:
        ours.away()
        theirs.away()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [("mysql://host/name", "starts with “mysql”"), ("postgres://u:p@host:port/x", "cannot be read")],
)
def test_an_address_that_cannot_be_right_is_said(migrated, tmp_path: Path, url: str, sentence: str):
    ours = Place(tmp_path, "ours")
    try:
        ours.migrate(migrated)
        assert sentence in ours.manage("move_database", url, fails=True)
    finally:
        ours.away()
