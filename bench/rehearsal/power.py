"""The power fails while eight clients post: every process ends at once, and what was not forced to the disk is gone."""

import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.rehearsal.disk import Disk, library
from bench.rehearsal.faults import Seen, cluster, psql, rehearse, site
from bench.rehearsal.place import ARTICLE, Load, Place, wait_until
from tests.ops.cluster import Cluster

CUTS = int(os.environ.get("REHEARSE_CUTS", "3"))
# After each cut: how many more states are looked at in which the disk had done something it was not asked. PROMISES P1
# asks for 450 cuts: 10 with 44 each. PostgreSQL is started on each, which takes seconds, so it has fewer.
TORN = int(os.environ.get("REHEARSE_TORN", "30"))
START_SECONDS = 10
BODIES = "SELECT body FROM reactions_reaction"
IS_WHOLE = (
    "SELECT visible = (SELECT count(*) FROM reactions_reaction WHERE status = 'published') FROM articles_discussion"
)
# Every index of ours against its table.
INDEXES = (
    "CREATE EXTENSION IF NOT EXISTS amcheck; SELECT count(bt_index_check(i.indexrelid, true)) FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
    " WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisvalid"
)
CARELESS = """
from forum.settings import *
DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
"""


class Engine(Protocol):
    place: Place
    disk: Disk
    torn: int

    def start(self) -> None: ...
    def kill(self) -> None:
        """All at once."""

    def found(self, folder: Path) -> tuple[Collection[str], bool]:
        """What was said according to what stands in this folder, and whether all of it is sound."""


class Sqlite:
    torn = TORN

    def __init__(self, place: Place, disk: Disk, **settings: str) -> None:
        self.place, self.disk = place, disk
        self._settings = disk.environment | settings

    def start(self) -> None:
        self.place.start_web(**self._settings)

    def kill(self) -> None:
        self.place.kill("web")

    def found(self, folder: Path) -> tuple[Collection[str], bool]:
        with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
            bodies = [body for (body,) in database.execute(BODIES)]
            sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return bodies, sound and bool(database.execute(IS_WHOLE).fetchone()[0])


class Postgresql:
    torn = TORN // 15

    def __init__(self, place: Place, disk: Disk, database: Cluster) -> None:
        self.place, self.disk, self.database = place, disk, database
        database.environment = disk.environment

    def start(self) -> None:
        self.database.start()
        self.place.start_web()

    def kill(self) -> None:
        """With its first process's number left there, as on a machine that went out."""
        _end(self.database)
        self.place.kill("web")

    def found(self, folder: Path) -> tuple[Collection[str], bool]:
        with tempfile.TemporaryDirectory(prefix="luisterkamer-pg-", ignore_cleanup_errors=True) as name:
            os.chmod(name, 0o755)
            other = self.database.beside(Path(name))
            subprocess.run(["cp", "-a", folder, f"{name}/data"], check=True)
            other.start()
            try:
                bodies = json.loads(psql(other, f"SELECT coalesce(json_agg(body), '[]') FROM ({BODIES}) b"))
                psql(other, INDEXES)
                return bodies, psql(other, IS_WHOLE).strip() == "t"
            finally:
                other.stop()


def _end(database: Cluster) -> None:
    first = int((database.folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    for pid in (first, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (first, *children)), "it lives on")


@dataclass
class Outcome:
    accepted: int = 0
    lost: int = 0  # in the worst state
    states: int = 0
    unsound: int = 0
    twice: int = 0
    slowest: float = 0

    def look(self, engine: Engine, folder: Path, sure: set[str]) -> None:
        bodies, sound = engine.found(folder)
        self.states += 1
        self.lost = max(self.lost, len(sure - set(bodies)))
        self.unsound += not (sound and len(set(bodies)) == len(bodies))


def _cut_off(engine: Engine, cuts: int = CUTS) -> Outcome:
    outcome = Outcome()
    engine.disk.calm()
    engine.start()
    with Load(engine.place, ["web"]).running() as load:
        for cut in range(cuts):
            load.wait_for(30 + 11 * cut)
            sure = set(load.accepted)
            engine.disk.cut()
            engine.kill()
            for seed in range(engine.torn):
                mixed = engine.disk.folder.with_name("torn")
                engine.disk.torn(mixed, 1_000 * cut + seed)
                outcome.look(engine, mixed, sure)
            engine.disk.lose()
            outcome.look(engine, engine.disk.left, sure)
            engine.disk.calm()
            begun = time.monotonic()
            engine.start()
            assert engine.place.get(ARTICLE).status == 200
            assert engine.place.post(f"Het licht is er weer, {cut}.").status == 303
            outcome.slowest = max(outcome.slowest, time.monotonic() - begun)
    lost, outcome.twice, _ = load.lost_and_twice()
    outcome.accepted, outcome.lost = len(load.accepted), max(lost, outcome.lost)
    return outcome


def _without_care(engine: Engine) -> int:
    """The same where nobody waits for the disk: how many are lost then. None would say that this rehearsal sees nothing."""
    engine.disk.calm()
    engine.start()
    with Load(engine.place, ["web"]).running() as load:
        load.wait_for(30)
        sure = set(load.accepted)
        engine.disk.cut()
        engine.kill()
    try:
        bodies, _ = engine.found(engine.disk.left)
    except (sqlite3.Error, subprocess.CalledProcessError):
        bodies = []  # not even to be opened
    return len(sure - set(bodies))


def _seen(outcome: Outcome, careless: int, how: str) -> Seen:
    words = (
        f"{outcome.states} states of {CUTS} cuts, {outcome.accepted} accepted: {outcome.lost} lost, {outcome.twice} twice,"
        f" {outcome.unsound} unsound; up in {outcome.slowest:.1f} s; with {how} {careless} lost, so it would be seen"
    )
    kept = outcome.lost == outcome.twice == outcome.unsound == 0 and outcome.slowest <= START_SECONDS
    return Seen(words, kept and careless > 0)


@rehearse("the power fails, 8 clients, SQLite", "0 accepted lost, all sound, up within 10 s")
def power_fails_sqlite(folder: Path) -> Seen:
    with _on_sqlite(folder) as engine:
        outcome = _cut_off(engine)
    (folder / "careless.py").write_text(CARELESS)
    with _on_sqlite(folder / "again", PYTHONPATH=str(folder), DJANGO_SETTINGS_MODULE="careless") as engine:
        return _seen(outcome, _without_care(engine), "synchronous=OFF")


@rehearse("the power fails, 8 clients, PostgreSQL", "0 accepted lost, all sound, up within 10 s")
def power_fails_postgresql(folder: Path) -> Seen:
    with _on_postgresql(folder) as engine:
        outcome = _cut_off(engine)
    with _on_postgresql(folder / "again", "synchronous_commit = off", "wal_writer_delay = 10s") as engine:
        return _seen(outcome, _without_care(engine), "synchronous_commit=off")


@contextmanager
def _on_sqlite(folder: Path, **settings: str) -> Iterator[Engine]:
    written = folder / "disk"
    written.mkdir(parents=True)
    with site(folder, DATABASE_URL=f"sqlite:///{written}/db.sqlite3") as place:
        yield Sqlite(place, Disk(written, library(folder)), **settings)


@contextmanager
def _on_postgresql(folder: Path, *settings: str) -> Iterator[Engine]:
    folder.mkdir(exist_ok=True)
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        database.stop("fast")
        with (database.folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{setting}\n" for setting in settings)
        yield Postgresql(place, Disk(database.folder / "data", library(database.folder)), database)
