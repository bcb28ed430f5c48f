"""P05, P07 and P14 by raw bytes: what no browser sends, to granian as `manage.py serve` starts it, without a proxy."""

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from forum.bodies import MOST_READING
from forum.ops.management.commands.serve import BLOCKING_THREADS, Command
from tests.browser.site import ROOT
from tests.mailserver import free_port
from tests.ops.place import Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cuts connections off as Linux does")

SEED = 20261126
HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
)
GRANIANS_OWN = (
    400,
    414,
    431,
)  # what it cannot read it answers itself: no body, nothing to guard, and no way to add a header
ONE_ARTICLE = """
from tests.factories import make_article
make_article(slug="stille-uur")
"""
ARTICLE, REACTIONS = "/articles/stille-uur/", "/articles/stille-uur/reactions/"


class Served:
    def __init__(self, place: Place, port: int) -> None:
        self.place, self.port, self.log = place, port, place.folder / "granian.log"
        self.host = f"127.0.0.1:{port}"

    def say(self, request: bytes, *, broken: bool = False) -> bytes:
        """All that comes back, until the server closes or says nothing for some seconds. `broken`: our end closes first."""
        with socket.create_connection(("127.0.0.1", self.port), 4) as connection:
            connection.sendall(request)
            if broken:
                connection.shutdown(socket.SHUT_WR)
            return everything(connection)

    def get(self, path: str) -> int:
        return status(self.say(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode()))

    def begin_post(self, said: int, sent: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), 60)
        connection.sendall(post(self.host, f"Content-Length: {said}\r\n", sent))
        return connection

    def bodies(self) -> list[str]:
        return self.place.truth()[2]


def post(host: str, headers: str, body: bytes) -> bytes:
    return (
        f"POST {REACTIONS} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n"
    ).encode() + body


def everything(connection: socket.socket) -> bytes:
    said = b""
    try:
        while piece := connection.recv(65_536):
            said += piece
    except (ConnectionResetError, TimeoutError):
        pass
    return said


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else 0


@contextmanager
def granian(place: Place) -> Iterator[Served]:
    served = Served(place, free_port())
    command = Command()
    command.address = "127.0.0.1"
    words = command._granian()
    words[words.index("--port") + 1] = str(served.port)
    own = {"SITE_URL": f"http://{served.host}", "LIMIT_PER_MINUTE": "0", "LIMIT_PER_HOUR": "0"}
    with served.log.open("wb") as log:
        process = subprocess.Popen(words, cwd=ROOT, env=place.environment | own, stdout=log, stderr=log)
        try:
            for _ in range(600):
                try:
                    if served.get("/healthz") == 200:
                        break
                except OSError:
                    time.sleep(0.1)
            yield served
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, django_db_setup, django_db_blocker) -> Iterator[Served]:
    with django_db_blocker.unblock():
        place = Place(tmp_path_factory.mktemp("odd"), f"odd{os.getpid()}")
    try:
        for words in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"], ["shell", "-v0", "-c", ONE_ARTICLE]):
            place.manage(*words)
        with granian(place) as served:
            yield served
    finally:
        place.away()


def odd_requests(host: str) -> Iterator[bytes]:
    """Fixed ones first; then five hundred by chance, of parts that each make trouble somewhere."""
    ours = f"Host: {host}\r\nConnection: close\r\n".encode()
    for line in (
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.0",
        b"GET /",
        b"GET / HTTP/2.5",
        b"PRI * HTTP/2.0",
        b"get / HTTP/1.1",
        b"\x16\x03\x01",
    ):
        yield line + b"\r\n" + ours + b"\r\n"
    for hosts in (
        b"",
        b"Host: \r\n",
        b"Host: evil.example\r\n",
        ours + b"Host: evil.example\r\n",
        b"Host: 127.0.0.1@evil.example\r\n",
    ):
        yield b"GET /articles HTTP/1.1\r\nConnection: close\r\n" + hosts + b"\r\n"
    for lengths in (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ):
        yield (
            b"POST "
            + REACTIONS.encode()
            + b" HTTP/1.1\r\n"
            + ours
            + lengths
            + b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n"
            + ours
            + b"\r\n"
        )
    chance = random.Random(SEED)
    methods = (b"GET", b"GET", b"GET", b"HEAD", b"POST", b"PUT", b"OPTIONS", b"TRACE", b"CONNECT", b"BREW", b"PROPFIND")
    paths = (b"/", b"/articles/", ARTICLE.encode(), REACTIONS.encode(), b"/search/", b"/static/", b"/media/", b"/mine/", b"/reactions/", b"/admin/",
             b"/desk/", b"/moderation/", b"/accounts/login/", b"/subscriptions/", b"/feeds/articles.atom", b"/mailbox/", b"/metrics", b"//evil.example/",
             b"/\\evil.example/", b"http://evil.example/", b"*")  # fmt: skip
    ends = (b"", b"", b"%00", b"%ff%fe", b"%2e%2e%2f%2e%2e%2fetc%2fpasswd", b"../../etc/passwd", b"..%5c..%5c", b"%0d%0aSet-Cookie:%20a=b", b"%c0%ae%c0%ae/",
            b"%", b"%zz", b"\xff\xfe", b"a" * 3000, b"9" * 30, b"-1", b"%F0%9F%92%A9", b";a=b", b"%2F%2Fevil.example", b"%252e%252e/", b".git/config")  # fmt: skip
    names = (
        b"q",
        b"page",
        b"after",
        b"before",
        b"order",
        b"parent",
        b"next",
        b"section",
        b"period",
        b"author",
        b"answers",
        b"token",
    )
    values = (b"", b"%00", b"%ff", b"\xff", b"'", b"%22%3E%3Cscript%3E", b"-1", b"9" * 40, b"%0d%0aX:%20y", b"//evil.example", b"https://evil.example", b"%F0%9F%92%A9",
              b"a" * 2000, b"NaN", b"1e400", b"%EF%BF%BF", b"%ED%A0%80", b"../../x", b"{{7*7}}", b"1 OR 1=1")  # fmt: skip
    headers = (b"Cookie: sessionid=%s", b"Cookie: messages=%s", b"Cookie: %s", b"If-None-Match: %s", b"If-Modified-Since: %s", b"Range: bytes=%s", b"Accept-Encoding: %s",
               b"Accept-Language: %s", b"X-Forwarded-For: %s", b"X-Forwarded-Host: %s", b"X-Forwarded-Proto: %s", b"X-Request-ID: %s", b"Referer: %s", b"HX-Request: %s",
               b"HX-Current-URL: %s", b"Content-Type: %s", b"Script-Name: %s", b"X-HTTP-Method-Override: %s")  # fmt: skip
    for _ in range(500):
        query = b"&".join(chance.choice(names) + b"=" + chance.choice(values) for _ in range(chance.randrange(4)))
        target = chance.choice(paths) + chance.choice(ends) + (b"?" + query if query else b"")
        more = b"".join(chance.choice(headers) % chance.choice(values) + b"\r\n" for _ in range(chance.randrange(4)))
        body = chance.choice(
            (
                b"",
                b"",
                b"name=%ff",
                b"name=a&body=%00",
                b"a" * 300,
                b'--x\r\nContent-Disposition: form-data; name="\x00"; filename="../../a"\r\n\r\nx\r\n--x--',
            )
        )
        lengths = b"Content-Length: %d\r\n" % len(body) if body else b""
        yield (
            chance.choice(methods)
            + b" "
            + target
            + b" HTTP/1.1\r\n"
            + ours
            + more
            + lengths
            + b"Connection: close\r\n\r\n"
            + body
        )


