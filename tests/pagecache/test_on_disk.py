"""What stands in PAGES_DIR is what Django would say now, in all three encodings, or it does not stand there."""

import gzip
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import brotli
import pytest
import time_machine
from prometheus_client import CollectorRegistry, generate_latest

from articles.actions import save_article, save_author
from articles.models import Article
from forum.pagecache import Counted, FinishedPages, finished_pages
from forum.pagecache.disk import Label, label_of
from forum.pagecache.published import Published, release
from forum.pagecache.versions import Away
from tests.browser.site import ROOT
from tests.factories import make_article
from tests.pagecache.test_always_true import MOMENT, Life
from tests.pagecache.visit import Application, ask, keeper
from tests.reactions.talk import say

UNPACKED = {"": bytes, ".gz": gzip.decompress, ".br": brotli.decompress}
STEPS = 25


@pytest.fixture
def shelf(transactional_db, settings, tmp_path: Path) -> Iterator[FinishedPages]:
    settings.MODERATION = "after"
    kept = keeper(pages_dir=tmp_path / "pages")
    published_of(kept).begin()
    yield kept
    kept.versions.close()


def published_of(kept: FinishedPages) -> Published:
    assert kept.published is not None
    return kept.published


def read_twice(kept: FinishedPages, *addresses: str) -> None:
    """Which is when a page goes to disk; the thread that would do it is not running here."""
    for address in [*addresses, *addresses]:
        assert ask(kept, address).status == 200
    while published_of(kept)._offered:
        published_of(kept).publish_offered()


def standing(kept: FinishedPages) -> dict[str, dict[str, bytes]]:
    """Path -> suffix -> bytes, of all that a proxy would find."""
    root = published_of(kept).disk.folder / "html"
    found: dict[str, dict[str, bytes]] = {}
    for file in root.rglob("*"):
        if not file.is_dir():
            path = "/" + "".join(f"{part}/" for part in file.parent.relative_to(root).parts)
            found.setdefault(path, {})[file.name.removeprefix("index.html")] = file.read_bytes()
    return found


def assert_all_true(kept: FinishedPages, django: Application, where: object = "") -> int:
    found = standing(kept)
    for path, files in found.items():
        fresh = ask(django, path)
        assert fresh.status == 200 and files.keys() == UNPACKED.keys(), f"{path} {where}"
        for suffix, unpack in UNPACKED.items():
            assert unpack(files[suffix]) == fresh.body, f"{path}, {suffix or 'plain'} {where}"
    return len(found)


def test_whatever_happens_what_stands_there_is_what_would_be_made_anew(shelf: FinishedPages, settings, tmp_path: Path):
    other = Published(tmp_path / "pages", shelf.versions)  # another process of the same release
    other._began = True
    with time_machine.travel(MOMENT, tick=False) as traveller:
        life = Life(3, settings, traveller)
        done: list[str] = []
        stood = 0
        for step in range(STEPS):
            done.append(life.happen())
            (published_of(shelf) if step % 2 else other).look()
            addresses = [one for one in life.addresses() if "?" not in one]
            for address in life.dice.sample(addresses, 8) if step < STEPS - 1 else addresses:
                if ask(shelf, address).status == 200 and address.endswith("/"):
                    read_twice(shelf, address)
            stood += assert_all_true(shelf, shelf.django, f"after {done}")
    assert stood > STEPS * 4 and published_of(shelf).counts["purged"] + other.counts["purged"] > STEPS


def test_each_file_is_what_would_be_answered_in_that_encoding(shelf: FinishedPages):
    address = make_article().get_absolute_url()
    read_twice(shelf, address, "/")
    for path in (address, "/"):
        for suffix, encoding in (("", "identity"), (".gz", "gzip"), (".br", "br")):
            answer = ask(shelf, path, HTTP_ACCEPT_ENCODING=encoding)
            assert answer.headers.get("Content-Encoding", "identity") == encoding
            assert standing(shelf)[path][suffix] == answer.body


