"""A whole site for the browser: `manage.py serve` with the demo content, its own data folder, port and mail server."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.mailserver import Keeper, free_port
from tests.migrated import made_once

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Site:
    port: int
    mails: Keeper
    data_dir: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def password(self, login: str) -> str:
        """Of a login of the demo: "redactie" is the administrator."""
        lines = (self.data_dir / "demo-login.txt").read_text().splitlines()
        return dict(line.split(" ", 1) for line in lines)[login]

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        return self._ask("POST", path, urllib.parse.urlencode(fields))

    def post_from(self, client: str, path: str, **fields: str) -> Answer:
        """As a reader at another address; the site must trust the proxy that we then are."""
        return self._ask("POST", path, urllib.parse.urlencode(fields), {"X-Forwarded-For": client})

    def _ask(self, method: str, path: str, body: str | None = None, more: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers | (more or {}) if body is not None else {})
        response = connection.getresponse()
        answer = Answer(
            response.status, {name.title(): value for name, value in response.getheaders()}, response.read().decode()
        )
        connection.close()
        return answer

    def hidden_fields(self, path: str) -> dict[str, str]:
        """What a browser would send along from the form on a page."""
        inputs = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", self.get(path).text)
        pairs = ((re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in inputs)
        return {name[1]: value[1] if value else "" for name, value in pairs if name}

    def wait_for_mail(self, receiver: str, count: int = 1) -> None:
        for _ in range(300):
            if len(self.mails.to(receiver)) >= count:
                return
            time.sleep(0.1)
        raise AssertionError(f"no mail number {count} for {receiver} in half a minute")


def with_demo(shared_folder: Path, to: Path) -> Path:
    """A data folder as a first start leaves it, which takes half a minute: made once, then copied."""
    with made_once(shared_folder, "demo") as first:
        if first:
            (shared_folder / "demo").mkdir()
            with running_site(shared_folder / "demo"):
                pass
    shutil.copytree(shared_folder / "demo", to, dirs_exist_ok=True)
    return to


@contextmanager
def running_site(data_dir: Path, **settings: str) -> Iterator[Site]:
    keeper = Keeper()
    mail = Controller(keeper, hostname="127.0.0.1", port=free_port())
    mail.start()
    site = Site(free_port(), keeper, data_dir)
    mail_port = mail.port
    own = {"DATA_DIR": str(data_dir), "PORT": str(site.port), "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"}
    unwanted = ("DATABASE_URL", "SITE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE")
    environment = {k: v for k, v in os.environ.items() if k not in unwanted} | own | settings
    log = (data_dir / "serve.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        for _ in range(3000):  # five minutes: a first start makes the demo, and the machine may be busy
            if server.poll() is not None:
                break
            try:
                if site.get("/").status in (200, 301):  # moved: to https
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("the site did not come up: " + (data_dir / "serve.log").read_text())
        if server.poll() is not None:
            raise AssertionError("the site stopped: " + (data_dir / "serve.log").read_text())
        yield site
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        mail.stop()
        log.close()
