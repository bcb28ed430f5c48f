"""How much of a processor does one answer of an article's page take, beside the best that this machine and nginx can do?

Four servers get the same questions by turns, over loopback, from this process: the site, once with the page kept and once
without keeping; a trivial application with the same bytes in granian, the limit of what Python can do here; nginx with the
bytes in a file, packed beforehand.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from articles.models import Article
from bench.generator import article_with

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
KEPT_REQUESTS, MADE_REQUESTS = 4_000, 60  # in each round
CLIENTS = 2
OF_TRIVIAL, OF_NGINX = 0.5, 0.25  # of the requests that they answer with the same CPU
MADE_MS = 12.0
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
GRANIAN = ("--interface", "wsgi", "--no-ws", "--log-level", "error", "--workers", "1", "--blocking-threads", "8")

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


class Asked(NamedTuple):
    name: str
    port: int
    pid: int
    path: str
    headers: dict[str, str]
    requests: int
    status: int = 200


def measure() -> list[dict[str, Any]]:
    article = article_with(20)
    path = article.get_absolute_url()
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=settings.BASE_DIR, check=True)  # by themselves the servers use the real storage
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="luisterkamer-pages-")))
        site = stack.enter_context(_site(folder, PAGES_MEGABYTES="32"))
        fresh = stack.enter_context(_site(folder, PAGES_MEGABYTES="0"))
        packed = {"Accept-Encoding": "gzip"}
        answer, body = _ask(site[0], path, packed)
        if answer.status != 200 or answer.getheader("Content-Encoding") != "gzip":
            raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Content-Encoding')}")
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() not in ("content-length", "date", "server")]
        trivial = stack.enter_context(_trivial(folder, body, headers))
        rows = [
            Asked("article, kept", *site, path, packed, KEPT_REQUESTS),
            Asked("article, not changed (304)", *site, path, {**packed, "If-None-Match": str(answer.getheader("ETag"))},
                  KEPT_REQUESTS, 304),
            Asked("article, made for every request", *fresh, path, {}, MADE_REQUESTS),
            Asked("granian, trivial, same bytes", *trivial, path, packed, KEPT_REQUESTS),
        ]  # fmt: skip
        if shutil.which("nginx"):
            nginx = stack.enter_context(_nginx(folder, path, body, headers))
            rows.append(Asked("nginx, file packed beforehand", *nginx, path, packed, KEPT_REQUESTS))
        figures = _alternating(rows)
    figures += [_at_rest(), _compared(article)]
    return _judged(figures)


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    names = ("cpu_us", "wall_us", "of_trivial", "of_nginx", "allowed")
    lines = [f"{'page':<44}" + "".join(f"{name:>12}" for name in names)]
    for figure in figures:
        lines.append(f"{figure['page']:<44}" + "".join(f"{figure.get(name, '-'):>12}" for name in names))
    return lines


def _alternating(rows: list[Asked]) -> list[dict[str, Any]]:
    spent: dict[str, list[tuple[float, float]]] = {row.name: [] for row in rows}
    for number in range(ROUNDS + 1):
        for row in rows:
            cost = _cost(row)
            if number:  # the first round warms up
                spent[row.name].append(cost)
    return [
        {
            "page": row.name,
            "rounds": ROUNDS,
            "requests": row.requests,
            "cpu_us": round(median(cpu for cpu, _ in spent[row.name]), 1),
            "wall_us": round(median(wall for _, wall in spent[row.name]), 1),
        }
        for row in rows
    ]


def _judged(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many requests it answers with the CPU with which the limit answers one."""
    cpu = {figure["page"]: figure["cpu_us"] for figure in figures if "cpu_us" in figure}
    trivial, nginx = cpu["granian, trivial, same bytes"], cpu.get("nginx, file packed beforehand")
    for figure in figures:
        figure.setdefault("kept", True)
        if not figure["page"].startswith("article,"):
            continue
        figure["of_trivial"] = round(trivial / figure["cpu_us"], 3)
        if nginx:
            figure["of_nginx"] = round(nginx / figure["cpu_us"], 3)
        if figure["page"] == "article, kept":
            figure["allowed"] = f"{OF_TRIVIAL}/{OF_NGINX}"
            figure["kept"] = figure["of_trivial"] >= OF_TRIVIAL and figure.get("of_nginx", 1) >= OF_NGINX
        if "made" in figure["page"]:
            figure["allowed"] = f"{MADE_MS * 1000:.0f} us"
            figure["kept"] = figure["cpu_us"] <= MADE_MS * 1000
    return figures


