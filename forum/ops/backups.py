"""A whole site in one file: the database as it was at one moment, and the pictures. Never a copy of a living file.

The file is a tar: `manifest.json` (what is in it, each with its SHA-256), `database.sqlite3` or `database.dump`
(pg_dump's custom format), `media/…`. Settings and the secret key are not in it: they are the operator's.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

PAGES_PER_STEP = 2_000  # of SQLite's backup; between two steps others may write
FORMAT = 1


class BackupError(Exception):
    """It cannot be done; the message says why, for the operator."""


def back_up(file: Path, *, now: datetime) -> dict[str, Any]:
    """Write a new backup; the name appears when it is whole. Returns its manifest. Raises BackupError.

    First the database, then the pictures: a picture whose row is in the backup is there too, unless it was deleted
    in between; a picture more does no harm.
    """
    if file.exists():
        raise BackupError(f"{file} exists already.")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            name = "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"
            database = Path(folder) / name
            _dump(database)
            manifest: dict[str, Any] = {
                "format": FORMAT,
                "made_at": now.isoformat(),
                "engine": connection.vendor,
                "files": {name: _digest(database)},
            }
            with tarfile.open(draft, "w") as archive:
                archive.add(database, name)
                for path in _pictures():
                    if picture := _bytes_of(path):
                        name = f"media/{path.relative_to(settings.MEDIA_ROOT)}"
                        manifest["files"][name] = hashlib.sha256(picture).hexdigest()
                        _add(archive, name, picture)
                _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def restore(file: Path, *, over_existing: bool = False) -> dict[str, Any]:
    """Make the site what it was. Stop web server and worker first. Returns the manifest. Raises BackupError.

    Everything is read and checked before anything is changed. `over_existing`: also when there is a site already; its
    pictures that are not in the backup stay on the disk, unused.
    """
    with _unpacked(file) as (folder, manifest):
        if manifest["engine"] != connection.vendor:
            raise BackupError(f"The backup is of {manifest['engine']}, DATABASE_URL is of {connection.vendor}.")
        if not over_existing and "articles_article" in connection.introspection.table_names():
            raise BackupError("There is a site already. With --replace the backup takes its place.")
        connections.close_all()
        if connection.vendor == "postgresql":
            _load_dump(folder / "database.dump")
        else:
            _put_in_place(folder / "database.sqlite3")
        if (folder / "media").is_dir():
            shutil.copytree(folder / "media", settings.MEDIA_ROOT, dirs_exist_ok=True)
    return manifest


def _dump(target: Path) -> None:
    if connection.vendor == "postgresql":
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}",
             f"--dbname={_connection_string()}")  # fmt: skip
        return
    source = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(source)) as living, closing(sqlite3.connect(target)) as copy:
        living.backup(copy, pages=PAGES_PER_STEP)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a journal beside it


def _load_dump(source: Path) -> None:
    """In one transaction: what was there stays when something goes wrong."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
    connections.close_all()
    afresh, script = source.with_name("afresh.sql"), source.with_name("script.sql")
    afresh.write_text(f"DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema};")
    _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source))
    _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
         f"--file={afresh}", f"--file={script}", f"--dbname={_connection_string()}")  # fmt: skip


def _put_in_place(source: Path) -> None:
    with closing(sqlite3.connect(source)) as copy:
        problems = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if problems != ["ok"]:
        raise BackupError(f"The database in the backup is damaged: {problems[0]}")
    target = Path(connection.settings_dict["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, draft)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    for journal in ("-wal", "-shm"):  # they belong to the file that goes
        target.with_name(target.name + journal).unlink(missing_ok=True)
    draft.replace(target)


def _pictures() -> Iterator[Path]:
    return (path for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")) if path.is_file() and not path.is_symlink())


def _bytes_of(picture: Path) -> bytes:
    """Of at most a few megabytes; none when it was deleted since we saw it."""
    try:
        return picture.read_bytes()
    except FileNotFoundError:
        return b""


def _add(archive: tarfile.TarFile, name: str, contents: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(contents), 0o644
    archive.addfile(entry, BytesIO(contents))


@contextmanager
def _unpacked(file: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The checked contents of a backup in a folder that goes away afterwards. Raises BackupError."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as name:
        folder = Path(name)
        try:
            with tarfile.open(file, "r:") as archive:
                archive.extractall(folder, filter="data")
            manifest = json.loads((folder / "manifest.json").read_text())
            expected = manifest["files"]
        except (OSError, tarfile.TarError, ValueError, KeyError) as fault:
            raise BackupError(f"{file} cannot be read as a backup ({type(fault).__name__}).") from fault
        if manifest.get("format") != FORMAT:
            raise BackupError(f"{file} has format {manifest.get('format')}; this release reads {FORMAT}.")
        for path, digest in expected.items():
            if not (folder / path).is_file() or _digest(folder / path) != digest:
                raise BackupError(f"{file} is damaged: {path} is not what it was.")
        yield folder, manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _connection_string() -> str:
    """What libpq is told; without the password, which goes through the environment."""
    known = connection.settings_dict
    parts = {"dbname": known["NAME"], "user": known["USER"], "host": known["HOST"], "port": known["PORT"]}
    parts |= {key: known["OPTIONS"][key] for key in ("host", "sslmode", "service") if key in known["OPTIONS"]}
    return " ".join(f"{key}='{_quoted(str(value))}'" for key, value in parts.items() if value)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _run(program: str, *words: str) -> None:
    environment = {**os.environ}
    if password := connection.settings_dict["PASSWORD"]:
        environment["PGPASSWORD"] = password
    try:
        run = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BackupError(
            f"{program} is not installed. On Debian or Ubuntu: apt-get install postgresql-client"
        ) from None
    if run.returncode:
        raise BackupError(f"{program}: {run.stderr.strip().splitlines()[-1] if run.stderr.strip() else 'failed'}")
