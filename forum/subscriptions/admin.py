"""Who follows what, and the log of consents (PROMISES C1): to look at. Only readers change these, through their mails."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from forum.subscriptions.models import Consent, Subscription


class ReadOnly(admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly):
    list_display = ["pk", "address", "title", "scope", "frequency", "confirmed_at", "ended_at"]
    list_filter = ["scope", "frequency"]
    list_select_related = ["address", "article", "author", "section"]
    fields = [
        *("address", "article", "author", "section", "scope", "frequency"),
        *("created_at", "confirmed_at", "ended_at"),
    ]


@admin.register(Consent)
class ConsentAdmin(ReadOnly):
    list_display = ["pk", "address", "title", "scope", "asked_at", "confirmed_at", "ended_at", "ended_how"]
    list_filter = ["ended_how"]
    list_select_related = ["address", "article", "author", "section"]
    fields = [
        *("address", "address_hash", "article", "author", "section", "scope", "wording"),
        *("asked_at", "confirmed_at", "ended_at", "ended_how"),
    ]
