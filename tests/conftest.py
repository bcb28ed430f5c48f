"""What every test gets: plain static files, a fast password hasher, folders of its own. Settings: tests/settings.py"""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # pytest-playwright runs its own event loop

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from forum.moderation import log_triggers
from tests.migrated import IS_POSTGRESQL, Migrated, drop_template

_flush = BaseDatabaseOperations.execute_sql_flush


def flush_the_log_too(operations: BaseDatabaseOperations, statements: list[str]) -> None:
    """Between two tests the database is emptied; the triggers that keep the log are taken off for as long as that takes."""
    vendor = operations.connection.vendor
    _flush(operations, [*log_triggers.uninstall(vendor), *statements, *log_triggers.install(vendor)])


BaseDatabaseOperations.execute_sql_flush = flush_the_log_too


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory, request) -> Path:
    """Of all processes that test together: with `-n` each has a folder of its own within it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def migrated(shared_folder) -> Migrated:
    return Migrated(shared_folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, migrated):
    """The tests' database begins as a copy; Django's migrate still looks whether anything is missing."""
    if IS_POSTGRESQL:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()
        yield
    else:
        memory = migrated.fill(connection.creation._get_test_db_name())
        yield
        memory.close()


REACH_THE_DATABASE = {
    "db",
    "transactional_db",
    "live_server",
    "migrated",
}  # fixtures; without them Django is refused it


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what reaches the database that is tested: the rest is the same on SQLite, and runs there."""
    if not IS_POSTGRESQL:
        return
    away = [item for item in items if not _reaches_the_database(item)]
    config.hook.pytest_deselected(items=away)
    items[:] = [item for item in items if _reaches_the_database(item)]


def _reaches_the_database(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(name) for name in ("django_db", "on_postgresql"))
    return marked or bool(REACH_THE_DATABASE & set(getattr(item, "fixturenames", ())))


def pytest_unconfigure(config: pytest.Config) -> None:
    if IS_POSTGRESQL and not hasattr(config, "workerinput"):
        drop_template()


@pytest.fixture(autouse=True)
def plain_settings(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def engine() -> str:
    """ "sqlite" or "postgresql": for the few tests that look at what only one of them has."""
    return connection.vendor
