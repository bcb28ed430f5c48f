"""`manage.py serve` as an operator meets it: real processes, an own data folder, a free port."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
UNWANTED = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Served:
    """One running `serve`; `seen` are all processes that it ever had."""

    def __init__(self, data_dir: Path, port: int, **settings: str) -> None:
        self.port = port
        self.log = data_dir / "serve.log"
        own = {"DATA_DIR": str(data_dir), "PORT": str(port)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name not in UNWANTED} | own | settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the tests may run under nohup
            )
        self.seen: set[int] = set()

    def wait_until_up(self) -> None:
        for _ in range(1200):
            assert self.process.poll() is None, self.log.read_text()
            try:
                assert self.get("/") == 200
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError(f"not up after two minutes: {self.log.read_text()}")
        self.seen = processes_of_session(self.process.pid)

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def is_gone(self) -> bool:
        """Within ten seconds. The session's leader is waited for, so that it is no zombie."""
        for _ in range(100):
            if not processes_of_session(self.process.pid):
                return True
            time.sleep(0.1)
        return False


def processes_of_session(session: int) -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(data_dir: Path, **settings: str) -> Iterator[Served]:
    site = Served(data_dir, free_port(), **settings)
    try:
        site.wait_until_up()
        yield site
    finally:
        for pid in processes_of_session(site.process.pid):
            os.kill(pid, signal.SIGKILL)
        site.process.wait(10)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filled by the first start; the later ones find everything done."""
    return tmp_path_factory.mktemp("data")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_web_server_and_worker_stop_together(data_dir, number):
    with served(data_dir) as site:
        assert len(site.seen) >= 3
        site.process.send_signal(number)
        assert site.process.wait(20) == 0
        assert site.is_gone()


def test_it_says_where_the_site_the_login_and_the_mail_are(data_dir):
    with served(data_dir) as site:
        said = site.log.read_text()
    assert f"http://127.0.0.1:{site.port}/ " in said
    assert re.search(r"/accounts/login/ as redactie with password \S{8,}", said)
    assert f"http://127.0.0.1:{site.port}/mailbox/" in said


def test_the_mail_servers_password_is_not_said(data_dir):
    with served(data_dir, EMAIL_URL="smtp://user:geheim@127.0.0.1:1") as site:
        said = site.log.read_text()
        assert "through 127.0.0.1" in said and "geheim" not in said


def test_it_reads_incoming_mail_where_a_mailbox_is_named_and_lives_on_while_that_is_away(data_dir):
    with served(data_dir, INBOUND_URL="imap://reacties:geheim@127.0.0.1:1/") as site:
        assert [pid for pid in site.seen if "manage.py inbound" in command_of(pid)]
        while "the mailbox cannot be read: ConnectionRefusedError" not in site.log.read_text():
            assert site.process.poll() is None
            time.sleep(0.1)
        assert site.get("/healthz") == 200
        assert "geheim" not in site.log.read_text()


@pytest.mark.parametrize("child", ["-m granian", "manage.py worker"])
def test_p01_what_is_killed_is_started_again_and_the_other_goes_on(data_dir, child):
    with served(data_dir) as site:
        for _ in range(3):
            time.sleep(1.1)  # what ends within a second of its start is not started again
            running = [pid for pid in processes_of_session(site.process.pid) if child in command_of(pid)]
            others = {pid for pid in children_of(site.process.pid) if child not in command_of(pid)}
            os.kill(min(running), signal.SIGKILL)
            while site.log.read_text().count("was started again") == 0:
                assert site.process.poll() is None
                time.sleep(0.1)
            site.log.write_text("")
            site.wait_until_up()
            assert others <= set(children_of(site.process.pid))
        site.process.terminate()
        assert site.process.wait(20) == 0 and site.is_gone()


@pytest.mark.parametrize("script", ["raise SystemExit(3)", "import time; time.sleep(0.5)"])
def test_what_does_not_stay_stops_the_others(script):
    code = (
        "import sys; from forum.ops.children import run_together\n"
        f"commands = {{'broken': [sys.executable, '-c', {script!r}], 'other': ['sleep', '60']}}\n"
        "print(run_together(commands, once_started=lambda: None, once_again=print))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert said.stdout == "broken\n", said


def test_p01_who_kills_in_quick_succession_does_not_end_the_others():
    """PROMISES P1: a hundred times."""
    code = (
        "import os, signal, subprocess, sys; from forum.ops.children import run_together\n"
        "killed = 0\n"
        "def kill(name=''):\n"
        "    global killed\n"
        "    found = subprocess.run(['pgrep', '-P', str(os.getpid()), '-x', 'sleep'], capture_output=True, text=True)\n"
        "    killed += 1\n"
        "    os.kill(int(found.stdout.split()[-1]) if killed <= 100 else os.getpid(), signal.SIGKILL if killed <= 100 else signal.SIGTERM)\n"
        "print(run_together({'one': ['sleep', '60']}, once_started=kill, once_again=kill), killed)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert said.stdout == "None 101\n", said


def test_p01_when_the_process_that_answers_is_killed_the_next_one_answers(data_dir):
    with served(data_dir) as site:
        web = min(pid for pid in site.seen if "-m granian" in command_of(pid))
        os.kill(max(children_of(web)), signal.SIGKILL)
        site.wait_until_up()
        assert site.process.poll() is None
        assert "-m granian" in command_of(web)


def test_nothing_outlives_a_killed_serve(data_dir):
    with served(data_dir) as site:
        site.process.kill()
        site.process.wait(10)
        assert site.is_gone()


def test_a_port_in_use_is_said_before_anything_starts(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site = Served(tmp_path, taken.getsockname()[1])
        assert site.process.wait(60) != 0
    said = site.log.read_text()
    assert said.count("\n") == 1 and str(site.port) in said
    assert not (tmp_path / "db.sqlite3").exists()