def test_only_pages_that_were_asked_for_again_stand_there_and_no_feeds_or_questions(shelf: FinishedPages):
    article = make_article()
    address = article.get_absolute_url()
    ask(shelf, address)
    published_of(shelf).publish_offered()
    assert standing(shelf) == {}
    read_twice(shelf, f"{address}?order=newest", "/feeds/articles.atom", "/robots.txt", "/archive/")
    assert standing(shelf).keys() == {"/archive/"}


def test_who_has_posted_meets_no_old_page_and_others_stay(shelf: FinishedPages):
    articles = [make_article() for _ in range(6)]
    here = articles[0].get_absolute_url()
    read_twice(shelf, "/", "/archive/2026/", *(article.get_absolute_url() for article in articles))
    apart = [path for path, kept in ((a.get_absolute_url(), shelf.store.get(a.get_absolute_url())) for a in articles)
             if articles[0].pk not in kept.discussions]  # fmt: skip
    assert apart and len(standing(shelf)) == 8
    body = b"name=Sanne&body=Dat+vind+ik+ook.&email="
    fields = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "HTTP_SEC_FETCH_SITE": "same-origin"}
    there: list[bool] = []

    def django_then_look(environ, start_response):
        answer = django(environ, start_response)
        there.append(here in standing(shelf))
        return answer

    django, shelf.django = shelf.django, django_then_look
    said = ask(
        shelf, f"{here}reactions/", "POST", CONTENT_LENGTH=str(len(body)), **fields, **{"wsgi.input": io.BytesIO(body)}
    )
    assert said.status == 303
    assert there == [True]  # until Django had answered
    assert here not in standing(shelf) and "/" not in standing(shelf)
    assert set(apart) <= standing(shelf).keys()
    assert_all_true(shelf, django)


def test_a_post_that_changes_nothing_lists_nothing(shelf: FinishedPages):
    read_twice(shelf, "/")
    ask(shelf, "/articles/nergens/reactions/", "POST")
    published = published_of(shelf)
    clean, published._purge = published._clean, lambda: pytest.fail("the numbers are the same")  # type: ignore[method-assign]
    assert clean
    ask(shelf, "/articles/nergens/reactions/", "POST")


@pytest.mark.parametrize("of_the_other", [False, True])
def test_what_another_process_published_or_changed_is_seen(shelf: FinishedPages, of_the_other: bool):
    address = make_article().get_absolute_url()
    folder = published_of(shelf).disk.folder
    other = Published(folder, shelf.versions)
    other._began = True
    other.look()
    read_twice(shelf, address)
    save_author(Article.objects.get().author)
    (other if of_the_other else published_of(shelf)).look()
    assert standing(shelf) == {} and not list((folder / "stamps").iterdir())
    read_twice(shelf, address)
    assert address in standing(shelf)


def test_a_page_that_became_old_while_it_was_packed_is_not_put_there(shelf: FinishedPages):
    article = make_article()
    address = article.get_absolute_url()
    ask(shelf, address)
    page = shelf.store.get(address)
    packed = type(page).packed

    class Slow(type(page)):  # type: ignore[misc]
        __slots__ = ()

        def packed(self):
            say(article)
            return packed(self)

    page.__class__ = Slow
    assert not published_of(shelf).publish(address, page)
    assert standing(shelf) == {} and not list((published_of(shelf).disk.folder / "new").iterdir())


def test_who_removes_waits_for_who_is_putting_a_page_there(shelf: FinishedPages, monkeypatch):
    """The numbers change right after they were looked at for the last time."""
    article = make_article()
    address = article.get_absolute_url()
    other = Published(published_of(shelf).disk.folder, shelf.versions)
    other._began = True
    remover = Thread(target=other.after_write)

    class Late(Published):
        def _is_true(self, label: Label) -> bool:
            found = super()._is_true(label)
            say(article)
            remover.start()
            remover.join(1)  # without a lock it would be done by then, too early
            return found

    monkeypatch.setattr("forum.pagecache.disk.LOCK_SECONDS", 20.0)
    ask(shelf, address)
    late = Late(published_of(shelf).disk.folder, shelf.versions)
    late._began = True
    assert late.publish(address, shelf.store.get(address))
    remover.join(20)
    assert not remover.is_alive() and late.counts["published"] == other.counts["purged"] == 1
    assert standing(shelf) == {}


