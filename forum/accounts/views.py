"""The pages of one's own account. Logging in is allauth's, with our templates; here stands what it has not."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import RequestLoginCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forum.accounts import actions, letters
from forum.accounts.forms import NameForm
from forum.accounts.people import name_of
from forum.accounts.roles import ROLE_NAMES, Role, roles_of
from forum.outbox.transports import NotAccepted
from forum.outbox.urgent import Line

RETRY_SECONDS = 60
NO_CODE = "0000-0000"  # in the letter that is made for nobody


class MailCode(RequestLoginCodeView):
    """Says the same, as fast, for an address that may log in and for any other."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        try:
            line = Line()
        except NotAccepted:
            answer = render(self.request, "account/mail_away.html", status=503)
            answer["Retry-After"] = str(RETRY_SECONDS)
            return answer
        answer = super().form_valid(form)
        nobodys = letters.login_code(NO_CODE, language=get_language() or "nl"), None
        build, to = getattr(self.request.allauth, "letter", nobodys)
        line.send_soon(build, to=to)
        return answer


class AddApp(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponseBase:
        return _shown(self.request, super().form_valid(form))


class AddPasskey(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponseBase:
        return _shown(self.request, super().form_valid(form))


def _shown(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Who has just shown a device need not show it again to see the recovery codes that come with it."""
    record_authentication(request, request.user, method="mfa", reauthenticated=True)
    return answer


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _account(request, NameForm(initial={"name": name_of(request.user)}))  # type: ignore[arg-type]


@login_required
@require_POST
def rename(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    form = NameForm(request.POST)
    if not form.is_valid():
        return _account(request, form, status=422)
    actions.rename_person(request.user, name=form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect("account")


@login_required
@require_POST
def leave_elsewhere(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    actions.end_sessions(request.user, but=request.session.session_key)
    messages.success(request, _("You are logged out everywhere else."))
    return redirect("account")


def _account(request: HttpRequest, form: NameForm, status: int = 200) -> HttpResponse:
    held = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at"))
    kinds = Authenticator.Type
    roles = roles_of(request.user)
    context = {
        "form": form,
        "roles": [ROLE_NAMES[role] for role in Role if role in roles],
        "passkeys": [one for one in held if one.type == kinds.WEBAUTHN],
        "app": next((one for one in held if one.type == kinds.TOTP), None),
        "codes": next((one.wrap().get_unused_codes() for one in held if one.type == kinds.RECOVERY_CODES), None),
    }
    return render(request, "account/account.html", context, status=status)
