"""What has to be there for searching, said at the start rather than at the first question."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from forum.search.engines import engine


@register
def sqlite_can_search(**_: Any) -> list[CheckMessage]:
    return missing_fts5(sqlite3.connect(":memory:")) if connection.vendor == "sqlite" else []


def missing_fts5(database: sqlite3.Connection) -> list[CheckMessage]:
    try:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
    except sqlite3.OperationalError as error:
        return [
            Error(
                f"This SQLite ({sqlite3.sqlite_version}) has no full-text search: {error}.",
                hint="Use a Python whose SQLite was built with FTS5, or PostgreSQL (DATABASE_URL).",
                id="search.E001",
            )
        ]
    finally:
        database.close()
    return []


@register(Tags.database)
def index_is_kept(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Only once the migrations have run: before, there is nothing to keep."""
    if "default" not in (databases or ()) or "search_reaction" not in connection.introspection.table_names():
        return []
    if engine().is_installed():
        return []
    hint = "Run: python manage.py rebuild_search"
    return [Warning("The search index is not kept: its triggers are missing.", hint=hint, id="search.W001")]
