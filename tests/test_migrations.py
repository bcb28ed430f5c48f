"""Migrations say what the models say, and each app's history is one line."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_the_models_need_no_further_migration():
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_every_app_has_one_newest_migration():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert loader.detect_conflicts() == {}


@pytest.mark.django_db
def test_every_migration_has_been_applied_to_the_tests_database():
    loader = MigrationLoader(connection)
    assert set(loader.disk_migrations) <= set(loader.applied_migrations)
