"""Processes that live and die together, in the process group of the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path

STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
WATCHED = STOPS | {signal.SIGCHLD}
PATIENCE_SECONDS = 15  # running requests and the mail in hand may finish
SHORTEST_SECONDS = 1.0  # what ends sooner cannot start: a port that is taken, a setting that is wrong
# Of one command within a minute. granian ends by itself when what answers is killed twice in 5.5 seconds, so who goes on killing
# makes it end about twenty times a minute.
MOST_STARTS = 40
# Source: prctl(2)
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

Commands = dict[str, Sequence[str]]


def run_together(
    commands: Commands, *, once_started: Callable[[], None], once_again: Callable[[str], None] = lambda name: None
) -> str | None:
    """Run the commands until we are told to stop. What ends is started again, and `once_again` told its name. Returns the name
    of one that will not stay: it ended by itself at once, or over and over. What was killed with -9 is not to blame.

    While we watch, signals wait in line for `sigwait`: none is lost, and nothing has to be asked again and again.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # started with nohup
        watched = WATCHED - {signal.SIGHUP}
    else:
        watched = WATCHED
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    if _libc:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)  # the web server's own processes come to us when it is killed
    children = {name: _start(command) for name, command in commands.items()}
    starts = {name: [time.monotonic()] for name in commands}
    try:
        once_started()
        while True:
            if signal.sigwait(watched) in STOPS:
                return None
            for name, child in children.items():
                if child.poll() is None:
                    continue
                if child.returncode == -signal.SIGKILL:
                    starts[name][-1:] = []  # counts for nothing
                elif not _may_stay(starts[name]):
                    return name
                _stop_orphans(but={one.pid for one in children.values()})  # they may still hold its port
                children[name] = _start(commands[name])
                starts[name].append(time.monotonic())
                once_again(name)
    finally:
        _stop(children.values())
        _stop_orphans()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, watched)


def _may_stay(starts: list[float]) -> bool:
    now = time.monotonic()
    starts[:-1] = [start for start in starts[:-1] if now - start < 60]
    return now - starts[-1] >= SHORTEST_SECONDS and len(starts) < MOST_STARTS


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def before_exec() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # also when the parent is killed with -9
            if os.getppid() != parent:
                os._exit(1)

    return subprocess.Popen(command, preexec_fn=before_exec)  # we are still one thread


def _stop(children: Iterable[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        try:
            child.wait(max(0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _stop_orphans(but: Container[int] = ()) -> None:
    here = Path("/proc/self/task") / str(threading.get_native_id()) / "children"
    for _ in range(10):  # the orphans of orphans come after them
        found = here.read_text().split() if here.exists() else []
        orphans = [int(pid) for pid in found if int(pid) not in but]
        if not orphans:
            return
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
