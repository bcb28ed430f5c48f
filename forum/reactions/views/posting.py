"""Writing a reaction: the form, the post, what its writer sees while it waits."""

from django.http import Http404, HttpRequest, HttpResponse


def post(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


def react(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


def reader(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


def waiting(request: HttpRequest, token: str) -> HttpResponse:
    raise Http404
