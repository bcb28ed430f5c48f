"""The servers that are measured, as processes on loopback, and what they cost the machine."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
GRANIAN = (
    "--interface",
    "wsgi",
    "--http",
    "1",
    "--no-ws",
    "--log-level",
    "error",
    "--workers",
    "1",
    "--blocking-threads",
    "8",
)

TRIVIAL = """
import pathlib
body = pathlib.Path({body!r}).read_bytes()
headers = {headers!r} + [("Content-Length", str(len(body)))]
def application(environ, start_response):
    start_response("200 OK", headers)
    return [body]
"""
NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; gzip_static on; default_type text/html;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    server {{ listen 127.0.0.1:{port}; root {folder}/www; {headers} }}
}}
"""


def cpu_ms(pid: int) -> float:
    """Of the process and its children: user and system. Source: proc(5)."""
    total = 0.0
    for process in family(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_MS
    return total


def family(pid: int) -> list[int]:
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found += family(int(child))
    return found


def pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024, 1)


def ask(port: int, path: str, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asking.request("GET", path, headers=headers)
    answer = asking.getresponse()
    body = answer.read()
    asking.close()
    return answer, body


def environment(**changed: str) -> dict[str, str]:
    """For a process on the database that is being measured."""
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{named['NAME']}"
    else:
        url = f"postgres://{named['USER']}:{named['PASSWORD']}@{named['HOST'].replace('/', '%2F')}:{named['PORT'] or ''}/{named['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR), **changed}


@contextmanager
def site(**changed: str) -> Iterator[tuple[int, int]]:
    """The site in granian on the database that is being measured, as `serve` starts it: port and process."""
    with _granian("forum.wsgi:application", Path(settings.BASE_DIR), environment(**changed)) as started:
        yield started


def collect_static() -> None:
    """By themselves the servers use the real storage, which wants every file under its finished name."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True)


class Line:
    """A lasting connection, as a proxy keeps. Bytes are counted, not read as HTTP: the client must not be what is measured."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self.socket.close()

    def question(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

    def ask(self, question: bytes) -> tuple[int, bytes]:
        """The status and the head of the answer, in lower case. Status 0: the line broke off."""
        self.socket.sendall(question)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            more = self.socket.recv(262_144)
            if not more:
                return 0, b""
            got += more
        head = got[:end].lower()
        status = int(head[9:12])
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
        missing = end + 4 + (0 if status == 304 else length) - len(got)
        while missing > 0:
            missing -= len(self.socket.recv(262_144))
        return status, head


@contextmanager
def trivial(folder: Path, body: bytes, headers: list[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    (folder / "body").write_bytes(body)
    (folder / "trivial.py").write_text(TRIVIAL.format(body=str(folder / "body"), headers=headers))
    with _granian("trivial:application", folder, dict(os.environ)) as started:
        yield started


@contextmanager
def _granian(target: str, place: Path, given: dict[str, str]) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "granian", target, *GRANIAN, "--host", "127.0.0.1", "--port", str(port)]
    given |= {"SITE_URL": f"http://127.0.0.1:{port}", "PYTHONPATH": str(place)}
    with running(command, port, cwd=place, env=given) as pid:
        yield port, pid


@contextmanager
def nginx(folder: Path, path: str, body: bytes, headers: list[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    place = folder / "www" / path.strip("/")
    place.mkdir(parents=True)
    (place / "index.html").write_bytes(b"")
    (place / "index.html.gz").write_bytes(body)
    port = free_port()
    named = [(k, v) for k, v in headers if k.lower() not in ("content-encoding", "content-type", "etag", "vary")]
    lines = " ".join(f'add_header {k} "{v}";' for k, v in named)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, headers=lines))
    if os.getuid() == 0:  # its worker is nobody
        for part in (folder, *folder.joinpath("www").rglob("*"), folder / "www"):
            part.chmod(0o755 if part.is_dir() else 0o644)
    with running(["nginx", "-c", str(folder / "nginx.conf")], port) as pid:
        yield port, pid


@contextmanager
def running(command: list[str], port: int, **options: Any) -> Iterator[int]:
    process = subprocess.Popen(command, start_new_session=True, **options)
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended by itself")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postmaster() -> int | None:
    """The first process of the PostgreSQL that is asked, when it is on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    place = Path(f"/proc/{backend}/stat")
    if not place.exists() or "postgres" not in place.read_text():
        return None
    return int(place.read_text().rpartition(")")[2].split()[1])
