"""A visitor of the whole WSGI stack, as granian calls it."""

import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import brotli
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from forum.pagecache import FinishedPages

Application = Callable[..., Any]
# What a kept page adds to, or says otherwise than, Django's own answer.
OF_THE_KEEPER = ("Vary", "Content-Encoding", "Content-Length", "ETag")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def plain(self) -> bytes:
        encoding = self.headers.get("Content-Encoding", "identity")
        return {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding](self.body)

    @property
    def lasting(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name not in OF_THE_KEEPER}


def keeper(most_bytes: int = 10_000_000, pages_dir: Path | None = None) -> FinishedPages:
    return FinishedPages(get_wsgi_application(), most_bytes=most_bytes, pages_dir=pages_dir)


def ask(application: Application, address: str, method: str = "GET", **headers: str) -> Answer:
    """`headers` in CGI's spelling: HTTP_COOKIE, REMOTE_ADDR."""
    parts = urlsplit(address)
    said: list[Any] = []
    body = application(
        {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "HTTP_HOST": urlsplit(settings.SITE_URL).netloc,
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **headers,
        },
        lambda status, found, exc_info=None: said.extend((status, found)),
    )
    try:
        whole = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    return Answer(int(said[0].split()[0]), dict(said[1]), whole)
