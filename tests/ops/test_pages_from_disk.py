"""Finished pages answered by nginx and Caddy from disk, with the files that are shipped, before the real site."""

import gzip
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import brotli
import pytest

from tests.mailserver import free_port
from tests.ops.place import Place
from tests.ops.test_deploy import DEPLOY, ROOT, need, run

NAME = "www.example.org"
PAGE = "/articles/stille-uur/"
CONTENT = """
from tests.factories import make_article
make_article(slug="stille-uur", title="Stille uur")
"""
SAY = """
from articles.models import Article
from forum.reactions.actions import post_reaction
post_reaction(Article.objects.get(), name="Sanne", website="", body="Elders gezegd, WORDS.")
"""
# What belongs to the line or the program, and the ETag, which is nginx's own.
OF_THE_PROXY = {"date", "server", "connection", "etag", "alt-svc", "transfer-encoding", "accept-ranges"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def lasting(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name not in OF_THE_PROXY}

    @property
    def plain(self) -> str:
        encoding = self.headers.get("content-encoding", "")
        return {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}[encoding](self.body).decode()


class Front:
    """The site behind a proxy, both real; TLS as shipped."""

    def __init__(self, folder: Path, place: Place, pages: Path) -> None:
        self.folder, self.place, self.pages = folder, place, pages
        self.site_port, self.port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start_site(self) -> None:
        settings = {"SITE_URL": f"https://{NAME}", "TRUSTED_PROXIES": "127.0.0.1", "PAGES_DIR": str(self.pages)}
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "forum.wsgi:application", "--no-ws", "--workers", "1",
                   "--host", "127.0.0.1", "--port", str(self.site_port), "--log-level", "error"]  # fmt: skip
        with (self.folder / "site.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.place.environment | settings, stdout=log, stderr=log,
                                            start_new_session=True)  # fmt: skip
        wait_for(self.site_port, self.process)

    def stop_site(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, how)
            self.process.wait(30)
            self.process = None

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, past: bool = False, **headers: str
    ) -> Answer:
        """`past`: the site itself is asked, as the proxy would."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told = {"Host": NAME} | ({"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"} if past else {}) | told
        line = http.client.HTTPConnection("127.0.0.1", self.site_port if past else self.port, timeout=30)
        line.connect()
        if not past:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            line.sock = context.wrap_socket(line.sock, server_hostname=NAME)
        line.request(method, path, body, told, encode_chunked=False)
        got = line.getresponse()
        answer = Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        line.close()
        return answer

    def post(self, words: str) -> Answer:
        fields = urllib.parse.urlencode({"name": "Sanne", "body": words})
        form = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
        return self.ask(f"{PAGE}reactions/", "POST", fields, **form)

    def say_elsewhere(self) -> str:
        """By a command: another process. What it said."""
        words = f"{time.time_ns()} keer"
        self.place.manage("shell", "-v0", "-c", SAY.replace("WORDS", words))
        return words

    def file(self, path: str = PAGE) -> Path:
        return self.pages / "html" / path.strip("/") / "index.html"

    def publish(self, *paths: str) -> None:
        for path in paths or (PAGE,):
            self.until(lambda path=path: self.is_from_disk(path))

    def is_from_disk(self, path: str = PAGE) -> bool:
        """By its ETag: the site makes others."""
        tag = self.ask(path).headers["etag"]
        return tag != self.ask(path, past=True).headers["etag"]

    def until(self, holds) -> None:
        until = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < until, (self.folder / "site.log").read_text()
            time.sleep(0.02)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture(scope="module")
def behind(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Front]:
    """The site, with one article, and nothing before it yet."""
    folder = tmp_path_factory.mktemp("front")
    with django_db_blocker.unblock():
        place = Place(folder, "disk")
    place.manage("migrate", "-v0")
    place.manage("collectstatic", "--no-input", "-v0")
    place.manage("shell", "-v0", "-c", CONTENT)
    public = Path(tempfile.mkdtemp())  # pytest's own folders are for one user, and the proxy's process is another
    public.chmod(0o755)
    front = Front(folder, place, public / "pages")
    try:
        front.start_site()
        yield front
    finally:
        front.stop_site(signal.SIGKILL)
        shutil.rmtree(public)
        with django_db_blocker.unblock():
            place.away()


@contextmanager
def proxy(command: list[str | Path], port: int, folder: Path) -> Iterator[None]:
    with (folder / "proxy.log").open("ab") as log:
        process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, start_new_session=True,
                                   env=os.environ | {"HOME": str(folder)})  # fmt: skip
    try:
        wait_for(port, process)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


@pytest.fixture(scope="module")
def certificate(behind: Front) -> Path:
    made = run(need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
               "-keyout", behind.folder / "privkey.pem", "-out", behind.folder / "fullchain.pem")  # fmt: skip
    assert made.returncode == 0, made.stderr
    return behind.folder


def nginx_of(front: Front, certificate: Path) -> list[str | Path]:
    folder = front.folder
    pages = (DEPLOY / "nginx-pages.conf").read_text().replace("/var/cache/luisterkamer/pages", str(front.pages))
    (folder / "pages.conf").write_text(pages)
    words = (DEPLOY / "nginx.conf").read_text()
    words, count = re.subn(r"location / \{\n.*\n    \}\n", f"include {folder}/pages.conf;\n", words, count=1)
    assert count == 1
    words = words.replace("127.0.0.1:8000", f"127.0.0.1:{front.site_port}").replace(
        "/etc/letsencrypt/live/www.example.org", str(certificate)
    )
    words = re.sub(r"listen \[::\].*\n", "\n", words).replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    words = words.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{front.port} ssl http2;")
    (folder / "site.conf").write_text(words)
    temporary = " ".join(
        f"{name}_temp_path {folder}/t-{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid; error_log stderr; daemon off; events {{}}\n"
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}\n"
    )
    return [need("nginx"), "-p", folder, "-c", folder / "nginx.conf"]


def caddy_of(front: Front, certificate: Path) -> list[str | Path]:
    folder = front.folder
    pages = (DEPLOY / "Caddyfile-pages").read_text().replace("/var/cache/luisterkamer/pages", str(front.pages))
    (folder / "Caddyfile-pages").write_text(pages.replace("127.0.0.1:8000", f"127.0.0.1:{front.site_port}"))
    words, count = re.subn(
        r"\treverse_proxy [^{]*\{.*?\n\t\}\n", f"\timport {folder}/Caddyfile-pages\n", (DEPLOY / "Caddyfile").read_text(), flags=re.DOTALL
    )  # fmt: skip
    assert count == 1
    words = words.replace("{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers", 1).replace(
        "\nwww.example.org {\n",
        f"\nhttps://{NAME}:{front.port} {{\n\ttls {certificate}/fullchain.pem {certificate}/privkey.pem\n",
    )
    words = words.replace("\nexample.org {", f"\nhttp://example.org:{free_port()} {{")
    (folder / "Caddyfile").write_text(words)
    return [need("caddy"), "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(request, behind: Front, certificate: Path) -> Iterator[Front]:
    behind.port = free_port()
    command = {"nginx": nginx_of, "caddy": caddy_of}[request.param](behind, certificate)
    with proxy(command, behind.port, behind.folder):
        yield behind


ENCODINGS = ["identity", "gzip", "br, gzip"]


def test_a_page_from_disk_says_what_the_site_says(front: Front):
    front.publish(PAGE, "/", "/archive/")
    for path in (PAGE, "/", "/archive/"):
        for encoding in ENCODINGS:
            ours = front.ask(path, past=True, Accept_Encoding=encoding)
            theirs = front.ask(path, Accept_Encoding=encoding)
            assert theirs.status == ours.status == 200 and theirs.plain == ours.plain
            packed = {"content-encoding", "content-length"}  # nginx packs with gzip only, Caddy sends no length then
            length = set() if encoding == "identity" else packed
            assert {k: v for k, v in theirs.lasting.items() if k not in length} == {
                k: v for k, v in ours.lasting.items() if k not in length
            }
            assert theirs.headers["etag"] != ours.headers["etag"]  # so it came from disk
            assert ("content-encoding" in theirs.headers) == (encoding != "identity")


def test_it_stands_there_without_the_site_and_all_else_goes_to_the_site(front: Front):
    front.publish()
    expected = front.ask(PAGE)
    front.stop_site()
    try:
        for encoding in ENCODINGS:
            answer = front.ask(PAGE, Accept_Encoding=encoding, Cookie="theme=dark")
            assert answer.status == 200 and "Stille uur" in answer.plain
            head = front.ask(PAGE, "HEAD", Accept_Encoding=encoding)
            assert head.status == 200 and head.body == b"" and head.headers["etag"] == answer.headers["etag"]
            same = front.ask(PAGE, Accept_Encoding=encoding, If_None_Match=answer.headers["etag"])
            assert same.status == 304 and same.body == b""
        assert front.ask(PAGE, Range="bytes=0-9").status in (200, 502)  # never a part
        to_the_site = [
            front.ask(f"{PAGE}?order=newest"),
            front.ask(PAGE, Cookie="a=b; sessionid=c"),
            front.ask(PAGE, Cookie="messages=c"),
            front.ask(PAGE, "POST", ""),
            front.ask(PAGE, "OPTIONS"),
            front.ask(PAGE, If_Match='"a"'),
            front.ask(PAGE, If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT"),
            front.ask(PAGE.rstrip("/")),
            front.ask(f"{PAGE}index.html"),
            front.ask(f"{PAGE}index.html.gz"),
            front.ask("/archive/2001/"),
        ]
        assert {answer.status for answer in to_the_site} == {502}
        assert (
            front.ask(PAGE, Host="other.example").status in (502, 200)
            and "Stille uur" not in front.ask(PAGE, Host="other.example").plain
        )
    finally:
        front.start_site()
    assert front.ask(PAGE).plain == expected.plain and not front.file("/archive/").exists()


def test_nothing_else_of_the_folder_can_be_read(front: Front):
    front.publish()
    stamp = next((front.pages / "stamps").iterdir()).name
    inside = ["/lock", "/stamps/", f"/stamps/{stamp}", "/new/", "/html/", f"/html{PAGE}", "/../lock", "/..%2flock", f"{PAGE}../../../lock",
              f"/../stamps/{stamp}", "/.stamps/", "/...", "/%2e%2e/stamps/"]  # fmt: skip
    assert {front.ask(path).status for path in inside} <= {301, 400, 404}


@pytest.mark.parametrize("front", ["nginx"], indirect=True)
def test_who_posts_reads_himself_at_once_and_what_others_change_is_there_soon(front: Front):
    for number in range(3):
        front.publish()
        words = f"Ik hoor het ook, {time.time_ns()} {number}."
        assert front.post(words).status == 303
        assert words in front.ask(PAGE).plain
    front.publish()
    words = front.say_elsewhere()
    front.until(lambda: words in front.ask(PAGE).plain)
    front.publish()


@pytest.mark.parametrize("front", ["nginx"], indirect=True)
def test_a_process_that_is_killed_leaves_nothing_to_the_next(front: Front):
    front.publish()
    front.stop_site(signal.SIGKILL)
    assert front.ask(PAGE).status == 200
    words = front.say_elsewhere()
    assert words not in front.ask(PAGE).plain  # nobody is there to know
    front.start_site()
    front.until(lambda: front.ask(PAGE, past=True).status == 200)
    assert words in front.ask(PAGE).plain
