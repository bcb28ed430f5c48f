"""Pages made from a copy of the database: a real streaming replica of a server of our own, whose replay can be held."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection

from tests.browser.site import ROOT
from tests.needs import cannot_run
from tests.ops.cluster import Cluster

pytestmark = [
    pytest.mark.on_postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has replicas"),
]

BEFORE = """
import django, json, psycopg
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
django.setup()
from django.test import Client
from articles.models import Article
from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.pagecache.visit import ask, keeper
pages = keeper()
PAGE, REACTIONS = "/articles/stille-uur/", "/articles/stille-uur/reactions/"

def made():
    "A page that nobody kept; which bodies it shows, and whether the copy made it."
    before = pages.counts["from_replica"]
    pages.store.drop(PAGE)
    return read() + [pages.counts["from_replica"] - before]

def read():
    answer = ask(pages, PAGE)
    return [answer.status] + [word for word in ("Eerste.", "Tweede.", "Derde.") if word in answer.plain.decode()]

def post(words):
    return Client(SERVER_NAME="127.0.0.1", headers={"sec-fetch-site": "same-origin"}).post(REACTIONS, {"name": "Sanne", "body": words}).status_code

def on_replica(statement):
    with psycopg.connect(REPLICA, autocommit=True) as other:
        return other.execute(statement).fetchone()[0]

def catch_up():
    with psycopg.connect(PRIMARY, autocommit=True) as primary:
        end = primary.execute("SELECT pg_current_wal_insert_lsn()").fetchone()[0]
    while not on_replica(f"SELECT pg_last_wal_replay_lsn() >= '{end}'"):
        pass
"""


class Pair(NamedTuple):
    primary: Cluster
    replica: Cluster

    def run(self, script: str, folder: Path) -> Any:
        addresses = f"PRIMARY, REPLICA = {_conninfo(self.primary)!r}, {_conninfo(self.replica)!r}\n"
        environment = os.environ | {
            "DATABASE_URL": self.primary.url,
            "DATABASE_REPLICA_URL": self.replica.url,
            "DATA_DIR": str(folder),
            "MODERATION": "after",
            "DJANGO_SETTINGS_MODULE": "forum.settings",
            "SITE_URL": "http://127.0.0.1:8000",
        }
        run = subprocess.run([sys.executable, "-W", "ignore", "-c", addresses + BEFORE + script], cwd=ROOT,
                             env=environment, capture_output=True, text=True, check=False)  # fmt: skip
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout.splitlines()[-1])


def _conninfo(cluster: Cluster) -> str:
    return f"host={cluster.folder} user=postgres dbname=postgres"


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Iterator[Pair]:
    """Each test stands by itself: another process may have the others."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"))
    if not programs:
        cannot_run("needs a PostgreSQL server: apt-get install postgresql")
    folders = [Path(tempfile.mkdtemp(prefix="luisterkamer-pg-")) for _ in range(2)]
    primary = Cluster(folders[0], programs[-1].parent)
    primary.start()
    replica = primary.copy(folders[1])
    environment = os.environ | {"DATABASE_URL": primary.url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    pair = Pair(primary, replica)
    begin = 'make_article(slug="stille-uur"); print(json.dumps(post("Eerste.")))'
    assert pair.run(begin, tmp_path_factory.mktemp("begin")) == 303
    yield pair
    for cluster in (replica, primary):
        subprocess.run([*cluster.before, str(cluster.programs / "pg_ctl"), "-D", f"{cluster.folder}/data", "-m", "immediate",
                        "stop"], cwd=cluster.folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        shutil.rmtree(cluster.folder)


def test_a_copy_that_is_behind_is_not_asked_and_who_has_posted_sees_his_words_at_once(pair: Pair, tmp_path: Path):
    seen = pair.run(
        """
catch_up()
seen = [made()]
on_replica("SELECT pg_wal_replay_pause()")
seen.append(post("Tweede."))
seen += [read(), made(), made()]
on_replica("SELECT pg_wal_replay_resume()")
catch_up()
seen.append(made())
print(json.dumps(seen))
""",
        tmp_path,
    )
    both = [200, "Eerste.", "Tweede."]
    assert seen == [[200, "Eerste.", 1], 303, both, [*both, 0], [*both, 0], [*both, 1]]


def test_a_copy_that_is_away_is_missed_by_nobody(pair: Pair, tmp_path: Path):
    *before, from_replica = pair.run("catch_up(); print(json.dumps(made()))", tmp_path)
    assert before[:2] == [200, "Eerste."] and from_replica == 1
    take_the_copy_away(pair)
    seen = pair.run("print(json.dumps([made(), post('Derde.'), read()]))", tmp_path)
    assert seen == [[*before, 0], 303, [*before, "Derde."]]


def take_the_copy_away(pair: Pair) -> None:
    """It stays away: these are the last tests."""
    if (pair.replica.folder / "data" / "postmaster.pid").exists():
        pair.replica.stop()


def test_only_what_everybody_sees_is_read_from_the_copy(pair: Pair, tmp_path: Path):
    """With the copy away, whoever read from it would get 503."""
    take_the_copy_away(pair)
    seen = pair.run(
        """
statuses = [ask(pages, address).status for address in ("/search/?q=stil", "/accounts/login/", "/mine/", "/reactions/1/")]
print(json.dumps([statuses, post("Nog een."), pages.counts["from_replica"]]))
""",
        tmp_path,
    )
    assert seen == [[200, 200, 200, 302], 303, 0]
