"""Django's admin behind our own login, and only for whoever may do something in it."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forum.accounts.roles import PERMISSIONS

ROOMS = {name.partition(".")[0] for names in PERMISSIONS.values() for name in names}


class StaffSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and any(request.user.has_module_perms(room) for room in ROOMS)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied  # logging in again would not help
            return guarded(request, *args, **kwargs)

        return answer

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one login: another would be a way around the second factor."""
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
