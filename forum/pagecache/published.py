"""Finished pages on disk, for a proxy that answers with them itself: what goes there, and what leaves it when (decision 29).

A page is published while its numbers are those of the database, and removed before the answer to whatever changed them
goes out. Both happen under one lock, so none is put there after it became old.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

from django.conf import settings

from forum.pagecache.disk import LONGEST_NAME, PATH, Disk, Label
from forum.pagecache.store import Page
from forum.pagecache.versions import Away, Versions

log = logging.getLogger(__name__)

MOST_PAGES = 5_000  # judging them after a post takes 2 µs each
MOST_WAITING = 200
LOOK_SECONDS = 0.5
OFFER_SECONDS = 10.0  # a page is offered again: another process may have removed all
REST_SECONDS = 30.0  # after a fault of the disk nothing is written for so long
SAY_SECONDS = 60.0  # between two complaints about the same
FEW = 100  # pages that go one by one even when none stays
SUFFIXES = {"br": ".br", "gzip": ".gz", "identity": ""}
# Free, or nothing is written: a tenth of the disk, on large ones less. The database may stand on it too.
SHARE_FREE, ENOUGH_FREE = 10, 1_000_000_000
# A proxy sends the same for all pages: deploy/nginx-pages.conf. What says anything else stays in memory.
SAME_EVERYWHERE = frozenset(
    {
        *("content-type", "cache-control", "content-security-policy", "cross-origin-opener-policy", "referrer-policy"),
        *("cross-origin-resource-policy", "permissions-policy", "x-content-type-options", "x-frame-options"),
        *("strict-transport-security",),
    }
)
HTML = "text/html; charset=utf-8"


class Published:
    def __init__(self, folder: Path, versions: Versions, *, most_pages: int = MOST_PAGES, owner: str = "") -> None:
        self.disk, self.versions, self.most_pages = Disk(folder, owner or release()), versions, most_pages
        self.counts = dict.fromkeys(("published", "purged", "failed", "refused"), 0)  # for who watches
        self.looked = time.monotonic()  # when all that stands there was last known to be true
        self._began = self._stopped = False
        self._clean: tuple[object, ...] | None = None  # the numbers when nothing old stood there
        self._next_end = self._last = 0.0  # by the clock
        self._rest_until = 0.0
        self._said, self._say_at = False, 0.0
        self._offered: dict[str, Page] = {}
        self._offering = Lock()
        self._wake = Event()
        self._thread: Thread | None = None
        self._sweeper: Thread | None = None

    def __len__(self) -> int:
        return len(self.disk.labels)

    # What goes there: a page that was asked for again while it was true. Packing and writing is nobody's waiting.

    def offer(self, path: str, page: Page) -> None:
        """Costs nothing to speak of; may be said at every answer."""
        now = time.monotonic()
        if now < page.offer_at:
            return
        page.offer_at = now + OFFER_SECONDS
        with self._offering:
            if len(self._offered) < MOST_WAITING:
                self._offered[path] = page
        self._wake.set()

    def publish_offered(self) -> None:
        """One of them. The thread that does this looks after the old ones too, so not all at once."""
        with self._offering:
            path = next(iter(self._offered), None)
            page = None if path is None else self._offered.pop(path)
            if not self._offered:
                self._wake.clear()
        if path is not None and page is not None and time.monotonic() >= self._rest_until:
            self.publish(path, page)

    def publish(self, path: str, page: Page) -> bool:
        """Whether it stands there now."""
        label = _label(path, page)
        if label is None or not self._began or not _says_what_all_say(page):
            return False
        drafts: dict[str, str] = {}
        try:
            if self.disk.is_as_seen() and self._stands(label):
                return True
            if len(self) >= self.most_pages or not self._has_room():
                self.counts["refused"] += 1
                return False
            for encoding, body in page.packed().items():
                drafts[SUFFIXES[encoding]] = self.disk.draft(body)
            with self.disk.held():
                if not self.disk.is_ours or not self._is_true(label):
                    return False
                if not self._stands(label):
                    self.disk.put(label, drafts)
                    self._next_end = min(self._next_end, label.expires / 1000)
                    self.counts["published"] += 1
            self._said = False
            return True
        except Away:
            return False
        except FileNotFoundError:  # another process begins, and removed all
            return False
        except OSError as fault:
            self._rest_until = time.monotonic() + REST_SECONDS
            if not self._said:
                self._said = True
                log.warning("Pages are not written to PAGES_DIR: %s. They are answered from memory", fault)
            return False
        finally:
            self.disk.discard(list(drafts.values()))

    def _stands(self, label: Label) -> bool:
        found = self.disk.labels.get(label.path, [])
        return len(found) == 1 and found[0].says_the_same(label)

    def _is_true(self, label: Label) -> bool:
        return self.versions.stamp(label.discussions) == label.stamp and _is_now(label)

    def _has_room(self) -> bool:
        disk = os.statvfs(self.disk.folder)
        return disk.f_bavail * disk.f_frsize >= min(disk.f_blocks * disk.f_frsize / SHARE_FREE, ENOUGH_FREE)

    # What leaves it

    def after_write(self) -> None:
        """Before the answer to whoever changed something: he sees it in his next page."""
        with self._faults():
            if not self._began or self.versions.stamp(None) != self._clean:
                self._purge()

    def look(self) -> None:
        """What others changed, and what time did. Nothing is listed while the numbers are as they were."""
        with self._faults():
            now = time.time()
            same = self._began and self.versions.stamp(None) == self._clean and self.disk.is_as_seen()
            if not same or not self._last <= now < self._next_end:
                self._purge()
            self._last, self.looked = now, time.monotonic()

    def _purge(self) -> None:
        with self.disk.held():
            if not self._began or self.disk.is_nobodys:
                self.disk.take()
                self._began = True
            before = self.versions.stamp(None)
            old = self._old(before)
            if old:
                self._remove(old)
                self.counts["purged"] += len(old)
            self._clean = before
            self._next_end = (
                min((one.expires for found in self.disk.labels.values() for one in found), default=1e15) / 1000
            )

    def _remove(self, old: list[str]) -> None:
        if len(old) > FEW and len(old) == len(self):
            self.disk.clear()
            return
        try:
            for path in old:
                self.disk.drop(path)
        except OSError as fault:
            log.warning("PAGES_DIR: all pages are removed, since one cannot be: %s", fault)
            self.disk.clear()

    def _old(self, now: tuple[object, ...]) -> list[str]:
        labels = self.disk.labels
        asked = {
            one
            for found in labels.values()
            for label in found
            if label.discussions is not None and label.stamp[0] == now[0]
            for one in label.discussions
        }
        versions = self.versions.of_each(asked) if asked else {}
        return [path for path, found in labels.items() if len(found) != 1 or not _is_so(found[0], now, versions)]

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Nobody's request fails for it. Away: pages stay readable (P6). What could not be removed is tried again at the next look."""
        try:
            yield
        except Away:
            self._clean = None
        except OSError as fault:
            self._clean = None
            self.counts["failed"] += 1
            if time.monotonic() >= self._say_at:
                self._say_at = time.monotonic() + SAY_SECONDS
                log.error("Pages in PAGES_DIR may be old and cannot be removed: %s", fault)

    # A process

    def begin(self) -> None:
        """With nothing: what another release made looks otherwise. Raises OSError."""
        with self.disk.held():
            self.disk.take()
        self._began = True

    def start(self, *, watching: bool = True) -> None:
        with self._faults():
            self.begin()
        if watching:
            self._thread = Thread(target=self._watch, name="published pages", daemon=True)
            self._thread.start()
        else:
            self.disk.sweep()

    def stop(self) -> None:
        """The thread, when it has done what it is doing. A process that ends need not say so."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        look_at = 0.0
        while not self._stopped:
            try:
                if time.monotonic() >= look_at:
                    look_at = time.monotonic() + LOOK_SECONDS
                    self.look()
                    self._sweep()
                self.publish_offered()
            except Exception:  # the next round may fare better; without one nothing old would leave
                log.exception("finished pages on disk")
            self._wake.wait(max(0.0, look_at - time.monotonic()))

    def _sweep(self) -> None:
        """Beside us: thousands of files take longer than an old page may stand."""
        if self.disk.has_aside() and not (self._sweeper and self._sweeper.is_alive()):
            self._sweeper = Thread(target=self.disk.sweep, name="pages put aside", daemon=True)
            self._sweeper.start()


def _label(path: str, page: Page) -> Label | None:
    """None: no path that becomes a folder."""
    if not PATH.fullmatch(path):
        return None
    label = Label(
        path,
        page.discussions,
        tuple(None if number is None else int(number) for number in page.stamp),
        int(page.made * 1000),
        int(page.expires * 1000),
    )
    return label if len(label.name()) <= LONGEST_NAME else None


def _says_what_all_say(page: Page) -> bool:
    named = {name.lower(): value for name, value in page.headers}
    return named.keys() <= SAME_EVERYWHERE and named.get("content-type") == HTML


def _is_now(label: Label) -> bool:
    return label.made <= time.time() * 1000 < label.expires


def _is_so(label: Label, now: tuple[object, ...], versions: dict[int, int]) -> bool:
    """As `Versions.stamp` would say it, of many at once."""
    if not _is_now(label):
        return False
    if label.discussions is None:
        return label.stamp == now
    found = [versions[one] for one in label.discussions if one in versions]
    return label.stamp == (now[0], sum(found) if found else None, *now[2:])


def release() -> str:
    """Code, templates, words and settings: another release renders differently, and only the last that began publishes."""
    values = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    said = hashlib.sha256(json.dumps(values, default=_named, skipkeys=True, sort_keys=True).encode())
    for room in ("forum", "articles", "templates", "locale", "static"):
        for folder, folders, files in os.walk(settings.BASE_DIR / room):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            said.update(
                f"{folder} {[(name, os.stat(os.path.join(folder, name)).st_mtime_ns) for name in sorted(files)]}".encode()
            )
    return said.hexdigest()


def _named(value: object) -> str:
    """A setting that is no plain value, in words that are the same in another process."""
    return str(value) if isinstance(value, Path) else type(value).__name__
