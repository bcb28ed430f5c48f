"""A whole site from one database to another, of whatever kind: from SQLite to PostgreSQL when it grows.

Rows are read in one transaction of the old database, so they are those of one moment, and written in one of the new:
either all are there or none. Before that transaction ends, the new ones are read again and compared.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Model

from articles.models import Article
from forum.database import database
from forum.ops import health

TARGET = "moving_to"
BATCH = 1_000
Rows = Iterator[tuple[Any, ...]]


class MoveError(Exception):
    """It cannot be done; the message says why, for the operator."""


def move_database(url: str, *, tell: Callable[[str], None] = lambda sentence: None) -> int:
    """Copy every row into the database at `url`, which must hold no site yet; returns how many there are.

    Stop the web server and the worker first: what is written afterwards would stay behind. Raises MoveError.
    """
    if health.a_worker_lives():
        raise MoveError("A worker is running. Stop the site first: what is written meanwhile would stay behind.")
    try:
        connections.databases[TARGET] = connections.configure_settings(
            {DEFAULT_DB_ALIAS: {}, TARGET: database("The new address", url, pool=2)}
        )[TARGET]
    except ImproperlyConfigured as error:
        raise MoveError(str(error)) from None
    if connections[TARGET].vendor == "sqlite":
        Path(connections[TARGET].settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    try:
        return _move(tell)
    finally:
        connections[TARGET].close()
        del connections.databases[TARGET]


def _move(tell: Callable[[str], None]) -> int:
    there = connections[TARGET].introspection.table_names()
    if "articles_article" in there and (_holds_rows(Article) or _holds_rows(User)):
        raise MoveError("There is a site in that database already.")
    tell("Making the tables")
    call_command("migrate", database=TARGET, interactive=False, verbosity=0)
    moved = 0
    with transaction.atomic(), transaction.atomic(using=TARGET):
        for model in _models():
            if _holds_rows(model):  # what the migrations put there; a table that is only added to holds nothing yet
                model._base_manager.using(TARGET).all()._raw_delete(TARGET)
        for model in _models():
            rows = _copy(model)
            if rows:
                tell(f"{model._meta.db_table}: {rows}")
            moved += rows
        _set_counters()
        for model in _models():
            if _digest(model, DEFAULT_DB_ALIAS) != _digest(model, TARGET):
                raise MoveError(f"{model._meta.db_table} did not come over as it was. Nothing was moved.")
    return moved


def _holds_rows(model: type[Model]) -> bool:
    return model._base_manager.using(TARGET).exists()


def _models() -> list[type[Model]]:
    """Every table that a model stands for, also between two; the search index is made by its triggers."""
    return [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]


def _copy(model: type[Model]) -> int:
    """Through Django's fields, which know how each engine keeps a value; nothing is filled in on the way (`raw`)."""
    fields = model._meta.local_concrete_fields
    count, batch = 0, []
    rows = model._base_manager.using(DEFAULT_DB_ALIAS).order_by("pk").iterator(BATCH)
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            count += _insert(model, fields, batch)
            batch = []
    return count + _insert(model, fields, batch)


def _insert(model: type[Model], fields: Any, batch: list[Model]) -> int:
    if batch:
        size = connections[TARGET].ops.bulk_batch_size(fields, batch)
        for start in range(0, len(batch), size):
            model._base_manager.using(TARGET)._insert(  # type: ignore[attr-defined]
                batch[start : start + size], fields, using=TARGET, raw=True
            )
    return len(batch)


def _set_counters() -> None:
    """The next row gets a number that is free."""
    new = connections[TARGET]
    with new.cursor() as cursor:
        for statement in new.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _digest(model: type[Model], alias: str) -> tuple[int, str]:
    names = [field.attname for field in model._meta.local_concrete_fields]
    seen, count = hashlib.sha256(), 0
    for row in model._base_manager.using(alias).order_by("pk").values_list(*names).iterator(BATCH):
        seen.update(repr([_plain(value) for value in row]).encode())
        count += 1
    return count, seen.hexdigest()


def _plain(value: Any) -> Any:
    """The same for both engines: moments in UTC, bytes as bytes."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return bytes(value) if isinstance(value, memoryview) else value