def test_p05_p14_no_odd_request_breaks_us_and_every_answer_of_ours_is_guarded(served: Served):
    seen: dict[int, int] = {}
    for request in odd_requests(served.host):
        answer = served.say(request)
        found = status(answer)
        seen[found] = seen.get(found, 0) + 1
        head, _, body = answer.partition(b"\r\n\r\n")
        told = head.decode("latin-1").lower()
        assert found < 500, (SEED, request, answer[:200])
        assert answer.count(b"HTTP/1.1 ") + answer.count(b"HTTP/1.0 ") <= 1, (
            SEED,
            request,
            answer[-500:],
        )  # nothing smuggled in
        assert b"root:" not in body, (SEED, request, answer[:500])
        assert not re.search(r"\nlocation: (?!/[^/\\]|/\r|http://127\.0\.0\.1:)", told), (SEED, request, answer[:500])
        assert "set-cookie: a=b" not in told and "\nx: y" not in told, (SEED, request)
        if not all(f"\n{name}: " in told for name in HEADERS):
            assert found in (0, *GRANIANS_OWN) and not body, (SEED, request, answer[:500])
    assert min(seen.get(number, 0) for number in (200, 400, 404, 405)) > 5, (
        SEED,
        seen,
    )  # positive control: they reach us
    assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize("headers", ["Content-Length: 400\r\n", "Transfer-Encoding: chunked\r\n"])
def test_p01_half_a_reaction_is_none(served: Served, headers: str):
    """The connection breaks; granian shows what came as if it were all."""
    body = b"name=Kees&body=Dit+is+een+halve+reac"
    if "chunked" in headers:
        body = b"%x\r\n" % len(body) + body + b"\r\n"
    assert status(served.say(post(served.host, headers, body), broken=True)) in (0, 400, 411)
    assert not any("halve" in body for body in served.bodies())


def test_a_whole_reaction_that_comes_in_two_pieces_is_accepted(served: Served):
    body = b"name=Kees&body=Dit+is+een+hele+reactie"
    with served.begin_post(len(body), body[:20]) as connection:
        assert served.get(ARTICLE) == 200  # meanwhile
        connection.sendall(body[20:])
        assert connection.recv(100).startswith(b"HTTP/1.1 303")
    assert "Dit is een hele reactie" in served.bodies()


def test_p07_forms_that_never_come_hold_nobody_up_and_are_cut_off(served: Served):
    """More of them than granian has threads. Reading goes on; those that wait are refused or cut off, and posting goes on."""
    waiting = [served.begin_post(1000, b"name=") for _ in range(3 * BLOCKING_THREADS)]
    assert served.get(ARTICLE) == 200
    answers = [status(everything(connection)) for connection in waiting]
    for connection in waiting:
        connection.close()
    assert set(answers) <= {0, 400, 408, 503}
    assert answers.count(503) >= BLOCKING_THREADS
    assert len(answers) - answers.count(503) <= 2 * MOST_READING
    body = b"name=Kees&body=Daarna+weer"
    assert status(served.say(post(served.host, f"Content-Length: {len(body)}\r\nConnection: close\r\n", body))) == 303
