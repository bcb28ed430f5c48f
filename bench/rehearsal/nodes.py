"""Several nodes: two web processes and two workers on one PostgreSQL and one Redis, with the shipped nginx before them."""

import re
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.rehearsal.faults import NotHere, Seen, cluster, rehearse, site
from bench.rehearsal.mail import mail_server, receivers, with_followers
from bench.rehearsal.place import ARTICLE, ROOT, Load, Place, ask, program, wait_until
from tests.mailserver import free_port

ROUNDS = 60
DRIPPING = 400
BOUNCER_LIMIT = "connect_query='SET statement_timeout TO 5000'"  # as docs/scale.md says
FAIL_SECONDS = 1  # fail_timeout of the shipped nginx: so long it passes by a node that did not answer


@contextmanager
def redis() -> Iterator[str]:
    server = program("redis-server") or program("valkey-server")
    if not server:
        raise NotHere("needs redis-server or valkey-server")
    port = free_port()
    process = subprocess.Popen([server, "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
                               stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


@contextmanager
def nginx(place: Place, *nodes: str) -> Iterator[str]:
    """The nginx of deploy/containers before these nodes; its name among the place's ports is "front"."""
    path = program("nginx")
    if not path:
        raise NotHere("needs nginx")
    port = place.ports["front"] = free_port()
    shipped = (ROOT / "deploy" / "containers" / "nginx.conf").read_text()
    line = re.search(r"(?m)^    server web:8000(.*)$", shipped)
    assert line
    servers = "\n".join(f"    server 127.0.0.1:{place.ports[node]}{line[1]}" for node in nodes)
    words = shipped.replace(line[0], servers).replace("listen 8080", f"listen 127.0.0.1:{port}")
    with tempfile.TemporaryDirectory(prefix="rehearsal-nginx-") as name:
        folder = Path(name)
        (folder / "site.conf").write_text(words)
        (folder / "nginx.conf").write_text(
            f"user root; pid {folder}/pid; error_log {place.folder}/nginx.log; worker_processes 1; daemon off;\n"
            f"events {{ worker_connections 2000; }}\nhttp {{ access_log off; client_body_temp_path {folder}/b;\n"
            f"proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
            f"include {folder}/site.conf; }}\n"
        )
        process = subprocess.Popen([path, "-p", str(folder), "-c", str(folder / "nginx.conf")])
        try:
            wait_until(lambda: place.get("/", "front").status == 200, "nginx does not answer")
            yield "front"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def two_nodes(folder: Path, *, url: str = "") -> Iterator[Place]:
    with cluster() as database, redis() as cache:
        settings = {"DATABASE_URL": url or database.url, "CACHE_URL": cache, "TRUSTED_PROXIES": "127.0.0.1"}
        with site(folder, **settings) as place:
            for node in ("one", "two"):
                place.start_web(node)
            yield place


@rehearse("two nodes: a reader who posted at one reads at the other", "sees it at once, every time")
def read_your_writes(folder: Path) -> Seen:
    with two_nodes(folder) as place:
        seen = 0
        for number in range(ROUNDS):
            here, there = ("one", "two") if number % 2 else ("two", "one")
            place.get(ARTICLE, here)
            place.get(ARTICLE, there)
            words = f"Ronde {number}."
            assert place.post(words, here).status == 303
            seen += words in place.get(f"{ARTICLE}?order=newest", there).text
        return Seen(f"{seen} of {ROUNDS}", seen == ROUNDS)


@rehearse("two nodes and two workers: kill -9 of each under load", "0 accepted lost, 0 pages failed")
def any_one_killed(folder: Path) -> Seen:
    with two_nodes(folder) as place, nginx(place, "one", "two") as front:
        for worker in ("worker one", "worker two"):
            place.start_worker(worker)
        with Load(place, [front], clients=4).running() as load, Pages(place, front) as pages:
            for name in ("one", "two"):
                load.wait_for(30)
                place.kill(name)
                load.wait_for(30)
                place.start_web(name)
            for name in ("worker one", "worker two"):
                place.kill(name)
                place.start_worker(name)
        lost, twice, whole = load.lost_and_twice()
        words = (
            f"{len(load.accepted)} accepted: {lost} lost, {twice} twice; {pages.failed} of {pages.asked} pages failed"
        )
        return Seen(words, lost == twice == 0 and whole and not pages.failed and pages.asked > 20)


def rolled_through(folder: Path) -> Seen:
    with two_nodes(folder) as place, nginx(place, "one", "two") as front:
        with Load(place, [front]).running() as load, Pages(place, front) as pages:
            for name in ("one", "two", "one", "two"):
                load.wait_for(30)
                place.stop(name)
                place.start_web(name)
                time.sleep(2 * FAIL_SECONDS)
        lost, twice, _ = load.lost_and_twice()
        failed = len(load.refused) + pages.failed
        words = f"4 times a node stopped and started anew, {len(load.accepted) + pages.asked} requests: {failed} failed {sorted(set(load.refused))}, {lost} lost"
        return Seen(words, failed == lost == twice == 0)


@rehearse("PgBouncer in transaction mode", "posts, pages and mails as without")
def through_pgbouncer(folder: Path) -> Seen:
    bouncer = program("pgbouncer")
    if not bouncer:
        raise NotHere("needs pgbouncer")
    with cluster() as database:
        port = free_port()
        place_of = Path(database.folder)
        (place_of / "pgbouncer.ini").write_text(
            f"[databases]\npostgres = host={place_of} dbname=postgres user=postgres {BOUNCER_LIMIT}\n"
            "[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n"
            "ignore_startup_parameters = options,extra_float_digits\n"
        )
        process = subprocess.Popen([*database.before, bouncer, "-q", str(place_of / "pgbouncer.ini")],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            url = f"postgres://postgres@127.0.0.1:{port}/postgres"
            with mail_server() as server, with_followers(folder, server, 20, DATABASE_URL=url) as place:
                place.start_worker()
                with Load(place, ["web"], clients=8).running() as load:
                    wait_until(lambda: len(load.accepted) >= 200, "nobody is answered")
                wait_until(lambda: len(receivers(server)) == 20, "mails are missing")
                pages = [place.get(path).status for path in (ARTICLE, "/", "/search/?q=klant", "/feeds/articles.atom")]
                lost, twice, whole = load.lost_and_twice()
                asked = [
                    "psql",
                    "-qAt",
                    "-U",
                    "postgres",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    str(port),
                    "-c",
                    "SHOW statement_timeout",
                ]
                limit = subprocess.run([*asked, "postgres"], check=True, capture_output=True, text=True).stdout.strip()
                whole = whole and limit == "5s"
                words = f"{len(load.accepted)} accepted, {len(load.refused)} refused, {lost} lost; pages {sorted(set(pages))}; 20 of 20 told"
                return Seen(words, not load.refused and lost == twice == 0 and whole and set(pages) == {200})
        finally:
            process.terminate()
            process.wait()


def dripped_on(folder: Path) -> Seen:
    """Connections that send a byte now and then, half of them in their headers, half in a body."""
    with site(folder) as place:
        place.start_web("one")
        with nginx(place, "one") as front:
            ended = threading.Event()
            dripping = threading.Thread(target=_drip, args=(place.ports[front], ended))
            dripping.start()
            time.sleep(2)
            answers = []
            end = time.monotonic() + 15
            while time.monotonic() < end:
                answers.append(place.get(ARTICLE, front))
                time.sleep(0.1)
            ended.set()
            dripping.join()
            quick = sum(answer.status == 200 and answer.seconds < 1 for answer in answers)
            slowest = max(answer.seconds for answer in answers)
            words = f"{DRIPPING} slow connections: {quick} of {len(answers)} within 1 s, slowest {slowest:.2f} s"
            return Seen(words, quick >= 0.95 * len(answers))


def _drip(port: int, ended: threading.Event) -> None:
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    body = b"POST /articles/stille-uur/reactions/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n"
    sockets: list[socket.socket] = []
    while not ended.wait(0.5):
        while len(sockets) < DRIPPING:
            drip = socket.create_connection(("127.0.0.1", port))
            drip.send(head if len(sockets) % 2 else body)
            sockets.append(drip)
        alive = []
        for drip in sockets:
            try:
                drip.send(b"x")
                alive.append(drip)
            except OSError:
                drip.close()
        sockets = alive
    for drip in sockets:
        drip.close()


class Pages:
    """Somebody who goes on reading; a page that is not answered with 200 counts."""

    def __init__(self, place: Place, name: str) -> None:
        self.place, self.name = place, name
        self.asked = self.failed = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> "Pages":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._ended.is_set():
            for path in (ARTICLE, "/"):
                self.asked += 1
                self.failed += ask("GET", self.place.ports[self.name], path).status != 200
            time.sleep(0.05)
