"""Finished pages in the memory of this process: headers and bytes, each encoding made when it is first asked for."""

import gzip
from collections import OrderedDict
from threading import Lock

import brotli

from forum.pagecache.versions import Stamp

Headers = list[tuple[str, str]]

ENCODINGS = ("br", "gzip", "identity")  # as we like them best
SUFFIXES = {"br": "-br", "gzip": "-gz", "identity": ""}
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
SMALLEST = 300  # bytes; below, packing saves no packet
OVERHEAD = 4_000  # bytes of headers and objects around a page
# Django's own 304 keeps these of the page; what stands outside its conditional middleware is added to both.
CONDITIONAL_ONLY = frozenset({"content-type", "content-length", "content-encoding", "content-language", "etag"})


class Page:
    """`stamp` of `discussions`, None: of everything. `expires`: by the clock; `made`: a clock before that was set back."""

    __slots__ = (
        "discussions",
        "encodings",
        "etag",
        "expires",
        "headers",
        "made",
        "modified",
        "offer_at",
        "ready",
        "stamp",
    )

    def __init__(
        self,
        *,
        headers: Headers,
        body: bytes,
        discussions: tuple[int, ...] | None,
        stamp: Stamp,
        made: float,
        expires: float,
    ) -> None:
        self.discussions, self.stamp, self.made, self.expires = discussions, stamp, made, expires
        self.offer_at = 0.0  # monotonic; see published.py
        named = {name.lower(): value for name, value in headers}
        self.etag = named["etag"].strip('"')
        self.modified = "last-modified" in named
        self.headers = [
            (name, value) for name, value in headers if name.lower() not in ("etag", "content-length", "vary")
        ]
        self.encodings = ENCODINGS if len(body) >= SMALLEST else ("identity",)
        self.ready: dict[str, tuple[Headers, bytes]] = {}
        self.answer("identity", body)

    def answer(self, encoding: str, plain: bytes | None = None) -> tuple[Headers, bytes]:
        """Headers and bytes of a 200. May run twice at once: both make the same."""
        if encoding not in self.encodings:
            encoding = "identity"
        found = self.ready.get(encoding)
        if found is None:
            body = _packed(encoding, self._plain() if plain is None else plain)
            own = [("ETag", self.etag_of(encoding)), ("Content-Length", str(len(body))), ("Vary", "Accept-Encoding")]
            if encoding != "identity":
                own.append(("Content-Encoding", encoding))
            found = self.ready[encoding] = ([*self.headers, *own], body)
        return found

    def packed(self) -> dict[str, bytes]:
        """In every encoding, also a small one; none of them is kept for it."""
        plain, ready = self._plain(), dict(self.ready)
        return {name: ready[name][1] if name in ready else _packed(name, plain) for name in ENCODINGS}

    def etag_of(self, encoding: str) -> str:
        """Strong: other bytes, another one."""
        return f'"{self.etag}{SUFFIXES[encoding]}"'

    def unchanged(self, etag: str) -> Headers:
        kept = [(name, value) for name, value in self.headers if name.lower() not in CONDITIONAL_ONLY]
        return [*kept, ("ETag", etag), ("Vary", "Accept-Encoding")]

    def keep_only(self, encoding: str) -> None:
        """Right after making: of the encodings the one that was asked for."""
        if encoding in self.ready and encoding != "identity":
            self.ready.pop("identity", None)

    def size(self) -> int:
        return OVERHEAD + sum(len(body) for _, body in list(self.ready.values()))

    def _plain(self) -> bytes:
        for encoding, (_, body) in list(self.ready.items()):
            if encoding == "identity":
                return body
            return brotli.decompress(body) if encoding == "br" else gzip.decompress(body)
        raise LookupError("a page without bytes")


def _packed(encoding: str, body: bytes) -> bytes:
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body


class Store:
    """At most so many bytes; what was asked for longest ago goes first."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self._pages: OrderedDict[str, tuple[Page, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: str) -> Page | None:
        found = self._pages.get(key)
        if found is None:
            return None
        try:
            self._pages.move_to_end(key)
        except KeyError:  # another thread threw it out meanwhile
            pass
        return found[0]

    def put(self, key: str, page: Page) -> None:
        """Also after another encoding of it was made: its size is counted anew."""
        size = page.size()
        with self._lock:
            self._drop(key)
            if size > self.most_bytes:
                return
            self._pages[key] = (page, size)
            self.bytes += size
            while self.bytes > self.most_bytes:
                _, (_, oldest) = self._pages.popitem(last=False)
                self.bytes -= oldest

    def grown(self, key: str, page: Page) -> None:
        """Another encoding was made. Nothing when another page took its place meanwhile."""
        found = self._pages.get(key)
        if found is not None and found[0] is page:
            self.put(key, page)

    def drop(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        found = self._pages.pop(key, None)
        if found is not None:
            self.bytes -= found[1]