def test_what_time_changes_goes_by_the_clock_and_one_set_back_too(shelf: FinishedPages):
    with time_machine.travel(MOMENT, tick=False) as traveller:
        make_article(published_at=MOMENT - timedelta(days=9))
        make_article(published_at=MOMENT + timedelta(minutes=20))
        published_of(shelf).look()
        for minutes, stays in ((0, True), (19, True), (2, False)):
            traveller.shift(timedelta(minutes=minutes))
            published_of(shelf).look()
            if not minutes:
                read_twice(shelf, "/articles/")
            assert ("/articles/" in standing(shelf)) == stays
        read_twice(shelf, "/articles/")
        traveller.shift(timedelta(hours=-1))
        published_of(shelf).look()
        assert standing(shelf) == {}


def test_a_process_begins_with_nothing_and_only_the_last_release_publishes(shelf: FinishedPages):
    address = make_article().get_absolute_url()
    read_twice(shelf, address, "/")
    folder = published_of(shelf).disk.folder
    (folder / "new" / "left-behind").touch()
    newer = Published(folder, shelf.versions, owner="another release")
    newer.begin()
    newer.disk.sweep()
    assert standing(shelf) == {} and sorted(os.listdir(folder)) == ["html", "lock", "new", "stamps"]
    assert not published_of(shelf).publish(address, shelf.store.get(address))
    assert newer.publish(address, shelf.store.get(address)) and address in standing(shelf)
    save_article(Article.objects.get())
    published_of(shelf).after_write()  # the older one still removes
    assert standing(shelf) == {} and not list((folder / "new").iterdir())


def test_the_same_release_knows_itself_and_another_setting_is_another(settings):
    before = release()
    code = "import django; django.setup(); from forum.pagecache.published import release; print(release())"
    said = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "forum.settings"},
                           capture_output=True, text=True, check=True).stdout for _ in range(2)]  # fmt: skip
    assert said[0] == said[1] != ""  # in two processes
    settings.SITE_NAME = "Anders"
    assert release() != before


@pytest.mark.parametrize("off", [{"PAGES_MEGABYTES": 0}, {"DEBUG": True}])
def test_who_keeps_no_pages_removes_what_stands_there(shelf: FinishedPages, settings, off):
    read_twice(shelf, "/archive/")
    settings.PAGES_DIR = str(published_of(shelf).disk.folder)
    for name, value in off.items():
        setattr(settings, name, value)
    assert finished_pages(shelf.django) is shelf.django
    assert standing(shelf) == {}


def test_without_the_folder_set_nothing_is_published(pages: FinishedPages):
    assert pages.published is None


def test_the_thread_publishes_removes_and_outlives_a_fault(shelf: FinishedPages):
    """Waits for what the thread does; a minute at most."""
    address = make_article().get_absolute_url()
    published = published_of(shelf)
    stamp, faults = shelf.versions.stamp, iter([ZeroDivisionError("never meant to happen"), Away()])

    def faulty(discussions):
        fault = next(faults, None)
        if fault is not None:
            raise fault
        return stamp(discussions)

    shelf.versions.stamp = faulty  # type: ignore[method-assign]
    file = published.disk.folder / "html" / address.strip("/") / "index.html"
    published.start()
    try:
        until = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < until
            ask(shelf, address)
        assert next(faults, None) is None
        save_author(Article.objects.get().author)
        while file.exists():
            assert time.monotonic() < until
    finally:
        published.stop()


def test_while_the_database_is_away_pages_stay(shelf: FinishedPages):
    read_twice(shelf, "/archive/")

    def away(_discussions):
        raise Away

    stamp, shelf.versions.stamp = shelf.versions.stamp, away  # type: ignore[method-assign]
    published_of(shelf).look()
    published_of(shelf).after_write()
    assert "/archive/" in standing(shelf)
    save_author(make_article().author)
    shelf.versions.stamp = stamp  # type: ignore[method-assign]
    published_of(shelf).look()
    assert standing(shelf) == {}


