"""Around every answer: who is asking, may he ask this from there, which headers go along.

The order in settings.MIDDLEWARE is the order of the classes here.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware

from forum import bodies, errors, logs, measures

log = logging.getLogger("forum.requests")
GetResponse = Callable[[HttpRequest], HttpResponse]
Address = IPv4Address | IPv6Address
View = TypeVar("View", bound=Callable[..., HttpResponse])

# Source: PROMISES section D, row "request"
MAX_REQUEST_BYTES = 200_000
MAX_FIELDS = 50
FORM = "application/x-www-form-urlencoded"
FORMS = (FORM, "multipart/form-data")
STAFF = (
    "/admin/",
    "/desk/",
    "/moderation/",
    "/accounts/",
)  # Django's own guards and larger limits hold there: pictures are uploaded
MAX_STAFF_BYTES = 25_000_000
BODY_SECONDS, STAFF_BODY_SECONDS = 20, 120  # from the first byte of a form to its last

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
MACHINES = ("/mail/events/",)  # send JSON, and no form; as small

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class _Around:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response


class OurProxies:
    """Whom we believe when he says for whom he asks, and how he was asked: TRUSTED_PROXIES."""

    def __init__(self) -> None:
        self.networks = [ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES]

    def hold(self, address: Address | None) -> bool:
        return _is_in(address, self.networks)

    def scheme(self, environ: Mapping[str, Any]) -> str:
        """In which scheme the visitor asks, of a request that no middleware has seen yet."""
        if self.networks and self.hold(_address(environ.get("REMOTE_ADDR", ""))):
            said = environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if said in ("http", "https"):
                return str(said)
        return str(environ.get("wsgi.url_scheme", ""))


class ClientAddressMiddleware(_Around):
    """Set `request.client_address`; believe proxy headers only from TRUSTED_PROXIES (P19).

    `request.unknown_proxy`: somebody we do not know says that he asks for another; who asks is then uncertain.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.proxies = OurProxies()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = {name: request.META.pop(name) for name in list(request.META) if name.startswith("HTTP_X_FORWARDED_")}
        request.META.pop("HTTP_FORWARDED", None)
        client = _address(request.META.get("REMOTE_ADDR", ""))
        trusted = self.proxies.hold(client)
        if trusted:
            client = self._before_our_proxies(said.get("HTTP_X_FORWARDED_FOR", ""), client)
            scheme = said.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if scheme in ("http", "https"):
                request.META["wsgi.url_scheme"] = scheme
        request.unknown_proxy = bool(said) and not trusted  # type: ignore[attr-defined]
        request.from_trusted_proxy = trusted  # type: ignore[attr-defined]
        request.client_address = str(client or "")  # type: ignore[attr-defined]
        return self.get_response(request)

    def _before_our_proxies(self, forwarded_for: str, client: Address | None) -> Address | None:
        """Every proxy writes at the end from whom it got the request; what stands before a stranger may be made up."""
        for word in reversed(forwarded_for.split(",")):
            address = _address(word)
            if address is None:
                break
            client = address
            if not self.proxies.hold(address):
                break
        return client


