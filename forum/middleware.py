"""Around every answer: who is asking, may he ask this from there, which headers go along."""

import ipaddress
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])

STAFF = "/admin/"  # has Django's CSRF token, uploads and a session of its own
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
MAX_REQUEST_BYTES = 200_000  # PROMISES section D, row "request"
MAX_FIELDS = 50
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")


class Middleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response


class ClientAddressMiddleware(Middleware):
    """Set `request.client_address`; believe proxy headers only from TRUSTED_PROXIES (P19)."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.trusted = [ipaddress.ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        peer = meta.get("REMOTE_ADDR", "")
        forwarded_for = meta.pop("HTTP_X_FORWARDED_FOR", "")
        forwarded_scheme = meta.pop("HTTP_X_FORWARDED_PROTO", "")
        for name in [name for name in meta if name.startswith("HTTP_X_FORWARDED_") or name == "HTTP_FORWARDED"]:
            del meta[name]
        client = peer
        if self._is_trusted(peer):
            if forwarded_scheme in ("http", "https"):
                meta["wsgi.url_scheme"] = request.environ["wsgi.url_scheme"] = forwarded_scheme  # type: ignore[attr-defined]
            for address in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
                client = address
                if not self._is_trusted(address):
                    break
        request.client_address = client  # type: ignore[attr-defined]
        return self.get_response(request)

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.trusted)


class SecurityHeadersMiddleware(Middleware):
    """The headers of P14 that Django's SecurityMiddleware does not set; an answer may bring a policy of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        rules = (f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items())
        self.policy = "; ".join(rules)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"
        )
        return response


class RequestSizeMiddleware(Middleware):
    """What is too large, or no form in UTF-8, is refused before anything looks at it."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS or request.path.startswith(STAFF) or self._is_readable(request):
            return self.get_response(request)
        return render(request, "413.html", status=413)

    def _is_readable(self, request: HttpRequest) -> bool:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_REQUEST_BYTES:
            return False
        charset = (request.content_params or {}).get("charset", "utf-8")
        if request.content_type not in FORM_TYPES or charset.lower().replace("-", "").strip('"') != "utf8":
            return False
        try:
            body = request.body
            if request.content_type != "multipart/form-data":
                body = unquote_to_bytes(body.replace(b"+", b" "))
            body.decode("utf-8")
            return sum(len(values) for _, values in request.POST.lists()) <= MAX_FIELDS
        except (UnicodeError, UnreadablePostError, MultiPartParserError):
            return False
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return False


class CachePolicyMiddleware(Middleware):
    """The same page for everybody without a session; what is private, or went wrong, is kept by nobody (P15)."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.path.startswith(STAFF):
            response["Cache-Control"] = "private, no-store"
        elif not response.has_header("Cache-Control"):
            shared = request.method in ("GET", "HEAD") and response.status_code in (200, 301, 302)
            response["Cache-Control"] = "public, max-age=0, must-revalidate" if shared else "no-store"
        return response


class CrossOriginMiddleware(Middleware):
    """Set `request.same_origin` (True, or None when the browser did not say); refuse what came from elsewhere (P13)."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.same_origin = _came_from_here(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.method in SAFE_METHODS or request.path.startswith(STAFF):
            return None
        if request.same_origin is False and not getattr(view, "accepts_any_origin", False):  # type: ignore[attr-defined]
            return render(request, "403.html", status=403)
        return None


def any_origin(view: View) -> View:
    """For what a mail program posts: its own link is the proof, wherever it was clicked."""
    view.accepts_any_origin = True  # type: ignore[attr-defined]
    return view


def _came_from_here(request: HttpRequest) -> bool | None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return None
    ours = urlsplit(settings.SITE_URL)
    return origin.lower() in (
        f"{ours.scheme}://{ours.netloc}".lower(),
        f"{request.scheme}://{request.get_host()}".lower(),
    )
