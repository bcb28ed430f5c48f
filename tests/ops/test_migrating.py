"""A table changes while readers post: nobody waits for it for long, and what could not be done is tried again."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState

from forum.migrating import AddIndexBeside, politely
from forum.outbox.models import Address

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer, who waits his turn"
)
HOLDS = """
import os, sys, psycopg
with psycopg.connect(sys.argv[1]) as holder:
    holder.execute("SELECT 1 FROM outbox_address")
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder() -> Iterator["subprocess.Popen[str]"]:
    """Somebody in whose transaction the table stands, until he is told that it may end."""
    place = connection.settings_dict
    known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    link = " ".join(f"{word}={place[name]}" for word, name in known.items() if place[name])
    process = subprocess.Popen([sys.executable, "-c", HOLDS, link], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout and process.stdout.readline() == "held\n"
    yield process
    if process.poll() is None:
        process.communicate("end\n")


@ON_POSTGRESQL
def test_p09_who_waits_for_a_table_gives_up_and_tries_again(holder):
    tries = []

    def migrate() -> None:
        tries.append(1)
        if len(tries) == 2:
            holder.communicate("end\n")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE outbox_address ADD COLUMN shoe_size integer")

    politely(connection, migrate)
    assert len(tries) == 2  # the first was given up while the table was held
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_address DROP COLUMN shoe_size")
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_another_fault_is_not_tried_again():
    tries = []

    def migrate() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM a_table_that_nobody_made")

    with pytest.raises(Exception, match="a_table_that_nobody_made"):
        politely(connection, migrate)
    assert len(tries) == 1


def test_an_index_beside_comes_and_goes_and_may_be_begun_anew(engine):
    index = models.Index(fields=["suppressed_because"], name="address_because")
    operation = AddIndexBeside("address", index)
    before = ProjectState.from_apps(apps)
    after = before.clone()
    operation.state_forwards("outbox", after)
    for _ in range(2 if engine == "postgresql" else 1):  # the second as after one that broke off
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("outbox", editor, before, after)
        assert "address_because" in _indexes()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("outbox", editor, after, before)
    assert "address_because" not in _indexes()


@ON_POSTGRESQL
def test_an_index_beside_is_never_made_within_a_transaction():
    operation = AddIndexBeside("address", models.Index(fields=["suppressed_because"], name="address_because"))
    before = ProjectState.from_apps(apps)
    after = before.clone()
    operation.state_forwards("outbox", after)
    with pytest.raises(Exception, match="transaction"), connection.schema_editor() as editor:
        operation.database_forwards("outbox", editor, before, after)


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Address._meta.db_table))
