"""Addresses that get mail or not, and what became of every mail (PROMISES P25). No log line here holds an address."""

import logging
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum.outbox.actions import lift_suppression, send_again, suppress
from forum.outbox.models import Address, OutgoingMail

log = logging.getLogger(__name__)


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("reason"), max_length=200, required=False)


class NothingToAdd(admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An address is erased together with its mails, on the owner's request."""
        return bool(request.user.is_active and request.user.is_superuser)


@admin.register(Address)
class AddressAdmin(NothingToAdd):
    list_display = ["email", "confirmed_at", "suppressed_at", "suppressed_because"]
    list_filter = [("suppressed_at", admin.EmptyFieldListFilter)]
    search_fields = ["key"]
    search_help_text = _("Part of the address")
    ordering = ["-pk"]
    fields = readonly_fields = ("email", "created_at", "confirmed_at", "suppressed_at", "suppressed_because")
    action_form = ReasonForm
    actions = ["no_mail", "mail_again"]

    @admin.action(description=_("No mail any more"), permissions=["change"])
    def no_mail(self, request: HttpRequest, addresses: QuerySet[Address]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, _("Give a reason."))
            return
        for address in addresses:
            suppress(address, because=reason, now=timezone.now())
        self._tell(request, addresses, "no mail any more")

    @admin.action(description=_("Mail again"), permissions=["change"])
    def mail_again(self, request: HttpRequest, addresses: QuerySet[Address]) -> None:
        for address in addresses:
            lift_suppression(address)
        self._tell(request, addresses, "mail again")

    def _tell(self, request: HttpRequest, addresses: QuerySet[Address], what: str) -> None:
        pks = [address.pk for address in addresses]
        log.info("user %s: %s for addresses %s", request.user.pk, what, pks)
        messages.success(
            request,
            ngettext("%(count)s address changed.", "%(count)s addresses changed.", len(pks)) % {"count": len(pks)},
        )


@admin.register(OutgoingMail)
class OutgoingMailAdmin(NothingToAdd):
    list_display = ["pk", "kind", "status", "reason", "attempts", "due_at", "sent_at"]
    list_filter = ["status", "kind"]
    ordering = ["-pk"]
    fields = readonly_fields = (
        *("kind", "address", "status", "reason", "attempts", "digest", "due_at", "created_at", "sent_at"),
        *("message_id", "lead", "subscription_id", "event_id"),
    )
    actions = ["again"]

    @admin.action(description=_("Send again"), permissions=["change"])
    def again(self, request: HttpRequest, mails: QuerySet[OutgoingMail]) -> None:
        count = sum(send_again(mail, now=timezone.now()) for mail in mails)
        if count:
            words = ngettext("%(count)s mail is sent again.", "%(count)s mails are sent again.", count)
            messages.success(request, words % {"count": count})
        else:
            messages.warning(request, _("Only mail that has failed can be sent again."))
