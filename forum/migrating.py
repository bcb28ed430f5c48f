"""Changing tables while readers post: what stands in the way of others is given up after a second, and tried again."""

import logging
import time
from collections.abc import Callable

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState

log = logging.getLogger(__name__)

LOCK_SECONDS = 1  # PROMISES P9: who waits for a table holds up everybody who comes after him
PAUSE_SECONDS = 1.0
TRIES = 60
# Source: postgresql.org/docs/current/errcodes-appendix.html
LOCK_NOT_AVAILABLE, DEADLOCK = "55P03", "40P01"


def politely(connection: BaseDatabaseWrapper, migrate: Callable[[], object]) -> None:
    """Do it with a limit on waiting for locks, over and over until it succeeds: what is done is not done again. SQLite waits
    for its only writer as everybody does.
    """
    if connection.vendor != "postgresql":
        migrate()
        return
    for tries_left in reversed(range(TRIES)):
        _limit(connection, f"{LOCK_SECONDS}s")
        try:
            migrate()
            return
        except OperationalError as fault:
            if not tries_left or getattr(fault.__cause__, "sqlstate", "") not in (LOCK_NOT_AVAILABLE, DEADLOCK):
                raise
            log.warning("A table is in use; trying again")
            time.sleep(PAUSE_SECONDS)
        finally:
            if connection.is_usable():
                _limit(connection, "0")


def _limit(connection: BaseDatabaseWrapper, length: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [length])


class AddIndexBeside(AddIndex):
    """Add an index to a table that is written meanwhile, in a migration with `atomic = False`. May be broken off and done
    again: PostgreSQL leaves a useless one then. SQLite makes it at once, and who posts waits."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        _limit(schema_editor.connection, "0")  # it waits for all who write, and holds up none of them
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        self._beside().database_forwards(app_label, schema_editor, from_state, to_state)
        _limit(schema_editor.connection, f"{LOCK_SECONDS}s")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        self._beside().database_backwards(app_label, schema_editor, from_state, to_state)

    def _beside(self) -> AddIndexConcurrently:
        return AddIndexConcurrently(self.model_name, self.index)
