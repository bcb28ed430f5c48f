"""What every test gets: plain static files, a fast password hasher, folders of its own. Settings: tests/settings.py"""

import os

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # pytest-playwright runs its own event loop

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

from forum.moderation import log_triggers

_flush = BaseDatabaseOperations.execute_sql_flush


def flush_the_log_too(operations: BaseDatabaseOperations, statements: list[str]) -> None:
    """Between two tests the database is emptied; the triggers that keep the log are taken off for as long as that takes."""
    vendor = operations.connection.vendor
    _flush(operations, [*log_triggers.uninstall(vendor), *statements, *log_triggers.install(vendor)])


BaseDatabaseOperations.execute_sql_flush = flush_the_log_too


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
