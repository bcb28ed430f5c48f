"""Work on many rows lets those who post go between."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from forum.batches import in_batches
from forum.outbox.models import Address
from tests.subscriptions.processes import shared_database

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 30
# The first batch waits until somebody else waits for it.
WORK = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
import django
django.setup()
from forum.batches import in_batches
from forum.outbox.models import Address

def change(batch):
    if not Address.objects.filter(suppressed_because="bounces").exists():
        print("begun", flush=True)
        sys.stdin.readline()
    batch.update(suppressed_because="bounces")

in_batches(Address.objects.all(), change, size=1)
"""
DONE = "SELECT count(*) FROM outbox_address WHERE suppressed_because = 'bounces'"
LOOKS = 0.04  # SQLite's own way of waiting looks every 25 ms at first, then less often


def addresses(count: int) -> None:
    Address.objects.bulk_create(Address(email=f"a{n}@lezers.example", key=f"a{n}@lezers.example") for n in range(count))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock that all writers share")
def test_who_waits_for_the_only_writer_gets_his_turn_between_batches(tmp_path):
    addresses(MANY)
    url = shared_database(tmp_path)
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": settings.SECRET_KEY}
    work = subprocess.Popen([sys.executable, "-c", WORK], cwd=settings.BASE_DIR, env=environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert work.stdin and work.stdout and work.stdout.readline() == "begun\n"
    writer = sqlite3.connect(tmp_path / "shared.sqlite3", timeout=0, isolation_level=None)
    work.stdin.write("go\n")
    work.stdin.flush()
    turns, done = set(), 0
    while done < MANY:
        with contextlib.suppress(sqlite3.OperationalError):  # it is taken
            writer.execute("BEGIN IMMEDIATE")
            done = writer.execute(DONE).fetchone()[0]
            turns.add(done)
            writer.execute("COMMIT")
        time.sleep(LOOKS)
    assert len(turns) > MANY / 2
    work.communicate(timeout=60)
    assert work.returncode == 0
    assert writer.execute("SELECT count(*) FROM outbox_address WHERE suppressed_because = 'bounces'").fetchone() == (
        MANY,
    )
    writer.close()


def test_every_row_is_seen_once_and_who_breaks_off_goes_on_where_he_was():
    addresses(25)
    seen: list[list[int]] = []

    def change(batch):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(list(batch.order_by("pk").values_list("pk", flat=True)))
        batch.update(suppressed_because="bounces")

    todo = Address.objects.exclude(suppressed_because="bounces")
    with pytest.raises(KeyboardInterrupt):
        in_batches(todo, change, size=10)
    assert todo.count() == 5  # what was done stays done
    seen.clear()
    assert in_batches(todo, change, size=3) == 5
    assert [len(batch) for batch in seen] == [3, 2] and todo.count() == 0


def test_who_goes_on_adding_keeps_nobody_busy_for_ever():
    addresses(5)

    def change(batch):
        number = Address.objects.count()
        Address.objects.create(email=f"a{number}@lezers.example", key=f"a{number}@lezers.example")
        batch.update(suppressed_because="bounces")

    assert in_batches(Address.objects.exclude(suppressed_because="bounces"), change, size=2) == 5
    assert Address.objects.exclude(suppressed_because="bounces").count() == 3
