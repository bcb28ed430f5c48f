"""People are managed at /desk/people/, where the rules hold; the admin only finds one by name (an author's login).

allauth's rows hold secrets, and nobody needs to see them.
"""

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

for model in (EmailAddress, Authenticator, Group, User):
    admin.site.unregister(model)


@admin.register(User)
class PeopleAdmin(admin.ModelAdmin):
    ordering = ("username",)
    list_display = ("username", "first_name", "is_active")
    search_fields = ("username", "first_name")
    fields = readonly_fields = ("username", "first_name", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
