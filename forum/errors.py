"""The pages that say that something cannot be done, and what to do instead. None echoes what was sent."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from forum import readonly

RETRY_SECONDS = 60
READ_ONLY = "25006"  # PostgreSQL's word; Django calls it an InternalError


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Asks nothing of the database, and leaves no trace of a request that we could not read."""
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def from_elsewhere(request: HttpRequest) -> HttpResponse:
    """A post that another site's page sent (P13)."""
    return render(request, "403.html", {"from_elsewhere": True}, status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of the staff without the token of this browser: the page stood open for long, or it is not ours."""
    return render(request, "403.html", {"stale_form": True}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "413.html", status=413)


def not_whole(request: HttpRequest, status: int) -> HttpResponse:
    """The connection broke, or was too slow (408), or nobody said how much would come (411)."""
    return render(request, "408.html", status=status)


def closed_for_a_moment() -> HttpResponse:
    page = render_to_string("500.html", {"paused": True, "is_read_only": readonly.is_read_only()})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database: it may be what failed. If so, the answer is "later" rather than "broken" (P6)."""
    fault = sys.exception()
    is_read_only = getattr(getattr(fault, "__cause__", None), "sqlstate", "") == READ_ONLY
    if is_read_only or isinstance(fault, OperationalError | InterfaceError):
        return closed_for_a_moment()
    return HttpResponse(render_to_string("500.html"), status=500)