def _address(word: str) -> Address | None:
    """An address as proxies write it: bare, with a port, in brackets."""
    word = word.strip()
    if word.startswith("["):
        word = word[1:].partition("]")[0]
    elif word.count(":") == 1:
        word = word.partition(":")[0]
    try:
        address = ip_address(word.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_in(address: Address | None, networks: list[IPv4Network | IPv6Network]) -> bool:
    return address is not None and any(address in network for network in networks)


def is_this_machine(request: HttpRequest) -> bool:
    """Not who comes through a proxy on this machine that nobody listed: he may come from anywhere."""
    client = _address(request.client_address)  # type: ignore[attr-defined]
    return client is not None and client.is_loopback and not request.unknown_proxy  # type: ignore[attr-defined]


class RequestIdMiddleware(_Around):
    """Give every request a number, which stands in its lines of the log; count and time it; say what it was.

    A listed proxy may give the number itself. The page of a fault of ours carries it, so that a reader can name it; other
    answers do not: what is the same for everybody must not differ by it (P18).
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.pop("HTTP_X_REQUEST_ID", "")
        trusted = request.from_trusted_proxy and REQUEST_ID.fullmatch(given)  # type: ignore[attr-defined]
        number = given if trusted else secrets.token_hex(8)
        token = logs.request_id.set(number)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            self._note(request, response, time.perf_counter() - started)
        finally:
            logs.request_id.reset(token)
        if response.status_code >= 500:
            response["X-Request-ID"] = number
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """By the name of the route: an address may hold a token."""
        match = request.resolver_match
        route = (match.view_name or match.route) if match else "none"
        status = f"{response.status_code // 100}xx"
        measures.REQUEST_SECONDS.labels(route, status).observe(seconds)
        if settings.LOG_REQUESTS or response.status_code >= 500:
            fields = {"method": request.method, "route": route, "status": response.status_code}
            log.info(
                "%(method)s %(route)s %(status)s",
                fields,
                extra={"fields": fields | {"milliseconds": round(seconds * 1000, 1)}},
            )


class SecurityHeadersMiddleware(_Around):
    """The headers of P14 on every answer; those that Django's SecurityMiddleware sets too are for its own errors."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items())
        self.headers = {
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.setdefault(name, value)
        return response


class RequestSizeMiddleware(_Around):
    """Let in what we can read, when it is there: a form of at most 200 kB and 50 fields, in UTF-8. NUL reaches no database."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for_staff = request.path_info.startswith(STAFF)
        if "\0" in request.path_info:
            return errors.not_found(request)
        if for_staff and "%00" in request.META.get("QUERY_STRING", ""):
            return errors.bad_request(request)
        if "\\000" in request.headers.get("cookie", ""):  # a quoted NUL: no key that PostgreSQL takes
            del request.META["HTTP_COOKIE"]
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        if "transfer-encoding" in request.headers:  # no length: nobody could tell whether it came whole
            return errors.not_whole(request, 411)
        length = _length(request)
        if length > (MAX_STAFF_BYTES if for_staff else MAX_REQUEST_BYTES):
            return errors.too_large(request)
        try:
            with _body(request, length, for_staff) as request._stream:
                readable = for_staff or _is_readable_form(request)
                return self.get_response(request) if readable else errors.too_large(request)
        except bodies.NotWhole:
            return errors.not_whole(request, 400)
        except bodies.TooSlow:
            return errors.not_whole(request, 408)
        except bodies.TooManyWait:
            return errors.closed_for_a_moment()


def _body(request: HttpRequest, length: int, for_staff: bool) -> AbstractContextManager[BinaryIO]:
    return bodies.taken_in(
        request._stream,
        length,
        seconds=STAFF_BODY_SECONDS if for_staff else BODY_SECONDS,
        peer=request.META.get("REMOTE_ADDR", ""),
        port=int(request.META.get("SERVER_PORT") or 0),
    )


def _length(request: HttpRequest) -> int:
    said = request.headers.get("content-length") or "0"
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else MAX_STAFF_BYTES + 1


def _is_readable_form(request: HttpRequest) -> bool:
    try:
        body = request.body
        if not body:
            return True
        if request.content_type == "application/json" and request.path_info.startswith(MACHINES):
            return True
        if request.content_type not in FORMS:
            return False
        if _charset(request) not in ("utf-8", "utf8"):
            return False
        request.encoding = "utf-8"  # Django knows no other spelling of it
        fields = sum(len(values) for _, values in request.POST.lists()) + len(request.FILES)
        (unquote_to_bytes(body) if request.content_type == FORM else body).decode()
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, ValueError):  # ValueError: not in UTF-8
        return False
    return fields <= MAX_FIELDS


def _charset(request: HttpRequest) -> str:
    return (request.content_params or {}).get("charset", "utf-8").lower()


class ConditionalReadMiddleware(ConditionalGetMiddleware):
    """Django's, for HEAD as well: what it says of a page is what GET says, its ETag too. Source: RFC 9110, 9.3.2."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        asked, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        try:
            return super().process_response(request, response)
        finally:
            request.method = asked


class CachePolicyMiddleware(_Around):
    """For what says nothing itself: the same page for everybody without a session; the rest is kept by nobody (P15)."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.has_header("Cache-Control"):
            return response
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.path_info.startswith(STAFF):
            response["Cache-Control"] = "private, no-store"
        else:
            shared = request.method in ("GET", "HEAD") and response.status_code in (200, 301, 302)
            response["Cache-Control"] = shared_policy() if shared else "no-store"
        return response


def shared_policy() -> str:
    """A browser asks again each time. A proxy in between may keep a page as long as the settings say: seconds (P21)."""
    if not settings.PROXY_SECONDS and not settings.PROXY_STALE_SECONDS:
        return "public, max-age=0, must-revalidate"
    stale = f", stale-while-revalidate={settings.PROXY_STALE_SECONDS}" if settings.PROXY_STALE_SECONDS else ""
    return f"public, max-age=0, s-maxage={settings.PROXY_SECONDS}{stale}"


class CrossOriginMiddleware(_Around):
    """Set `request.same_origin`, None when the browser did not say; refuse posts that came from elsewhere (P13)."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.same_origin = _came_from_us(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in SAFE_METHODS or request.path_info.startswith(STAFF):
            return None
        if request.same_origin is False and not getattr(view, "accepts_any_origin", False):  # type: ignore[attr-defined]
            return errors.from_elsewhere(request)
        request.csrf_processing_done = True  # type: ignore[attr-defined]  # no token; a wrong method hears 405, not 403
        return None


def private(view: View) -> View:
    """For one reader only: kept by nobody, found by no search engine."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return answer  # type: ignore[return-value]


def any_origin(view: View) -> View:
    """For a view that acts on a secret in its address, whoever posts it: the one-click unsubscribe of RFC 8058."""
    view.accepts_any_origin = True  # type: ignore[attr-defined]
    return view


def _came_from_us(request: HttpRequest) -> bool | None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return None
    ours = urlsplit(settings.SITE_URL)
    allowed = f"{ours.scheme}://{ours.netloc}", f"{request.scheme}://{request.get_host()}"
    return origin.lower() in (address.lower() for address in allowed)
