"""The folder of finished pages for a proxy in front of us: `html/` is served, and nothing else in it (decision 29).

Each page stands there as `index.html`, `.gz` and `.br`, with an empty file in `stamps/` whose name says what it hangs on. Only who
holds the lock changes anything. A stamp comes before its page and goes after it, so a process that is killed in between
leaves no page that nobody knows of.
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

SERVED = "html"
OURS = re.compile(rf"lock|{SERVED}|stamps|new|old-\w+", re.ASCII)
LOCK_SECONDS = 2.0  # then somebody is stuck
STEP_SECONDS = 0.002
LONGEST_NAME = 255
FOLDER_MODE, FILE_MODE = 0o755, 0o644  # whatever the umask: the proxy is another user
PATH = re.compile(r"/(?:[-a-zA-Z0-9_]{1,100}/){0,6}", re.ASCII)
SUFFIXES = (".br", ".gz", "")  # a proxy finds a page by the last one
STATE = re.compile(rb"([0-9]{20}) ([0-9a-f]{32})\n")


class Label(NamedTuple):
    """What a page hangs on, as in `store.Page`; moments in milliseconds."""

    path: str
    discussions: tuple[int, ...] | None
    stamp: tuple[int | None, ...]
    made: int
    expires: int

    def name(self) -> str:
        ids = "all" if self.discussions is None else ".".join(map(str, self.discussions))
        numbers = ".".join("n" if number is None else str(number) for number in self.stamp)
        return f"{self.made}+{self.expires}+{numbers}+{ids}+{self.path.replace('/', ',')}"

    def says_the_same(self, other: "Label") -> bool:
        return (self.discussions, self.stamp) == (other.discussions, other.stamp)


def label_of(name: str) -> Label | None:
    """None: it is not one of ours."""
    try:
        made, expires, numbers, ids, path = name.split("+")
        found = Label(
            path.replace(",", "/"),
            None if ids == "all" else tuple(int(one) for one in ids.split(".")),
            tuple(None if one == "n" else int(one) for one in numbers.split(".")),
            int(made),
            int(expires),
        )
    except ValueError:
        return None
    return found if PATH.fullmatch(found.path) else None


class Disk:
    """`owner`: the release that publishes. The lock's file holds a number that rises with every change, and the owner."""

    def __init__(self, folder: Path, owner: str) -> None:
        self.folder, self.owner = folder, hashlib.sha256(owner.encode()).hexdigest()[:32].encode()
        self.labels: dict[str, list[Label]] = {}  # by path, as of `_seen`
        self._seen = self._number = -1
        self._owned_by = b""
        self._file = -1
        self._threads = Lock()
        self._changed = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Of all threads and processes one at a time. Knows then what stands there. Raises OSError, also when it takes too long."""
        until = time.monotonic() + LOCK_SECONDS
        if not self._threads.acquire(timeout=LOCK_SECONDS):
            raise TimeoutError("another thread holds the lock")
        try:
            self._lock(until)
            try:
                self._changed = False
                self._number, self._owned_by = self._state()
                if self._number != self._seen:
                    self._list()
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def is_as_seen(self) -> bool:
        return self._file >= 0 and self._is_the_lock() and self._state()[0] == self._seen

    @property
    def is_nobodys(self) -> bool:
        """Within the lock. New, or somebody removed the whole folder."""
        return not self._owned_by

    @property
    def is_ours(self) -> bool:
        """Within the lock. Another release may have taken over; then its pages stand there, not ours."""
        return self._owned_by == self.owner

    def take(self) -> None:
        """Away with all, and from now on it is ours. Within the lock."""
        self._owned_by = self.owner
        self._changing()
        self.clear()
        self._aside("new")
        self._make_folders()

    def clear(self) -> None:
        """At once, however many there are: see `sweep`. Within the lock."""
        self._changing()
        self._aside(SERVED)
        self._aside("stamps")
        self.labels = {}
        self._make_folders()

    def has_aside(self) -> bool:
        return any(name.startswith("old-") for name in self._names())

    def sweep(self) -> None:
        """What was put aside."""
        for name in self._names():
            if name.startswith("old-"):
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def _names(self) -> list[str]:
        with suppress(OSError):
            return os.listdir(self.folder)
        return []

    def draft(self, body: bytes) -> str:
        """A file beside the others, for `put`. Its moment is a sum of what is in it, as proxies make ETags of moment and size."""
        name = f"{os.getpid()}-{secrets.token_hex(8)}"
        file = os.open(self.folder / "new" / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            try:
                with os.fdopen(file, "wb", closefd=False) as draft:
                    draft.write(body)
                moment = 2 + int.from_bytes(hashlib.sha256(body).digest()[:4], "big") % 2**30
                os.utime(file, (moment, moment))
                os.fchmod(file, FILE_MODE)
            finally:
                os.close(file)
        except BaseException:
            self.discard([name])
            raise
        return name

    def discard(self, drafts: list[str]) -> None:
        for name in drafts:
            with suppress(OSError):
                os.unlink(self.folder / "new" / name)

    def put(self, label: Label, drafts: dict[str, str]) -> None:
        """`drafts`: suffix -> name. Within the lock. The page that stood there goes first: never two editions side by side."""
        self._changing()
        if label.path in self.labels:
            self.drop(label.path)
        os.close(os.open(self.folder / "stamps" / label.name(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self.labels[label.path] = [label]
        try:
            with self._place(label.path, make=True) as place:
                for suffix in SUFFIXES:
                    os.rename(self.folder / "new" / drafts[suffix], f"index.html{suffix}", dst_dir_fd=place)
        except OSError:
            self.drop(label.path)
            raise

    def drop(self, path: str) -> None:
        """Within the lock. What cannot be removed stays known."""
        self._changing()
        faults = []
        with suppress(FileNotFoundError), self._place(path) as place:
            for suffix in reversed(SUFFIXES):
                try:
                    os.unlink(f"index.html{suffix}", dir_fd=place)
                except FileNotFoundError:
                    pass
                except OSError as fault:
                    faults.append(fault)
        if faults:
            raise faults[0]
        for label in self.labels[path]:
            with suppress(FileNotFoundError):
                os.unlink(self.folder / "stamps" / label.name())
        del self.labels[path]
        self._remove_empty(path)

    @contextmanager
    def _place(self, path: str, *, make: bool = False) -> Iterator[int]:
        """The folder of a page, opened step by step: a link in it leads nowhere."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        place = os.open(self.folder / SERVED, flags)
        try:
            for part in path.strip("/").split("/") if path != "/" else ():
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=place)
                        os.chmod(part, FOLDER_MODE, dir_fd=place)
                inner = os.open(part, flags, dir_fd=place)
                os.close(place)
                place = inner
            yield place
        finally:
            os.close(place)

    def _remove_empty(self, path: str) -> None:
        while path != "/":
            path, _, name = path.rstrip("/").rpartition("/")
            path += "/"
            try:
                with self._place(path) as place:
                    os.rmdir(name, dir_fd=place)
            except OSError:
                return  # something else is in it

    def _aside(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.rename(self.folder / name, self.folder / f"old-{secrets.token_hex(8)}")

    def _make_folders(self) -> None:
        for name, mode in ((SERVED, FOLDER_MODE), ("stamps", 0o700), ("new", 0o700)):
            place = self.folder / name
            with suppress(FileExistsError):
                place.mkdir()
                place.chmod(mode)

    def _lock(self, until: float) -> None:
        while True:
            if self._file < 0:
                self._open()
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TimeoutError("another process holds the lock") from None
                time.sleep(STEP_SECONDS)
                continue
            if self._is_the_lock():
                return
            os.close(self._file)
            self._file = self._seen = -1

    def _is_the_lock(self) -> bool:
        """Not one that was removed with its folder: another process would hold another one."""
        try:
            return os.path.samestat(os.fstat(self._file), os.stat(self.folder / "lock"))
        except FileNotFoundError:
            return False

    def _open(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True)
            self.folder.chmod(FOLDER_MODE)
        strange = next((name for name in os.listdir(self.folder) if not OURS.fullmatch(name)), None)
        if strange is not None:
            raise FileExistsError(
                f"{self.folder} holds “{strange}”, which is not ours. It must be a folder for pages alone"
            )
        self._file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def _state(self) -> tuple[int, bytes]:
        found = STATE.fullmatch(os.pread(self._file, 100, 0))
        return (int(found[1]), found[2]) if found else (0, b"")

    def _changing(self) -> None:
        """Said before it is done: who is killed meanwhile leaves it to the next one to look again."""
        if not self._changed:
            self._changed = True
            self._number += 1
            os.pwrite(self._file, b"%020d %s\n" % (self._number, self._owned_by or b"0" * 32), 0)
            self._seen = self._number

    def _list(self) -> None:
        known: dict[str, Label] = {label.name(): label for labels in self.labels.values() for label in labels}
        self.labels = {}
        names: list[Any] = []
        with suppress(FileNotFoundError):
            names = os.listdir(self.folder / "stamps")
        for name in names:
            label = known.get(name) or label_of(name)
            if label is not None:
                self.labels.setdefault(label.path, []).append(label)
        self._seen = self._number
