"""An article, a section, an author that moved is found at the old address too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from articles.models import FormerAddress, FormerSlug

View = Callable[..., HttpResponse]


def at_former_address(view: View) -> View:
    """For views of `<slug:slug>`: where there is no such article now, but was, reading leads on to the new address; and
    what is posted is taken as if it had been posted there, so that no text is lost. Costs nothing for an article that is
    where one asks for it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, slug=slug, **kwargs)
        except Http404:
            former = FormerSlug.objects.select_related("article").filter(slug=slug).first()
            if former is None:
                raise
        now = former.article.slug
        if request.method not in ("GET", "HEAD"):
            return view(request, *args, slug=now, **kwargs)
        return _to(request, kwargs | {"slug": now})

    return answer


def at_former_address_of(kind: str) -> Callable[[View], View]:
    """The same for what is of a "section" or an "author"."""

    def guard(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, slug: str) -> HttpResponse:
            try:
                return view(request, slug)
            except Http404:
                left = FormerAddress.objects.select_related(kind).filter(slug=slug, **{f"{kind}__isnull": False})
                former = left.first()
                if former is None:
                    raise
            now = getattr(former, kind).slug
            if request.method not in ("GET", "HEAD"):
                return view(request, now)
            return _to(request, {"slug": now})

        return answer

    return guard


def _to(request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponse:
    assert request.resolver_match
    address = reverse(request.resolver_match.view_name, kwargs=kwargs)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
