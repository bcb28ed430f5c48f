from django.http import Http404, HttpRequest, HttpResponse


def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    raise Http404


def conversation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    raise Http404
