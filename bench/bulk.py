"""Rows by the hundred thousand: COPY on PostgreSQL, executemany on SQLite, their indexes made afterwards in one go."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from forum.search.actions import fill_index
from forum.search.engines import engine

Row = Sequence[Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """`rows` hold the values of these columns; the others get what a new model would have."""
    meta = model._meta
    fixed = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in meta.concrete_fields
        if field.column not in columns and not field.primary_key
    }
    names = ", ".join(f'"{name}"' for name in (*columns, *fixed))
    constant = tuple(_plain(value) for value in fixed.values())
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {meta.db_table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((*row, *constant))
        else:
            marks = ", ".join(["?"] * (len(columns) + len(fixed)))
            whole = ((*_adapted(row), *constant) for row in rows)
            cursor.connection.executemany(f"INSERT INTO {meta.db_table} ({names}) VALUES ({marks})", whole)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _plain(value: Any) -> Any:
    """What Django wraps for psycopg (JSON) as the text that COPY takes."""
    return value.dumps(value.obj) if hasattr(value, "dumps") and hasattr(value, "obj") else value


def _adapted(row: Row) -> Iterator[Any]:
    for value in row:
        yield connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


@contextmanager
def indexed_afterwards(model: type[models.Model]) -> Iterator[None]:
    """Without the indexes of its Meta, and without the words for searching, until the end."""
    engine().uninstall()
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.add_index(model, index)
    engine().install()
    fill_index()


def settle() -> None:
    """What a database that has stood for a while knows of its tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
