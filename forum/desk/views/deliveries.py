"""What became of every mail, and which addresses get none. An address is typed, sent by POST, and shown nowhere."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.desk import deliveries, mailing
from forum.desk.mail_forms import FindForm, ReasonForm, StopForm
from forum.desk.work import user_of
from forum.outbox.actions import send_again
from forum.outbox.models import Address, OutgoingMail

DELIVERIES = {"door": "desk_deliveries"}
SUPPRESSIONS = {"door": "desk_suppressions"}


@requires(Ability.MANAGE_PEOPLE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return _list(request, FindForm())


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.POST)
    address = mailing.find_address(form.cleaned_data["email"]) if form.is_valid() else None
    if address is not None:
        return redirect("desk_address", address.pk)
    if form.is_valid():
        form.add_error("email", _("We have not mailed this address."))
    return _list(request, form, status=422)


def _list(request: HttpRequest, form: FindForm, status: int = 200) -> HttpResponse:
    asked, now = deliveries.Asked.by(request.GET), timezone.now()
    page = deliveries.page_of_mails(asked, now, _beyond(request))
    context = {
        "asked": asked,
        "states": deliveries.states(asked, now),
        "kinds": OutgoingMail.Kind.choices,
        "periods": deliveries.PERIODS.items(),
        "waiting_since": deliveries.waiting_since(),
        "refused_by_policy": deliveries.refused_by_policy(now),
        "page": page,
        "first_page": asked.address() if _beyond(request) else "",
        "next_page": asked.address(beyond=page.beyond) if page.beyond else "",
        "form": form,
    }
    return render(request, "desk/deliveries.html", DELIVERIES | context, status=status)


@requires(Ability.MANAGE_PEOPLE)
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(OutgoingMail.objects.select_related("address"), pk=pk)
    context = {
        "mail": shown,
        "bundled": deliveries.bundled_with(shown),
        "bounces": deliveries.bounces_of(shown),
        "may_send_again": shown.status == OutgoingMail.Status.FAILED,
    }
    return render(request, "desk/delivery.html", DELIVERIES | context)


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    if send_again(get_object_or_404(OutgoingMail, pk=pk), now=timezone.now()):
        messages.success(request, _("The mail is sent again."))
    else:
        messages.error(request, _("Only mail that has failed can be sent again."))
    return redirect("desk_delivery", pk)


@requires(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def suppressions(request: HttpRequest) -> HttpResponse:
    """The addresses that get no mail; POST adds one by hand."""
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        address = mailing.stop_mail(given["email"], reason=given["reason"], by=user_of(request), now=timezone.now())
        messages.success(request, _("No mail goes there any more."))
        return redirect("desk_address", address.pk)
    page = deliveries.page_of_suppressed(_beyond(request))
    context = {
        "page": page,
        "first_page": "?" if _beyond(request) else "",
        "next_page": f"?beyond={page.beyond}" if page.beyond else "",
        "form": form,
    }
    return render(request, "desk/suppressions.html", SUPPRESSIONS | context, status=422 if form.errors else 200)


@requires(Ability.MANAGE_PEOPLE)
@require_safe
def address(request: HttpRequest, pk: int) -> HttpResponse:
    return _address(request, get_object_or_404(Address, pk=pk), ReasonForm())


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    address, form = get_object_or_404(Address, pk=pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _address(request, address, form, status=422)
    mailing.stop_mail(address.email, reason=form.cleaned_data["reason"], by=user_of(request), now=timezone.now())
    messages.success(request, _("No mail goes there any more."))
    return redirect("desk_address", pk)


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    address, form = get_object_or_404(Address, pk=pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _address(request, address, form, status=422)
    mailing.allow_mail(address, reason=form.cleaned_data["reason"], by=user_of(request))
    messages.success(request, _("Mail goes there again."))
    return redirect("desk_address", pk)


def _address(request: HttpRequest, address: Address, form: ReasonForm, **options: Any) -> HttpResponse:
    page = deliveries.page_to_address(address, _beyond(request))
    context = {
        "address": address,
        "bounces": deliveries.bounces_of(address),
        "changes": deliveries.changes_of(address),
        "page": page,
        "first_page": "?" if _beyond(request) else "",
        "next_page": f"?beyond={page.beyond}" if page.beyond else "",
        "form": form,
    }
    return render(request, "desk/address.html", SUPPRESSIONS | context, **options)


def _beyond(request: HttpRequest) -> str:
    return request.GET.get("beyond", "")
