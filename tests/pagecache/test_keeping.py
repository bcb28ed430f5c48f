"""How much is kept, who makes a page when many ask for it, and what happens when the database says nothing."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from django.db import connection

from forum.ops import editions
from forum.pagecache import FinishedPages
from forum.pagecache.store import Page, Store
from forum.pagecache.versions import Away
from forum.reactions.actions import remove
from tests.factories import make_article
from tests.pagecache.visit import ask, keeper
from tests.reactions.talk import say


def page(body: bytes) -> Page:
    headers = [("ETag", '"a"'), ("Content-Type", "text/html")]
    return Page(headers=headers, body=body, discussions=None, stamp=(), made=0, expires=0)


def test_never_more_is_kept_than_the_settings_allow_and_the_newest_stay():
    store = Store(100_000)
    for number in range(50):
        store.put(str(number), page(b"x" * 5_000))
        store.get("0")  # asked for all the time
        assert store.bytes <= 100_000
    assert store.get("0") and store.get("49") and not store.get("1")
    assert store.bytes == sum(store.get(str(n)).size() for n in range(50) if store.get(str(n)))
    store.put("whole", page(b"x" * 200_000))
    assert store.get("whole") is None and store.bytes <= 100_000


def test_another_encoding_counts_too():
    store, one = Store(100_000), page(b"x" * 30_000)
    store.put("a", one)
    before = store.bytes
    one.answer("gzip")
    store.grown("a", one)
    assert store.bytes > before
    store.put("a", page(b"y" * 400))
    store.grown("a", one)  # too late: another took its place
    assert store.bytes < 10_000


def test_of_many_who_ask_one_makes_the_page(pages: FinishedPages):
    """Django is held until all have asked."""
    address = make_article().get_absolute_url()
    django, asked, go, makers = pages.django, Barrier(9), Event(), []

    def slow(environ, start_response):
        makers.append(environ["PATH_INFO"])
        go.wait(20)
        return django(environ, start_response)

    def visitor() -> tuple[int, bytes]:
        asked.wait(20)
        try:
            return ask(pages, address)[::2]
        finally:
            connection.close()

    pages._has_triggers()
    pages.django = slow
    if connection.vendor == "sqlite":  # in memory, all of it is one connection: the making thread has it alone
        connection.inc_thread_sharing()
    with ThreadPoolExecutor(8) as crowd:
        answers = [crowd.submit(visitor) for _ in range(8)]
        asked.wait(20)
        while len(pages._being_made) == 0 or not makers:
            Event().wait(0.01)
        go.set()
        found = {answer.result(30) for answer in answers}
    assert len(makers) == 1 and len(found) == 1 and next(iter(found))[0] == 200


def test_who_has_just_posted_sees_it_on_every_node(pages: FinishedPages):
    article = make_article()
    other = keeper()
    for node in (pages, other):
        ask(node, article.get_absolute_url())
    said = say(article, "Dit zag ik meteen.")
    for node in (pages, other):
        assert b"Dit zag ik meteen." in ask(node, article.get_absolute_url()).body
    remove(said)
    for node in (other, pages):
        assert b"Dit zag ik meteen." not in ask(node, article.get_absolute_url()).body
    other.versions.close()


def test_p06_while_the_database_is_away_what_is_kept_is_answered(pages: FinishedPages, monkeypatch):
    """The network in between is what we do not have here; tests/ops/test_database_away.py stops a real server."""
    article = make_article()
    before = ask(pages, article.get_absolute_url())

    def gone(sql, given):
        raise Away

    with monkeypatch.context() as away:
        away.setattr(pages.versions, "_ask", gone)
        assert ask(pages, article.get_absolute_url()).body == before.body
    say(article, "Weer terug.")
    assert b"Weer terug." in ask(pages, article.get_absolute_url()).body


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's readers wait for no lock")
def test_p06_while_somebody_holds_a_lock_what_is_kept_is_answered(pages: FinishedPages):
    """He holds it for as long as we wait: 20 seconds, if nobody gives up before."""
    address = make_article().get_absolute_url()
    kept = ask(pages, address)
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '20s'")
            cursor.execute("LOCK TABLE articles_discussion IN ACCESS EXCLUSIVE MODE")
            assert ask(pages, address) == kept
            assert pages.counts["away"] == 1
            cursor.execute("ROLLBACK")  # he was not thrown out: it is we who gave up
    finally:
        holder.close()


def test_without_the_triggers_nothing_is_kept_until_they_are_there(pages: FinishedPages):
    article = make_article()
    editions.uninstall()
    try:
        for _ in range(2):
            assert ask(pages, article.get_absolute_url()).status == 200
        assert len(pages.store) == 0
    finally:
        assert editions.mend() and not editions.mend() and editions.is_installed()
    pages._look_at = 0
    ask(pages, article.get_absolute_url())
    assert len(pages.store) == 1


PLAIN = """
import forum.settings
forum.settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
"""
WRITER = """
import django; django.setup()
from articles.models import Article
from forum.reactions.actions import post_reaction
article = Article.objects.select_related("discussion").get(slug="stille-uur")
for line in iter(input, "stop"):
    post_reaction(article, name="Sanne", website="", body=line)
    print("stored", flush=True)
"""
READER = """
from forum.wsgi import application as pages
from tests.pagecache.visit import ask
for line in iter(input, "stop"):
    for _ in range(5):
        shown = line.encode() in ask(pages, "/articles/stille-uur/").body
    print(shown, pages.counts["made"], flush=True)
"""


def url_of_a_database_of_their_own(folder: Path) -> str:
    """The one of this test; SQLite's, which lives in memory, as a file."""
    if connection.vendor == "postgresql":
        settings = connection.settings_dict
        there = f"{settings['USER']}:{settings['PASSWORD']}@{settings['HOST'].replace('/', '%2F')}:{settings['PORT']}"
        return f"postgres://{there}/{settings['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [f"{folder}/db.sqlite3"])
    return f"sqlite:///{folder}/db.sqlite3"


def test_another_process_posts_and_this_one_shows_it_at_once(transactional_db, tmp_path, settings):
    make_article(slug="stille-uur")
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": url_of_a_database_of_their_own(tmp_path),
                   "DJANGO_SETTINGS_MODULE": "forum.settings", "MODERATION": "after"}  # fmt: skip
    (tmp_path / "static").mkdir(exist_ok=True)

    def start(program: str) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen(
            [sys.executable, "-c", PLAIN + program], env=environment, cwd=settings.BASE_DIR, **pipes
        )

    def tell(process: subprocess.Popen[str], line: str) -> str:
        process.stdin.write(line + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    reader, writer = start(READER), start(WRITER)
    try:
        assert tell(reader, "Nog niets.") == "False 1"
        for number in range(1, 7):
            assert tell(writer, f"Zin nummer {number} van zes.") == "stored"
            assert tell(reader, f"Zin nummer {number} van zes.") == f"True {number + 1}"
    finally:
        for process in (reader, writer):
            process.communicate("stop\n", timeout=20)
