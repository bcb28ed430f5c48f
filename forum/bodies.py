"""What is sent with a request, taken in before anything is done with it: whole, in time, and by few at once.

granian hands us a request while its body is still coming, and lets a thread wait for the rest without end. Whoever sends a
byte now and then, or none, would hold that thread, and eight of them the site. So at most MOST_READING threads read at a time,
the others go on answering, and whose body does not come is cut off. A proxy that waits for whole requests, as the nginx in
deploy/ does, lets none of it get this far.
"""

import contextlib
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple, cast

MOST_READING = 4  # half of the threads of `manage.py serve`
GRACE_SECONDS = 0.25  # who reads for longer waits for a slow client
PIECE_BYTES = 512  # between two we look at the clock
MOST_IN_MEMORY = 1_000_000  # the rest of a picture goes to a file
IDLE_MILLISECONDS = 2_000  # of a connection that is cut off: nothing came lately
LOOK_SECONDS = 1.0
# Source: struct tcp_info in linux/tcp.h
LAST_DATA_RECV_AT = 52


class NotWhole(Exception):
    """The connection broke. Half a reaction is none."""


class TooSlow(Exception):
    pass


class TooManyWait(Exception):
    pass


class _Reading(NamedTuple):
    peer: str
    port: int  # ours
    since: float  # monotonic
    until: float


_places = threading.BoundedSemaphore(MOST_READING)
_reading: dict[int, _Reading] = {}  # by thread
_anything = threading.Event()
_watcher_lock = threading.Lock()
_watcher: list[threading.Thread] = []


@contextmanager
def taken_in(stream: Any, length: int, *, seconds: float, peer: str = "", port: int = 0) -> Iterator[BinaryIO]:
    """`length` bytes of `stream` within `seconds`. `peer` and `port` are the two ends of the connection that they come by.

    Raises NotWhole, TooSlow, TooManyWait.
    """
    with SpooledTemporaryFile(max_size=MOST_IN_MEMORY) as body:
        if length:
            now = time.monotonic()
            with _place(_Reading(peer, port, now, now + seconds)):
                _copy(stream, length, body, now + seconds)
            body.seek(0)
        yield cast(BinaryIO, body)


@contextmanager
def _place(reading: _Reading) -> Iterator[None]:
    if not _places.acquire(blocking=False) and (_all_are_slow() or not _places.acquire(timeout=GRACE_SECONDS)):
        raise TooManyWait
    thread = threading.get_ident()
    try:
        _reading[thread] = reading
        _watch()
        yield
    finally:
        _reading.pop(thread, None)
        _places.release()


def _all_are_slow() -> bool:
    before = time.monotonic() - GRACE_SECONDS
    return sum(reading.since < before for reading in list(_reading.values())) >= MOST_READING


def _copy(stream: Any, length: int, body: IO[bytes], until: float) -> None:
    """However the server says that the connection broke: less comes than was promised."""
    while length:
        try:
            piece = stream.read(min(length, PIECE_BYTES))
        except OSError:
            piece = b""
        if not piece:
            raise NotWhole
        length -= body.write(piece)
        if length and time.monotonic() > until:
            raise TooSlow


def _watch() -> None:
    """A thread that waits in the server cannot be woken; its connection can be cut off."""
    _anything.set()
    if sys.platform != "linux" or (_watcher and _watcher[0].is_alive()):
        return
    with _watcher_lock:
        if not _watcher or not _watcher[0].is_alive():
            _watcher[:] = [threading.Thread(target=_cut_off_late, name="bodies", daemon=True)]
            _watcher[0].start()


def _cut_off_late() -> None:
    while True:
        _anything.wait()
        time.sleep(LOOK_SECONDS)
        now = time.monotonic()
        late = {(one.peer, one.port) for one in list(_reading.values()) if now > one.until and one.peer}
        if late:
            cut_off(late)
        if not _reading:
            _anything.clear()
            if _reading:  # came in between
                _anything.set()


def cut_off(ends: set[tuple[str, int]]) -> int:
    """Shut the connections of this process between these peers and these ports of ours by which nothing came lately.

    A peer's other ones may be among them: a browser opens them again when it needs them. Returns how many.
    """
    count = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError, ValueError), socket.socket(fileno=os.dup(int(name))) as connection:
            if connection.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            if (connection.getpeername()[0], connection.getsockname()[1]) in ends and _is_idle(connection):
                connection.shutdown(socket.SHUT_RDWR)
                count += 1
    return count


def _is_idle(connection: socket.socket) -> bool:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int(struct.unpack_from("I", info, LAST_DATA_RECV_AT)[0]) > IDLE_MILLISECONDS
