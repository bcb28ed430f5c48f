"""What a rehearsal is, and those of the web process and of what lies below it."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.rehearsal.place import ARTICLE, ROOT, Answer, Load, Place, children, command_of, program, wait_until
from tests.mailserver import free_port
from tests.ops.cluster import Cluster

KILLS = int(os.environ.get("REHEARSE_KILLS", "15"))  # PROMISES P1 asks for 100
TEXT = "Dit wil ik niet kwijt."
BANNER = "niets worden opgeslagen"
READ = (
    ARTICLE,
    "/",
    "/articles/",
    "/search/?q=stad",
    "/feeds/articles.atom",
    "/reactions/",
    "/accounts/login/",
    "/mine/",
    "/healthz",
)


class Seen(NamedTuple):
    words: str
    kept: bool


class NotHere(Exception):
    """This machine lacks what the rehearsal needs."""


Rehearsal = Callable[[Path], Seen]
FAULTS: dict[str, tuple[str, Rehearsal]] = {}


def rehearse(fault: str, expected: str) -> Callable[[Rehearsal], Rehearsal]:
    def note(rehearsal: Rehearsal) -> Rehearsal:
        FAULTS[fault] = (expected, rehearsal)
        return rehearsal

    return note


@contextmanager
def site(folder: Path, **settings: str) -> Iterator[Place]:
    place = Place(folder, **settings)
    try:
        place.prepare()
        yield place
    finally:
        place.close()


@contextmanager
def cluster() -> Iterator[Cluster]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise NotHere("needs a PostgreSQL server")
    with tempfile.TemporaryDirectory(prefix="luisterkamer-pg-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        database = Cluster(Path(folder), programs[-1].parent)
        database.start()
        try:
            yield database
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                database.stop()


def psql(database: Cluster, statement: str) -> str:
    words = ["psql", "-qAt", "-U", "postgres", "-h", str(database.folder), "-c", statement, "postgres"]
    environment = os.environ | {"PGOPTIONS": "-c default_transaction_read_only=off"}
    return subprocess.run(words, check=True, capture_output=True, text=True, env=environment).stdout


def _killed_under_load(place: Place) -> Seen:
    place.start_web()
    with Load(place, ["web"]).running() as load:
        for kill in range(KILLS):
            load.wait_for(5)
            place.kill_inner("web")
            wait_until(lambda: place.is_back("web"), f"it does not come back after kill {kill + 1}")
    lost, twice, whole = load.lost_and_twice()
    words = f"{KILLS} kills, {len(load.accepted)} accepted: {lost} lost, {twice} twice, counts {'true' if whole else 'WRONG'}"
    return Seen(words, lost == twice == 0 and whole and len(load.accepted) > KILLS)


@rehearse("kill -9 of the web process, 8 clients, SQLite", "0 accepted lost, 0 half")
def web_killed_sqlite(folder: Path) -> Seen:
    with site(folder) as place:
        return _killed_under_load(place)


@rehearse("kill -9 of the web process, 8 clients, PostgreSQL", "0 accepted lost, 0 half")
def web_killed_postgresql(folder: Path) -> Seen:
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        return _killed_under_load(place)


@rehearse("kill -9 of the web server of manage.py serve", "0 accepted lost; serve stays and starts it anew")
def web_killed_under_serve(folder: Path) -> Seen:
    """By turns the process that answers and the one that started it, as soon as the site answers again."""
    with site(folder) as place:
        place.start_serve("web")
        with Load(place, ["web"]).running() as load:
            for kill in range(KILLS):
                load.wait_for(1)
                server = _server(place)
                os.kill(max(children(server), default=server) if kill % 2 else server, signal.SIGKILL)
                # What a server had started goes on answering until it is stopped: there has to be another.
                gone = 0 if kill % 2 else server
                wait_until(
                    lambda gone=gone: _server(place) != gone and place.lives("web"), f"kill {kill + 1}: not back"
                )
        stayed = place.processes["web"].poll() is None
        place.stop("web")
        lost, twice, whole = load.lost_and_twice()
        words = f"{KILLS} kills, {len(load.accepted)} accepted: {lost} lost, {twice} twice; serve {'stays' if stayed else 'ENDED'}"
        return Seen(words, lost == twice == 0 and whole and stayed)


def _server(place: Place) -> int:
    """The web server that serve started; waits for one."""
    serve, found = place.processes["web"], []

    def is_there() -> bool:
        if serve.poll() is not None:
            raise RuntimeError("serve has ended")
        found[:] = [pid for pid in children(serve.pid) if "granian" in command_of(pid)]
        return bool(found)

    wait_until(is_there, "serve starts no web server")
    return found[0]


@rehearse("kill -9 of PostgreSQL, 8 clients", "0 accepted lost")
def database_killed(folder: Path) -> Seen:
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        place.start_web()
        with Load(place, ["web"]).running() as load:
            for _ in range(3):
                load.wait_for(20)
                first = int((database.folder / "data" / "postmaster.pid").read_text().split()[0])
                os.kill(first, signal.SIGKILL)
                wait_until(lambda pid=first: not Path(f"/proc/{pid}").exists(), "it lives on")
                time.sleep(1)  # its children see that it is gone
                database.start()
        lost, twice, whole = load.lost_and_twice()
        return Seen(f"3 kills, {len(load.accepted)} accepted: {lost} lost, {twice} twice", lost == twice == 0 and whole)


@rehearse("PostgreSQL is restarted", "0 failed afterwards")
def database_restarted(folder: Path) -> Seen:
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        place.start_web()
        place.post("Ervoor.")
        database.stop()
        database.start()
        pages = [place.get(f"{ARTICLE}?after={n}").status for n in range(3)] + [
            place.get("/").status for _ in range(20)
        ]
        posts = [place.post(f"Erna {n}.").status for n in range(5)]
        failed = sum(status >= 500 or status == 0 for status in pages) + sum(status != 303 for status in posts)
        return Seen(f"{failed} of {len(pages) + len(posts)} failed", failed == 0)


@rehearse("PostgreSQL is down", "503 with the text within 6 s; a page that is kept: 200")
def database_down(folder: Path) -> Seen:
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        place.start_web()
        place.get(ARTICLE)
        database.stop("fast")
        posted = place.post(TEXT)
        page = place.get(ARTICLE)
        database.start()
        again = place.post(TEXT)
        words = f"post {posted.status} in {posted.seconds:.1f} s, page {page.status} in {page.seconds:.1f} s, then {again.status}"
        kept = posted.status == 503 and TEXT in posted.text and max(posted.seconds, page.seconds) < 6
        return Seen(words, kept and page.status == 200 and again.status == 303)


@rehearse("a lock is held on PostgreSQL", "503 with the text within 6 s; a page that is kept: 200")
def lock_held(folder: Path) -> Seen:
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        place.start_web()
        place.get(ARTICLE)
        hold = "BEGIN; LOCK TABLE articles_discussion IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(15);"
        holder = subprocess.Popen(["psql", "-q", "-U", "postgres", "-h", str(database.folder), "-c", hold, "postgres"],
                                  stdout=subprocess.DEVNULL)  # fmt: skip
        wait_until(
            lambda: psql(database, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") != "0\n", ""
        )
        posted = place.post(TEXT)
        page = place.get(ARTICLE)
        holder.terminate()
        holder.wait()
        words = f"post {posted.status} in {posted.seconds:.1f} s, page {page.status} in {page.seconds:.1f} s"
        kept = posted.status == 503 and TEXT in posted.text and max(posted.seconds, page.seconds) < 6
        return Seen(words, kept and page.status == 200)


@rehearse("PostgreSQL is read-only", "reading 200 with a banner, posting 503 with the text")
def database_read_only(folder: Path) -> Seen:
    with cluster() as database, site(folder, DATABASE_URL=database.url) as place:
        psql(database, "ALTER DATABASE postgres SET default_transaction_read_only = on")
        place.start_web()
        answers = [place.get(path) for path in READ]
        pages, unsaid = [answer.status for answer in answers], _without_banner(answers)
        refused = [place.post(TEXT), place.follow()]
        psql(database, "ALTER DATABASE postgres RESET default_transaction_read_only")
        psql(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        after = place.post(TEXT).status
        posts = [answer.status for answer in refused]
        unsaid += _without_banner(refused)
        words = (
            f"{len(pages)} pages {sorted(set(pages))}, {unsaid} without banner, post and follow {posts}, then {after}"
        )
        kept = set(pages) == {200} and posts == [503, 503] and not unsaid
        return Seen(words, kept and TEXT in refused[0].text and after == 303)


def _without_banner(answers: list[Answer]) -> int:
    return sum(answer.headers.get("Content-Type", "").startswith("text/html") and BANNER not in answer.text
               for answer in answers)  # fmt: skip


@rehearse("the disk is full, SQLite", "503 with the text; works again by itself; 0 accepted lost, integrity ok")
def disk_full(folder: Path) -> Seen:
    small = folder / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", small], check=False, capture_output=True
    )
    if mounted.returncode:
        raise NotHere("needs the right to mount a small file system")
    try:
        with site(folder, DATABASE_URL=f"sqlite:///{small}/db.sqlite3") as place:
            place.start_web()
            accepted = ["Voor de volte."]
            assert place.post(accepted[0]).status == 303
            filler = small / "filler"
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 4096)
            refused = None
            for number in range(200):
                answer = place.post(f"Vol {number}. " + "lang " * 800)
                if answer.status != 303:
                    refused = answer
                    break
                accepted.append(f"Vol {number}. " + "lang " * 800)
            page = place.get(ARTICLE)
            filler.unlink()
            after = place.post("Weer ruimte.")
            bodies = {body.strip() for body in place.truth()["bodies"]}
            lost = sum(words.strip() not in bodies for words in accepted)
            whole = sqlite3.connect(small / "db.sqlite3").execute("PRAGMA integrity_check").fetchone()[0]
            status = refused.status if refused else "never refused"
            words = f"post {status}, page {page.status}, then {after.status}; {lost} lost, integrity {whole}"
            kept = refused is not None and refused.status == 503 and "lang lang" in refused.text
            return Seen(words, kept and page.status == 200 and after.status == 303 and not lost and whole == "ok")
    finally:
        subprocess.run(["umount", "--lazy", small], check=False)


@rehearse("the file system is read-only, SQLite", "reading 200 with a banner, posting 503 with the text")
def sqlite_read_only(folder: Path) -> Seen:
    """The same file by two ways: one for the site as it was, one through which nothing can be written."""
    kept, frozen = folder / "kept", folder / "frozen"
    kept.mkdir()
    frozen.mkdir()
    for words in (["--bind", kept, frozen], ["-o", "remount,bind,ro", frozen]):
        if subprocess.run(["mount", *words], check=False, capture_output=True).returncode:
            raise NotHere("needs the right to mount")
    try:
        with site(folder, DATABASE_URL=f"sqlite:///{kept}/db.sqlite3") as place:
            place.start_web()
            place.post("Ervoor.")
            place.start_web("frozen", DATABASE_URL=f"sqlite:///{frozen}/db.sqlite3")
            answers = [place.get(path, "frozen") for path in READ]
            pages = [answer.status for answer in answers]
            refused = [place.post(TEXT, "frozen"), place.follow("frozen")]
            after = place.post(TEXT).status
            posts = [answer.status for answer in refused]
            unsaid = _without_banner([*answers, *refused])
            words = f"{len(pages)} pages {sorted(set(pages))}, {unsaid} without banner, post and follow {posts}, then {after}"
            right = set(pages) == {200} and posts == [503, 503] and after == 303 and not unsaid
            return Seen(words, right and TEXT in refused[0].text)
    finally:
        subprocess.run(["umount", "--lazy", frozen], check=False)


@rehearse("the cache server is gone", "0 answers of 5xx; limits still counted")
def cache_gone(folder: Path) -> Seen:
    server = program("redis-server") or program("valkey-server")
    if not server:
        raise NotHere("needs redis-server or valkey-server")
    port = free_port()
    redis = subprocess.Popen(
        [server, "--port", str(port), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL
    )
    try:
        with site(folder, CACHE_URL=f"redis://127.0.0.1:{port}/0") as place:
            place.start_web()
            place.start_web("limited", LIMIT_PER_MINUTE="5")
            before = [place.get(ARTICLE).status, place.post("Ervoor.").status]
            redis.kill()
            redis.wait()
            pages = [
                place.get(path).status for path in (ARTICLE, "/", "/articles/", "/search/?q=stad", "/accounts/login/")
            ]
            posts = [place.post(f"Erna {n}.", "limited").status for n in range(7)]
            words = f"pages {sorted(set(pages))}, posts {posts}"
            return Seen(words, before == [200, 303] and set(pages) == {200} and max(posts) < 500 and posts[-1] == 429)
    finally:
        redis.kill()
        redis.wait()


@rehearse("the process is reloaded under load", "0 requests failed")
def reloaded(folder: Path) -> Seen:
    """Two nodes one after the other, as a rolling release does; clients go to the other when one does not answer."""
    from bench.rehearsal.nodes import rolled_through

    return rolled_through(folder)


@rehearse("backup while somebody posts, and its restore", "a state that existed, 5 times out of 5")
def backed_up(folder: Path) -> Seen:
    with site(folder) as place:
        place.start_web()
        good = 0
        with Load(place, ["web"], clients=2).running() as load:
            for number in range(5):
                load.wait_for(10)
                sure = set(load.accepted)
                file = folder / f"backup-{number}.tar"
                place.manage("backup", str(file))
                (folder / f"other-{number}").mkdir()
                other = Place(folder / f"other-{number}")
                other.manage("restore", str(file))
                truth = other.truth()
                good += truth["whole"] and sure <= set(truth["bodies"])
                other.close()
        return Seen(f"{good} of 5", good == 5)


@rehearse("no worker for a day", "/readyz 503 and a sentence on every page of the staff")
def worker_absent(folder: Path) -> Seen:
    with site(folder) as place:
        place.start_web()
        place.post("Wie hoort dit?")
        place.manage(code="from django.utils import timezone as t; from datetime import timedelta as d;"
                          "from forum.reactions.models import Reaction as R;"
                          "R.objects.update(published_at=t.now() - d(days=1))")  # fmt: skip
        before = place.get("/readyz")
        place.start_worker()
        wait_until(lambda: place.get("/readyz").status == 200, "it is not ready with a worker")
        return Seen(
            f"/readyz {before.status}, with a worker again 200", before.status == 503 and "waiting" in before.text
        )


@rehearse("slow clients before the shipped nginx", "95 % of requests answered within 1 s")
def slow_clients(folder: Path) -> Seen:
    from bench.rehearsal.nodes import dripped_on

    return dripped_on(folder)


def from_the_suite(*names: str) -> Rehearsal:
    """What the tests show already, on the database that they run on; here once more, so that the table is whole."""

    def rehearsal(folder: Path) -> Seen:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *names]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        said = run.stdout.strip().splitlines()[-1]
        return Seen(re.sub(r" in .*", "", said), run.returncode == 0 and "skipped" not in said)

    return rehearsal
