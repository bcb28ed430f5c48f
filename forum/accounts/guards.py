"""Who may open a page of the staff."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from forum.accounts.roles import Ability, able

View = Callable[..., HttpResponse]


def requires(*abilities: Ability) -> Callable[[View], View]:
    """For whoever has one of these abilities. Others: to the login and back, or 403 for who is logged in already."""

    def guard(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not any(able(request.user, ability) for ability in abilities):
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            response["Cache-Control"] = "private, no-store"
            response["X-Robots-Tag"] = "noindex"
            return response

        answer.required_abilities = abilities  # type: ignore[attr-defined]  # the test of route x role reads it
        return answer

    return guard
