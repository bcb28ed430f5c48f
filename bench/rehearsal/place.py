"""A site of processes that may be killed one by one: web nodes, workers, and what they lean on, each on loopback."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.mailserver import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
ARTICLE, REACTIONS = "/articles/stille-uur/", "/articles/stille-uur/reactions/"
ONE_ARTICLE = """
from tests.factories import make_article
make_article(slug="stille-uur")
"""
# Everything that was posted, how often; and whether what is counted is what stands there.
TRUTH = """
import json
from collections import Counter
from articles.models import Discussion
from forum.reactions.models import Reaction
reactions = Reaction.objects.filter(article__slug="stille-uur")
bodies = Counter(reactions.values_list("body", flat=True))
published = reactions.filter(status="published")
discussion = Discussion.objects.get(article__slug="stille-uur")
numbers = sorted(published.filter(parent=None).values_list("thread_no", flat=True))
print(json.dumps({
    "bodies": bodies,
    "whole": discussion.visible == published.count() and discussion.last_thread_no >= len(numbers)
    and len(set(numbers)) == len(numbers) and not published.filter(html="").exists(),
}))
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    seconds: float


class Place:
    """Web nodes and workers by name, over one data folder. `settings` are environment variables of all of them."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.release = ROOT  # the code of what is started from now on
        unwanted = ("DATABASE_URL", "SITE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE")
        plain = {
            "DATA_DIR": str(folder / "data"),
            "MODERATION": "after",
            "LIMIT_PER_MINUTE": "0",
            "LIMIT_PER_HOUR": "0",
            "REACTIONS_PER_MINUTE": "0",
        }
        self.environment = {k: v for k, v in os.environ.items() if k not in unwanted} | plain | settings
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}
        self._commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self.log = (folder / "log").open("ab")

    def manage(self, *words: str, code: str = "") -> str:
        command = [sys.executable, "manage.py", *words, *(["shell", "-v0", "-c", code] if code else [])]
        run = subprocess.run(
            command, cwd=self.release, env=self.environment, capture_output=True, text=True, check=False
        )
        if run.returncode:
            raise RuntimeError(run.stdout + run.stderr)
        return run.stdout

    def prepare(self) -> None:
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "--no-input", "-v0")
        self.manage(code=ONE_ARTICLE)

    def truth(self) -> dict[str, Any]:
        return json.loads(self.manage(code=TRUTH))

    def start_web(self, name: str = "web", **settings: str) -> None:
        port = self.ports.setdefault(name, free_port())
        command = [sys.executable, "-m", "granian", "forum.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1",
                   "--port", str(port), "--http", "1", "--no-ws", "--log-level", "error", "--workers", "1", "--blocking-threads", "8",
                   "--respawn-failed-workers", "--respawn-interval", "0.1", "--workers-kill-timeout", "10"]  # fmt: skip
        self._start(name, command, settings)
        wait_until(lambda: self.lives(name), f"{name} does not answer")

    def start_serve(self, name: str) -> None:
        """Web server and worker as one's own machine runs them."""
        port = self.ports.setdefault(name, free_port())
        self._start(name, [sys.executable, "manage.py", "serve"], {"PORT": str(port)})
        wait_until(lambda: self.lives(name), f"{name} does not answer")

    def start_worker(self, name: str = "worker", before: tuple[str, ...] = (), **settings: str) -> None:
        self._start(name, [*before, sys.executable, "manage.py", "worker"], settings)

    def _start(self, name: str, command: list[str], settings: dict[str, str]) -> None:
        self.processes[name] = subprocess.Popen(command, cwd=self.release, env=self.environment | settings, stdout=self.log,
                                                stderr=self.log, start_new_session=True)  # fmt: skip
        self._commands[name] = (command, settings)

    def kill(self, name: str) -> None:
        """-9, of the process and what it started."""
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes.pop(name).wait()

    def kill_inner(self, name: str) -> None:
        """-9 of the process that serves; granian starts another, and ends when that happens twice within 5.5 seconds."""
        newest = max(children(self.processes[name].pid))  # an older one only counts semaphores
        os.kill(newest, signal.SIGKILL)

    def is_back(self, name: str) -> bool:
        """Started anew if it ended, as systemd does (Restart=always)."""
        if self.processes[name].poll() is not None:
            self._start(name, *self._commands[name])
        return self.lives(name)

    def stop(self, name: str) -> None:
        """As systemd does: running requests and the mail in hand may finish."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(75)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.log.close()

    def lives(self, name: str) -> bool:
        return self.get("/healthz", name).status == 200

    def get(self, path: str, name: str = "web", timeout: float = 30) -> Answer:
        return ask("GET", self.ports[name], path, timeout=timeout)

    def follow(self, name: str = "web") -> Answer:
        fields = urllib.parse.urlencode({"email": "sanne@lezers.example", "pace": "at_once"})
        return ask("POST", self.ports[name], f"{ARTICLE}follow/", fields)

    def post(self, body: str, name: str = "web", timeout: float = 60, **fields: str) -> Answer:
        fields = {"name": "Sanne Kuipers", "body": body, **fields}
        return ask("POST", self.ports[name], REACTIONS, urllib.parse.urlencode(fields), timeout=timeout)


def ask(method: str, port: int, path: str, body: str | None = None, *, timeout: float = 30) -> Answer:
    """Status 0 when the connection was refused or broke off: nothing was promised then."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body, headers if body is not None else {})
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        found = {name.title(): value for name, value in response.getheaders()}
        return Answer(response.status, found, text, time.monotonic() - begun)
    except (OSError, http.client.HTTPException):
        return Answer(0, {}, "", time.monotonic() - begun)
    finally:
        connection.close()


def children(pid: int) -> list[int]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in file.read_text().split()] if file.exists() else []


def command_of(pid: int) -> str:
    file = Path(f"/proc/{pid}/cmdline")
    return file.read_text().replace("\0", " ") if file.exists() else ""


def wait_until(true: Callable[[], bool], otherwise: str, *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(otherwise)
        time.sleep(0.1)


@dataclass
class Load:
    """Clients that post one reaction after the other, each with words of its own."""

    place: Place
    ports: list[str]
    clients: int = 8
    accepted: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    slowest: float = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def _post(self, client: int) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            words = f"Klant {client}, nummer {number}."
            answer = self.place.post(words, self.ports[(client + number) % len(self.ports)])
            if answer.status == 303 and re.search(r"/reactions/[0-9]+/$", answer.headers.get("Location", "")):
                self.accepted.append(words)
                self.slowest = max(self.slowest, answer.seconds)
            else:
                self.refused.append(answer.status)
                time.sleep(0.05)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        threads = [threading.Thread(target=self._post, args=(n,)) for n in range(self.clients)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            for thread in threads:
                thread.join()

    def wait_for(self, more: int) -> None:
        """Until so many more were accepted."""
        enough = len(self.accepted) + more
        wait_until(lambda: len(self.accepted) >= enough, "nobody is answered")

    def lost_and_twice(self) -> tuple[int, int, bool]:
        truth = self.place.truth()
        bodies = truth["bodies"]
        lost = sum(1 for words in self.accepted if words not in bodies)
        return lost, sum(1 for count in bodies.values() if count > 1), truth["whole"]


def program(name: str) -> str | None:
    return shutil.which(name, path="/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin")