# What the disk may do


@contextmanager
def refusing(*folders: Path) -> Iterator[None]:
    """Nothing can be made or removed in them, for root neither."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
        return
    for folder in folders:
        folder.chmod(0o555)
    try:
        yield
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_what_cannot_be_removed_is_said_counted_and_tried_again(shelf: FinishedPages, caplog):
    read_twice(shelf, "/archive/")
    published = published_of(shelf)
    save_author(make_article().author)
    folder = published.disk.folder
    with refusing(folder, folder / "html" / "archive", folder / "stamps"):
        published.after_write()
        published.look()
    assert "/archive/" in standing(shelf) and published.counts["failed"] == 2
    assert [record.levelname for record in caplog.records if "may be old" in record.message] == [
        "ERROR"
    ]  # once a minute
    registry = CollectorRegistry()
    registry.register(Counted(shelf.counts, shelf.store, published))
    said = generate_latest(registry).decode()
    assert 'luisterkamer_published_total{how="failed"} 2.0' in said and "luisterkamer_published_pages 1.0" in said
    published.look()
    assert standing(shelf) == {}


def test_when_one_cannot_be_removed_all_are(shelf: FinishedPages):
    article = make_article()
    read_twice(shelf, "/archive/", article.get_absolute_url(), "/")
    place = published_of(shelf).disk.folder / "html" / "archive" / "index.html"
    place.unlink()
    place.mkdir()
    say(article)
    published_of(shelf).after_write()
    assert standing(shelf) == {} and published_of(shelf).counts["failed"] == 0


def test_a_full_disk_fails_no_request_and_is_said_once(shelf: FinishedPages, caplog):
    addresses = [make_article().get_absolute_url() for _ in range(3)]
    for address in addresses:
        ask(shelf, address)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))  # "file too large" comes where "no space left" would
    try:
        assert not any(published_of(shelf).publish(address, shelf.store.get(address)) for address in addresses)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert standing(shelf) == {} and not list((published_of(shelf).disk.folder / "new").iterdir())
    assert len([record for record in caplog.records if "not written" in record.message]) == 1
    assert published_of(shelf).publish(addresses[0], shelf.store.get(addresses[0]))


def test_a_page_that_cannot_be_put_there_leaves_nothing_of_itself(shelf: FinishedPages):
    ask(shelf, "/archive/")
    (published_of(shelf).disk.folder / "html" / "archive" / "index.html" / "in-the-way").mkdir(parents=True)
    assert not published_of(shelf).publish("/archive/", shelf.store.get("/archive/"))
    assert not list((published_of(shelf).disk.folder / "new").iterdir())
    assert not list((published_of(shelf).disk.folder / "html" / "archive").glob("*.gz"))


def test_a_link_in_the_way_leads_nowhere(shelf: FinishedPages, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "index.html").write_text("of somebody else")
    (published_of(shelf).disk.folder / "html" / "archive").symlink_to(elsewhere)
    ask(shelf, "/archive/")
    assert not published_of(shelf).publish("/archive/", shelf.store.get("/archive/"))
    assert [(file.name, file.read_text()) for file in elsewhere.iterdir()] == [("index.html", "of somebody else")]


def test_a_folder_with_something_else_in_it_is_left_alone(shelf: FinishedPages, tmp_path: Path, caplog):
    folder = tmp_path / "home"
    (folder / "html").mkdir(parents=True)
    (folder / "html" / "letter").touch()
    (folder / "diary.txt").touch()
    strange = Published(folder, shelf.versions)
    strange.look()
    assert "diary.txt" in caplog.text and sorted(os.listdir(folder)) == ["diary.txt", "html"]
    assert (folder / "html" / "letter").exists() and strange.counts["failed"] == 1


def test_when_somebody_removed_the_whole_folder_it_begins_anew(shelf: FinishedPages, tmp_path: Path):
    read_twice(shelf, "/archive/")
    published = published_of(shelf)
    published.disk.folder.rename(tmp_path / "away")
    published.look()
    published.look()
    read_twice(shelf, "/articles/")
    assert standing(shelf).keys() == {"/articles/"}
    save_author(make_article().author)
    published.after_write()
    assert standing(shelf) == {}


def test_not_more_than_so_many_pages(shelf: FinishedPages):
    published_of(shelf).most_pages = 2
    read_twice(shelf, "/", "/articles/", "/archive/")
    assert len(standing(shelf)) == 2 and published_of(shelf).counts["refused"] == 1


def test_many_old_ones_go_at_once(shelf: FinishedPages, monkeypatch):
    monkeypatch.setattr("forum.pagecache.published.FEW", 2)
    read_twice(shelf, "/", "/articles/", "/archive/")
    save_author(make_article().author)
    published_of(shelf).after_write()
    folder = published_of(shelf).disk.folder
    assert standing(shelf) == {} and list(folder.glob("old-*"))
    published_of(shelf)._sweep()
    published_of(shelf)._sweeper.join(20)
    assert not list(folder.glob("old-*"))


def test_the_proxy_can_read_it_whatever_the_umask_and_nothing_else(shelf: FinishedPages, tmp_path: Path):
    before = os.umask(0o077)
    try:
        kept = keeper(pages_dir=tmp_path / "deep" / "pages")
        published_of(kept).begin()
        read_twice(kept, "/archive/")
    finally:
        os.umask(before)
    folder = tmp_path / "deep" / "pages"
    modes = {str(file.relative_to(folder)): file.stat().st_mode & 0o777 for file in [folder, *folder.rglob("*")]}
    assert modes.pop(".") == modes["html"] == modes["html/archive"] == 0o755
    assert {modes[f"html/archive/index.html{suffix}"] for suffix in UNPACKED} == {0o644}
    assert modes["stamps"] == modes["new"] == 0o700 and modes["lock"] == 0o600
    kept.versions.close()


def test_other_bytes_have_another_moment_and_the_same_bytes_the_same(shelf: FinishedPages):
    """nginx and Caddy make an ETag of a file's moment in whole seconds and its size."""
    disk = published_of(shelf).disk
    moments = [
        (disk.folder / "new" / disk.draft(body)).stat().st_mtime for body in (b"1 reactie", b"2 reactie", b"1 reactie")
    ]
    assert moments[0] == moments[2] != moments[1]


