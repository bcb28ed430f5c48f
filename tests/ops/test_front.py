"""P14: what the web servers of deploy/ say themselves carries the headers too; what the site says is not doubled."""

import contextlib
import http.client
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.browser.site import ROOT
from tests.front import HOST, Front, need, shipped_nginx
from tests.mailserver import free_port

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
OWN_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
SITES_POLICY = "default-src 'none'; img-src 'self'"
A_YEAR = "max-age=31536000; includeSubDomains; preload"


class Site(BaseHTTPRequestHandler):
    """Answers with its own headers, as ours does."""

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in {
            **HEADERS,
            "Content-Security-Policy": SITES_POLICY,
            "Strict-Transport-Security": A_YEAR,
        }.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(port: int, request: bytes, *, certificate: Path | None = None) -> tuple[int, http.client.HTTPMessage]:
    with contextlib.ExitStack() as opened:
        connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), 20))
        if certificate:
            context = ssl.create_default_context(cafile=str(certificate))
            connection = opened.enter_context(context.wrap_socket(connection, server_hostname=HOST))
        connection.sendall(request)
        answer = opened.enter_context(contextlib.closing(http.client.HTTPResponse(connection)))
        answer.begin()
        return answer.status, answer.headers


def get(path: str, more: str = "", host: str = HOST) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode()


def assert_guarded(headers: http.client.HTTPMessage, policy: str, name: object) -> None:
    for header, value in {**HEADERS, "Content-Security-Policy": policy}.items():
        assert headers.get_all(header) == [value], (name, header)


@pytest.fixture(scope="module")
def front(site: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with shipped_nginx(tmp_path_factory.mktemp("nginx") / "front", site) as front:
        yield front


def test_p14_nginx_gives_its_own_answers_the_headers_too(front: Front):
    asked = {
        413: f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 300000\r\n\r\n".encode(),
        414: get("/" + "a" * 9000),
        400: get("/", "X: " + "a" * 9000 + "\r\n"),
        405: f"TRACE / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(),
        501: f"POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: odd\r\n\r\n".encode(),
    }
    for status, request in asked.items():
        found, headers = ask(front.https, request, certificate=front.certificate)
        assert found == status
        assert_guarded(headers, OWN_POLICY, status)
        assert headers.get_all("Strict-Transport-Security") == [A_YEAR]
    for port, certificate in ((front.http, None), (front.https, front.certificate)):
        both = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
        found, headers = ask(port, both, certificate=certificate)  # two lengths: smuggling
        assert found == 400
        assert_guarded(headers, OWN_POLICY, port)
    found, headers = ask(front.http, get("/x"))
    assert (found, headers["Location"]) == (301, f"https://{HOST}/x")
    assert_guarded(headers, OWN_POLICY, "moved")


def test_p14_nginx_says_once_what_the_site_says(front: Front):
    found, headers = ask(front.https, get("/"), certificate=front.certificate)
    assert found == 200
    assert_guarded(headers, SITES_POLICY, "site")
    assert headers.get_all("Strict-Transport-Security") == [A_YEAR]


def test_p14_nginx_alone_says_that_the_site_is_away(tmp_path: Path):
    with shipped_nginx(tmp_path / "front", free_port()) as front:
        found, headers = ask(front.https, get("/"), certificate=front.certificate)
    assert found == 502
    assert_guarded(headers, OWN_POLICY, "away")


def test_p14_both_nginx_files_say_the_same():
    single, nodes = ((ROOT / "deploy" / name).read_text() for name in ("nginx.conf", "containers/nginx.conf"))
    lines = set(re.findall(r"add_header .*", nodes))
    assert len(lines) == 6
    assert lines <= set(re.findall(r"add_header .*", single))
    assert set(re.findall(r"map \$upstream[^}]*}", nodes)) <= set(re.findall(r"map \$upstream[^}]*}", single))


@pytest.mark.parametrize("away", [False, True])
def test_p14_caddy_gives_its_own_answers_the_headers_too_and_says_once_what_the_site_says(
    site: int, tmp_path, away: bool
):
    port, other = free_port(), free_port()
    words = (
        (ROOT / "deploy" / "Caddyfile")
        .read_text()
        .replace("127.0.0.1:8000", f"127.0.0.1:{free_port() if away else site}")
    )
    words = words.replace("\n{\n", "\n{\n\tadmin off\n", 1)
    words = words.replace("\nwww.example.org {", f"\nhttp://127.0.0.1:{port} {{")
    words = words.replace("\nexample.org {", f"\nhttp://127.0.0.1:{other} {{")
    (tmp_path / "Caddyfile").write_text(words)
    log = (tmp_path / "log").open("wb")
    caddy = subprocess.Popen([need("caddy"), "run", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"],
                             env={"HOME": str(tmp_path)}, stdout=log, stderr=log)  # fmt: skip
    try:
        wait_for(port)
        found, headers = ask(port, get("/", host=f"127.0.0.1:{port}"))
        assert found == (502 if away else 200)
        assert_guarded(headers, OWN_POLICY if away else SITES_POLICY, found)
        found, headers = ask(other, get("/x", host=f"127.0.0.1:{other}"))
        assert (found, headers["Location"]) == (301, f"https://{HOST}/x")
        assert_guarded(headers, OWN_POLICY, "moved")
    finally:
        caddy.terminate()
        caddy.wait(20)
        log.close()


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")
