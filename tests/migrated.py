"""One migrated database in a run of tests, copied by whoever needs one: migrating takes seconds, copying a blink."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
URL = settings.DATABASE_URL
IS_POSTGRESQL = URL.startswith("postgres")
TEMPLATE = f"migrated_{settings.DATABASES['default']['NAME']}"  # on PostgreSQL; for the length of a run


@contextmanager
def made_once(folder: Path, name: str) -> Iterator[bool]:
    """True for the first of the processes that test together; the others wait until that one is ready."""
    ready = folder / f"{name}.ready"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not ready.exists()
        ready.touch()


class Migrated:
    """What a site's database is after `migrate`: a file for SQLite, a database beside the tests' own for PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder  # of all processes that test together

    def copy(self, to: Path) -> None:
        file = self.folder / "migrated.sqlite3"
        with made_once(self.folder, "migrated") as first:
            if first:
                _manage("migrate", "-v0", DATABASE_URL=f"sqlite:///{file}")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)

    def template(self) -> str:
        """PostgreSQL copies it by itself: CREATE DATABASE … TEMPLATE."""
        with made_once(self.folder, "template") as first:
            if first:
                drop_template()
                on_server(f"CREATE DATABASE {TEMPLATE}")
                _manage("migrate", "-v0", DATABASE_URL=url_of(TEMPLATE))
        return TEMPLATE

    def fill(self, memory: str) -> sqlite3.Connection:
        """SQLite's database in memory of this name; it stays for as long as somebody is connected."""
        file = self.folder / f"{os.getpid()}.sqlite3"
        self.copy(file)
        source, ours = sqlite3.connect(file), sqlite3.connect(memory, uri=True)
        source.backup(ours)
        source.close()
        file.unlink()
        return ours


def drop_template() -> None:
    on_server(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")


def on_server(statement: str) -> None:
    with psycopg.connect(URL, dbname="postgres", autocommit=True) as server:
        server.execute(statement)


def url_of(database: str) -> str:
    return urlsplit(URL)._replace(path=f"/{database}").geturl()


def _manage(*words: str, **more: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"} | more
    subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
