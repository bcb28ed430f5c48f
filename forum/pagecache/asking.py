"""What a visitor's request says that matters for a finished page: who, which host, which encoding, what he has already."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_etags

from forum.middleware import OurProxies
from forum.pagecache.store import ENCODINGS, SUFFIXES

Environ = Mapping[str, Any]
MOST_REMEMBERED = 1_000  # different headers; then we begin anew
LONGEST_REMEMBERED = 255  # characters; a thousand of what granian lets in would be 400 MB
# Whose answer is a matter of Django's: it looks at moments and at what must match.
FOR_DJANGO = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")


class Visitors:
    """What is decided by a header alone is decided once for each of its values."""

    def __init__(self) -> None:
        self.personal = (settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name)
        self.needs_https = settings.SECURE_SSL_REDIRECT
        self.proxies = OurProxies()
        self._hosts: dict[str, bool] = {}
        self._encodings: dict[str, str] = {}

    def is_anybody(self, environ: Environ) -> bool:
        """No session, our host, the scheme that we speak: what he sees everybody sees."""
        cookies = environ.get("HTTP_COOKIE")
        if cookies and any(name in cookies for name in self.personal):
            return False
        if not self.is_our_host(environ.get("HTTP_HOST", "")):
            return False
        if any(header in environ for header in FOR_DJANGO):
            return False
        return not self.needs_https or self.proxies.scheme(environ) == "https"

    def encoding(self, environ: Environ) -> str:
        said = environ.get("HTTP_ACCEPT_ENCODING", "")
        found = self._encodings.get(said)
        if found is None:
            if len(self._encodings) >= MOST_REMEMBERED:
                self._encodings.clear()
            found = best_encoding(said)
            if len(said) <= LONGEST_REMEMBERED:
                self._encodings[said] = found
        return found

    def is_our_host(self, host: str) -> bool:
        found = self._hosts.get(host)
        if found is None:
            if len(self._hosts) >= MOST_REMEMBERED:
                self._hosts.clear()
            domain = split_domain_port(host)[0]
            found = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
            if len(host) <= LONGEST_REMEMBERED:
                self._hosts[host] = found
        return found


def best_encoding(said: str) -> str:
    """Source: RFC 9110, 12.5.3. Of what is equally welcome ours comes first; plain bytes when nothing else will do."""
    weights: dict[str, float] = {}
    for part in said.lower().split(","):
        name, _, parameters = part.partition(";")
        weight = 1.0
        for parameter in parameters.split(";"):
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        weights[name.strip()] = weight if 0 <= weight <= 1 else 0.0
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    found, best = "identity", weights.get("identity", 0.0)
    for name in ENCODINGS[:-1]:
        weight = weights.get(name, weights.get("*", 0.0))
        if weight > 0 and (weight > best or (weight == best and found == "identity")):
            found, best = name, weight
    return found


def known_etag(said: str, etag: str) -> str | None:
    """The one of the visitor's tags that is this page's, whichever its encoding; "*" is any. None: he has another page."""
    for tag in parse_etags(said):
        if tag == "*":
            return f'"{etag}"'
        bare = tag.removeprefix("W/").strip('"')
        for suffix in SUFFIXES.values():
            if bare == etag + suffix:
                return f'"{bare}"'
    return None