def _cost(row: Asked) -> tuple[float, float]:
    """Microseconds of CPU and of the clock for one request."""
    before, begun = _cpu_ms(row.pid), time.perf_counter()
    clients = [Thread(target=_many, args=(row, row.requests // CLIENTS)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    passed = time.perf_counter() - begun
    asked = row.requests // CLIENTS * CLIENTS
    return (_cpu_ms(row.pid) - before) * 1000 / asked, passed * 1_000_000 / asked


def _many(row: Asked, times: int) -> None:
    """Over one connection, as a proxy asks. Bytes are counted, not read as HTTP: the client must not be what is measured."""
    lines = [f"GET {row.path} HTTP/1.1", f"Host: 127.0.0.1:{row.port}", *(f"{k}: {v}" for k, v in row.headers.items())]
    question = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", row.port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            line.sendall(question)
            got = b""
            while (end := got.find(b"\r\n\r\n")) < 0:
                got += line.recv(262_144)
            head = got[:end].lower()
            if head[9:12] != str(row.status).encode():
                raise RuntimeError(f"{row.name}: {head[:60]!r}")
            length = 0
            if row.status == 200:
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            missing = end + 4 + length - len(got)
            while missing > 0:
                missing -= len(line.recv(262_144))


def _cpu_ms(pid: int) -> float:
    """Of the process and its children: user and system. Source: proc(5)."""
    total = 0.0
    for process in _family(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_MS
    return total


def _family(pid: int) -> list[int]:
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found += _family(int(child))
    return found


def _at_rest() -> dict[str, Any]:
    """Memory of a web process that has answered its first pages: what it has for itself."""
    with tempfile.TemporaryDirectory(prefix="luisterkamer-rest-") as name, _site(Path(name)) as (port, pid):
        for path in ("/", "/articles/", Article.objects.all()[0].get_absolute_url()):
            _ask(port, path, {})
        pss = max(_pss_mb(process) for process in _family(pid))
    return {"page": "web process at rest, MB", "mb": pss, "cpu_us": pss, "allowed": "120", "kept": pss <= 120}


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024, 1)


def _compared(article: Article) -> dict[str, Any]:
    return {"page": f"(the article shows {article.discussion.visible} reactions)"}


def _ask(port: int, path: str, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asking.request("GET", path, headers=headers)
    answer = asking.getresponse()
    body = answer.read()
    asking.close()
    return answer, body


@contextmanager
def _site(folder: Path, **changed: str) -> Iterator[tuple[int, int]]:
    """The site in granian on the database that is being measured, as `serve` starts it."""
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{named['NAME']}"
    else:
        url = f"postgres://{named['USER']}:{named['PASSWORD']}@{named['HOST'].replace('/', '%2F')}:{named['PORT'] or ''}/{named['NAME']}"
    given = {"DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR), **changed}
    with _granian("forum.wsgi:application", Path(settings.BASE_DIR), given) as running:
        yield running


@contextmanager
def _trivial(folder: Path, body: bytes, headers: list[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    (folder / "body").write_bytes(body)
    (folder / "trivial.py").write_text(TRIVIAL.format(body=str(folder / "body"), headers=headers))
    with _granian("trivial:application", folder, {}) as running:
        yield running


@contextmanager
def _granian(target: str, place: Path, given: dict[str, str]) -> Iterator[tuple[int, int]]:
    port = _free_port()
    command = [sys.executable, "-m", "granian", target, *GRANIAN, "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, **given, "SITE_URL": f"http://127.0.0.1:{port}", "PYTHONPATH": str(place)}
    with _running(command, port, cwd=place, env=environment) as pid:
        yield port, pid


@contextmanager
def _nginx(folder: Path, path: str, body: bytes, headers: list[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    place = folder / "www" / path.strip("/")
    place.mkdir(parents=True)
    (place / "index.html").write_bytes(b"")
    (place / "index.html.gz").write_bytes(body)
    port = _free_port()
    named = [(k, v) for k, v in headers if k.lower() not in ("content-encoding", "content-type", "etag", "vary")]
    lines = " ".join(f'add_header {k} "{v}";' for k, v in named)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, headers=lines))
    if os.getuid() == 0:  # its worker is nobody
        for part in (folder, *folder.joinpath("www").rglob("*"), folder / "www"):
            part.chmod(0o755 if part.is_dir() else 0o644)
    with _running(["nginx", "-c", str(folder / "nginx.conf")], port) as pid:
        yield port, pid


@contextmanager
def _running(command: list[str], port: int, **options: Any) -> Iterator[int]:
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
