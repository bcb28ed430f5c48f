"""The local mailbox: without a mail server, whoever sits at this machine reads here what would have been sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forum.middleware import is_this_machine
from forum.outbox import kept

View = Callable[..., HttpResponse]
# The mail as its reader gets it: with the style it carries, and nothing from elsewhere.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def only_here(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if settings.EMAIL_URL or not is_this_machine(request):
            raise Http404
        response = view(request, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return require_safe(guarded)


@only_here
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "outbox/mailbox.html", {"mails": kept.newest()})


@only_here
def mail(request: HttpRequest, *, pk: int) -> HttpResponse:
    return render(request, "outbox/mail.html", {"mail": _found(pk)})


@only_here
def mail_html(request: HttpRequest, *, pk: int) -> HttpResponse:
    html = _found(pk).html
    if not html:
        raise Http404
    return HttpResponse(html.encode(errors="replace"), headers={"Content-Security-Policy": MAIL_POLICY})


def _found(pk: int) -> kept.KeptMail:
    found = kept.find(pk)
    if found is None:
        raise Http404
    return found
