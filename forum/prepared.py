"""Queries whose SQL is made once. For the few that every page asks: Django spends more on writing them than a database on answering."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connection, connections, router
from django.db.models import AutoField, Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row")

# Examples, for who has no better ones.
A_NUMBER = 2_000_000_001
A_MOMENT = datetime(2001, 1, 1, tzinfo=UTC)


class Prepared(Generic[Row]):
    """`make` gives the queryset for values of which only the place in the SQL counts; `examples` are such values, each
    another one. Calling it with the real ones gives the rows, as the queryset would: models with what `select_related` brings
    along, or tuples. No prefetching, no slices that differ, no moment that `make` asks the clock for.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]], **examples: Any) -> None:
        self._make, self._examples = make, examples
        self._lock = Lock()
        self._compiled: _Compiled | None = None

    def __call__(self, **values: Any) -> list[Row]:
        compiled = self._compiled
        if compiled is None:
            with self._lock:
                compiled = self._compiled = self._compiled or _Compiled(self._make(**self._examples), self._examples)
        return compiled.rows(values)


class Stored:
    """`row.save(update_fields=columns)` of a model without parents, for a row that is there; its SQL made once."""

    def __init__(self, model: type[Model], *columns: str) -> None:
        self._fields = [field for field in model._meta.concrete_fields if field.name in columns]
        assert len(self._fields) == len(columns), columns
        self._table, self._key = model._meta.db_table, model._meta.pk

    def __call__(self, row: Model) -> None:
        quoted = connection.ops.quote_name
        assert self._key is not None
        columns = ", ".join(f"{quoted(str(field.column))} = %s" for field in self._fields)
        where = f"WHERE {quoted(str(self._key.column))} = %s"
        values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {quoted(self._table)} SET {columns} {where}", [*values, row.pk])  # noqa: S608  (of Meta)
            if cursor.rowcount != 1:
                raise DatabaseError(f"no {self._table} {row.pk}")


class Added:
    """`row.save(force_insert=True)` of a model without parents, whose key the database gives; its SQL made once."""

    def __init__(self, model: type[Model]) -> None:
        assert isinstance(model._meta.pk, AutoField)
        self._table, self._key = model._meta.db_table, model._meta.pk
        self._fields = [field for field in model._meta.concrete_fields if field is not self._key]

    def next_key(self) -> int:
        """The key of the row that this transaction is going to add, for who must know it before. Nobody else gets it."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [self._table, self._key.column])
                return int(cursor.fetchone()[0])
            assert connection.in_atomic_block  # SQLite has one writer at a time, and that is us
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [self._table])
            row = cursor.fetchone()
            return (row[0] if row else 0) + 1

    def __call__(self, row: Model) -> None:
        fields = self._fields if row.pk is None else [self._key, *self._fields]
        quoted, has_returning = connection.ops.quote_name, connection.features.can_return_columns_from_insert
        columns = ", ".join(quoted(str(field.column)) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        returning = f" RETURNING {quoted(str(self._key.column))}" if has_returning else ""
        values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
        with connection.cursor() as cursor:
            sql = f"INSERT INTO {quoted(self._table)} ({columns}) VALUES ({places}){returning}"  # noqa: S608  (of Meta)
            cursor.execute(sql, values)
            row.pk = cursor.fetchone()[0] if has_returning else cursor.lastrowid
        row._state.adding, row._state.db = False, connection.alias


class _Compiled:
    def __init__(self, queryset: QuerySet[Any, Any], examples: dict[str, Any]) -> None:
        self.compiler = compiler = queryset.query.get_compiler(using=queryset.db)
        self.sql, parameters = compiler.as_sql()
        names = {_adapted(example): name for name, example in examples.items()}
        self.parameters = [(names.get(value), value) for value in parameters]
        missing = set(examples) - {name for name, _ in self.parameters}
        frozen = [value for name, value in self.parameters if name is None and _is_moment(value)]
        if missing or frozen:
            raise ValueError(f"not to be prepared: {missing or frozen} in {self.sql}")
        fields = [column[0] for column in compiler.select[: compiler.col_count]]
        self.converters = compiler.get_converters(fields)
        self.model: type[Model] | None = None
        self.read: type[Model] = queryset.model
        if not queryset.query.values_select:
            assert compiler.klass_info is not None
            self.model = compiler.klass_info["model"]
            columns = compiler.klass_info["select_fields"]
            self.start, self.end = columns[0], columns[-1] + 1
            self.names = [column[0].target.attname for column in compiler.select[self.start : self.end]]
            self.related = get_related_populators(compiler.klass_info, compiler.select, queryset.db)  # type: ignore[call-arg]  # stubs of Django 6
            self.annotations = list((compiler.annotation_col_map or {}).items())

    def rows(self, values: dict[str, Any]) -> list[Any]:
        adapted = {name: _adapted(value) for name, value in values.items()}
        database = router.db_for_read(self.read)
        with connections[database].cursor() as cursor:
            cursor.execute(self.sql, [adapted[name] if name else value for name, value in self.parameters])
            found = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        if self.model is None:
            return [tuple(row) for row in found]
        return [self._model_of(self.model, database, row) for row in found]

    def _model_of(self, model: type[Model], database: str, row: Any) -> Model:
        made = model.from_db(database, self.names, row[self.start : self.end])
        for one in self.related:
            one.populate(row, made)
        for name, at in self.annotations:
            setattr(made, name, row[at])
        return made


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime) or (isinstance(value, str) and value[:2] == "20" and value[4:5] == "-")