@pytest.mark.parametrize(
    "path", ["/../", "/articles/../../etc/", "/a b/", "/.stamps/", "/articles/x", "/" + 101 * "a" + "/", "//"]
)
def test_no_other_path_becomes_a_folder(shelf: FinishedPages, path: str):
    ask(shelf, "/archive/")
    assert not published_of(shelf).publish(path, shelf.store.get("/archive/"))
    assert standing(shelf) == {}


def test_a_page_with_a_header_of_its_own_stays_in_memory(shelf: FinishedPages):
    ask(shelf, "/archive/")
    page = shelf.store.get("/archive/")
    page.headers.append(("X-Robots-Tag", "noindex"))
    assert not published_of(shelf).publish("/archive/", page)


@pytest.mark.parametrize("discussions", [None, (1,), (12, 9_999_999)])
def test_a_label_is_its_name(discussions):
    label = Label("/articles/stille-uur/", discussions, (3, None, 77), 1_795_000_000_000, 1_795_000_600_000)
    assert label_of(label.name()) == label
    assert label_of("notes.txt") is None and label_of(label.name().replace(",articles", ",..")) is None


def test_no_name_is_longer_than_a_name_may_be(shelf: FinishedPages):
    ask(shelf, "/archive/")
    page = shelf.store.get("/archive/")
    page.discussions = tuple(range(10**7, 10**7 + 30))
    assert not published_of(shelf).publish("/archive/", page)
