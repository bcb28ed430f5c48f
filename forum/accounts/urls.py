"""allauth's pages that we use, by name. Not there: signing up, passwords that are forgotten, addresses of one's own."""

from allauth.account import views as allauth
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView

from forum.accounts import views

to_account = login_required(RedirectView.as_view(pattern_name="account"))

urlpatterns = [
    path("", views.account, name="account"),
    path("name/", views.rename, name="account_rename"),
    path("leave-elsewhere/", views.leave_elsewhere, name="account_leave_elsewhere"),
    path("login/", allauth.login, name="account_login"),
    path("login/code/", views.MailCode.as_view(), name="account_request_login_code"),
    path("login/code/confirm/", allauth.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("2fa/", to_account, name="mfa_index"),  # these lists stand on one's own page
    path("2fa/webauthn/", to_account, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/totp/activate/", views.AddApp.as_view(), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
]
