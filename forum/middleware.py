"""Around every answer: who is asking, may he ask this from there, which headers go along."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class _Plain:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class ClientAddressMiddleware(_Plain):
    """Set `request.client_address`; believe proxy headers only from TRUSTED_PROXIES (P19)."""


class SecurityHeadersMiddleware(_Plain): ...


class RequestSizeMiddleware(_Plain): ...


class CachePolicyMiddleware(_Plain): ...


class CrossOriginMiddleware(_Plain):
    """Set `request.same_origin` (True, or None when the browser did not say); refuse what came from elsewhere (P13)."""
