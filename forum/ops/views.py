"""For who watches the site."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from forum.middleware import is_this_machine
from forum.ops.health import report
from forum.ops.metrics import latest


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


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: whoever asks from this machine, or knows METRICS_TOKEN. Others find no page."""
    if not (is_this_machine(request) or _knows_the_token(request)):
        raise Http404
    return HttpResponse(latest(), content_type=CONTENT_TYPE_LATEST)


def _knows_the_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
