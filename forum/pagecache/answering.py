"""The wrapper: what is kept and still true is answered here; all else is Django's, and what he says may be kept.

A page is kept with the numbers that held before it was made. Only while they are the same it is answered again, so a page
is never older than the moment at which it was asked for, on whichever node something changed.
"""

import io
import logging
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from forum import readonly, replica
from forum.ops import editions
from forum.pagecache.asking import Visitors, known_etag
from forum.pagecache.published import Published
from forum.pagecache.routes import Route, known_query, route_of
from forum.pagecache.store import Headers, Page, Store
from forum.pagecache.versions import Away, versions

log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
LONGEST_SECONDS = 3_600.0  # a page is made anew by then in any case
WAIT_SECONDS = 10.0  # for who makes the same page
LOOK_AGAIN_SECONDS = 60.0  # whether the triggers are there meanwhile
KEPT_STATUS = "200 OK"
READING = ("GET", "HEAD")  # they change nothing (P12)
READ_ONLY = "\0"  # ends the key of a page that says that nothing can be stored


class FinishedPages:
    def __init__(self, django: Application, *, most_bytes: int, pages_dir: Path | None = None) -> None:
        self.django = django
        self.store = Store(most_bytes)
        self.versions = versions()
        self.published = None if pages_dir is None else Published(pages_dir, self.versions)
        self.visitors = Visitors()
        self.host = urlsplit(settings.SITE_URL).netloc
        self.counts = dict.fromkeys(("kept", "unchanged", "made", "away", "from_replica"), 0)  # for who watches
        self._being_made: dict[str, Event] = {}
        self._lock = Lock()
        self._look_at = 0.0  # monotonic; when to see whether the triggers are there; inf: they are

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in READING:
            answer = self.django(environ, start_response)
            if self.published is not None:
                self.published.after_write()
            return answer
        if self.visitors.is_anybody(environ):
            path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
            page = None if query else self.store.get(_key(path))
            if page is not None and self._is_true(page):
                if self.published is not None and path.endswith("/") and not readonly.is_remembered():
                    self.published.offer(path, page)
                return self._answer(_key(path), page, environ, start_response)
            route = None if environ.get("SCRIPT_NAME") else route_of(path)
            known = None if route is None else known_query(route, query)
            if route is not None and known is not None and self._has_triggers():
                return self._from_store(route, path, known, environ, start_response)
        return self.django(environ, start_response)

    def _from_store(
        self, route: Route, path: str, query: str, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        key = _key(f"{path}?{query}" if query else path)
        for _ in range(3):
            page = self.store.get(key)
            if page is not None and self._is_true(page):
                return self._answer(key, page, environ, start_response)
            made = self._begin(key)
            if made is not None:
                made.wait(WAIT_SECONDS)  # another one makes it
                if key not in self._being_made and self.store.get(key) is None:
                    break  # it is nothing to keep
                continue
            try:
                return self._make(route, key, path, query, environ, start_response)
            finally:
                self._end(key)
        return self._make(route, key, path, query, environ, start_response)

    def _is_true(self, page: Page) -> bool:
        """When the database is away, what we have is what there is (P6)."""
        try:
            stamp = self.versions.stamp(page.discussions)
        except Away:
            self.counts["away"] += 1
            return True
        return stamp == page.stamp and page.made <= time.time() < page.expires

    def _begin(self, key: str) -> Event | None:
        """None: it is ours to make; else what to wait for."""
        with self._lock:
            found = self._being_made.get(key)
            if found is None:
                self._being_made[key] = Event()
            return found

    def _end(self, key: str) -> None:
        with self._lock:
            self._being_made.pop(key).set()

    def _make(
        self, route: Route, key: str, path: str, query: str, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        made = time.time()
        try:
            before = self.versions.before(route)
        except Away:
            return self.django(environ, start_response)
        host = self.host if self.visitors.is_our_host(self.host) else environ["HTTP_HOST"]
        status, headers, body, response = self._made_by_django(_for_anybody(environ, host, path, query))
        if not _may_be_kept(status, headers):
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        shown: dict[int, int] | None = getattr(response, "discussions", None)
        ends = [made + LONGEST_SECONDS, _midnight(), *([before.moment] if before.moment else [])]
        page = Page(
            headers=headers,
            body=body,
            discussions=None if shown is None else tuple(shown),
            stamp=self.versions.stamp_of(before, shown),
            made=made,
            expires=min(ends),
        )
        self.counts["made"] += 1
        answered = self._answer(key, page, environ, start_response)
        page.keep_only(self.visitors.encoding(environ))
        if key.endswith(READ_ONLY) == readonly.is_remembered():
            self.store.put(key, page)
        return answered

    def _made_by_django(self, environ: dict[str, Any]) -> tuple[str, Headers, bytes, Any]:
        """With what a replica says, if it is as new as what was asked before the page; else with what the primary says."""
        if replica.is_set_up():
            with replica.reading(self.versions.clock) as page:
                found = self._ask_django(environ)
            if not page.was_used:
                return found
            if not found[0].startswith("5"):
                self.counts["from_replica"] += 1
                return found
            page.failed(f"a page was answered with {found[0]}")
        return self._ask_django(environ)

    def _ask_django(self, environ: dict[str, Any]) -> tuple[str, Headers, bytes, Any]:
        said: list[Any] = []
        response = self.django(environ, lambda status, headers, exc_info=None: said.extend((status, headers)))
        try:
            body = b"".join(response)
        finally:
            if hasattr(response, "close"):
                response.close()
        return said[0], said[1], body, response

    def _answer(self, key: str, page: Page, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags:
            etag = known_etag(tags, page.etag)
            if etag:
                self.counts["unchanged"] += 1
                start_response("304 Not Modified", page.unchanged(etag))
                return []
        elif page.modified and "HTTP_IF_MODIFIED_SINCE" in environ:
            return self.django(environ, start_response)
        self.counts["kept"] += 1
        encoding = self.visitors.encoding(environ)
        found = page.ready.get(encoding)
        if found is None:
            found = page.answer(encoding)
            self.store.grown(key, page)
        start_response(KEPT_STATUS, found[0])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [found[1]]

    def _has_triggers(self) -> bool:
        """Without them nothing would say that a page is old, and nothing is kept."""
        if time.monotonic() < self._look_at:
            return self._look_at == float("inf")
        try:
            found = editions.is_installed()
        except Exception as fault:  # noqa: BLE001  the database is away, or not made yet
            log.info("finished pages: the database does not answer (%s)", type(fault).__name__)
            return True  # what is kept is served; nothing else can be made
        if not found:
            log.warning("Pages are not kept: the triggers that say when one is old are missing. Run: manage.py mend")
        self._look_at = float("inf") if found else time.monotonic() + LOOK_AGAIN_SECONDS
        return found


def finished_pages(django: Application) -> Application:
    """As the settings want it. While developing, templates change under our feet."""
    folder = Path(settings.PAGES_DIR) if settings.PAGES_DIR else None
    if settings.DEBUG or not settings.PAGES_MEGABYTES:
        if folder is not None:  # what stood there goes all the same
            Published(folder, versions()).start(watching=False)
        return django
    pages = FinishedPages(django, most_bytes=settings.PAGES_MEGABYTES * 1_000_000, pages_dir=folder)
    if pages.published is not None:
        pages.published.start()
    return pages


def _key(address: str) -> str:
    return address + READ_ONLY if readonly.is_remembered() else address


def _for_anybody(environ: dict[str, Any], host: str, path: str, query: str) -> dict[str, Any]:
    """The question without who asks it: no cookie, no condition, no proxy, nothing but what the page knows."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "",
        "HTTP_HOST": host,
        "SERVER_NAME": environ["SERVER_NAME"],
        "SERVER_PORT": environ["SERVER_PORT"],
        "SERVER_PROTOCOL": environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if settings.SECURE_SSL_REDIRECT else environ["wsgi.url_scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": environ.get("wsgi.errors", sys.stderr),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _may_be_kept(status: str, headers: Headers) -> bool:
    named = {name.lower(): value for name, value in headers}
    return (
        status == KEPT_STATUS
        and "set-cookie" not in named
        and "etag" in named
        and named.get("cache-control", "").startswith("public")
        and named.get("vary", "Accept-Encoding").lower() == "accept-encoding"
    )


def _midnight() -> float:
    """Of the night that comes: pages say what day it is."""
    today = timezone.localtime().date()
    return datetime.combine(
        today + timedelta(days=1), datetime.min.time(), tzinfo=timezone.get_current_timezone()
    ).timestamp()
