"""For who watches the site."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.ops.health import report


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process lives and answers. Asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, cache and worker answer, and nothing has been waiting too long: 200; otherwise 503 and what is wrong."""
    found = report()
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)
