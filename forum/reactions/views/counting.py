"""What became of what was sent in, for /metrics (forum.measures)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from forum import measures

View = Callable[..., HttpResponse]
VERDICTS = {403: "from elsewhere", 404: "no article", 409: "closed", 422: "invalid", 429: "too many", 503: "failed"}


def counted(view: View) -> View:
    """Around the view that takes a reaction."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        measures.POSTS.labels(verdict_of(response)).inc()
        return response

    return answer


def verdict_of(response: HttpResponse) -> str:
    place = response.get("Location") or response.get("HX-Redirect")
    if place:
        return "held" if "/waiting/" in place else "published"
    return VERDICTS.get(response.status_code, "shown again")
