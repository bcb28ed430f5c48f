"""What allauth asks us: who may come in, what is mailed and how, what is said, who asks."""

import base64
import logging
import secrets
from typing import Any, cast

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.contrib.auth.models import AbstractBaseUser, User
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from forum.accounts import letters
from forum.accounts.people import name_of
from forum.accounts.roles import Ability, able
from forum.outbox.transports import NotAccepted
from forum.outbox.urgent import Line

log = logging.getLogger(__name__)

# The page on which somebody begins, the first that he may open.
FIRST_PAGES = (
    (Ability.WRITE, "desk_articles"),
    (Ability.MODERATE, "moderation"),
)
# Of what allauth would mail about, what we mail.
CHANGES = {
    "mfa/email/recovery_codes_generated": _("New recovery codes were made."),
    "mfa/email/totp_activated": _("An app with codes was added."),
    "mfa/email/totp_deactivated": _("The app with codes was removed."),
    "mfa/email/webauthn_added": _("A passkey was added."),
    "mfa/email/webauthn_removed": _("A passkey was removed."),
}
WRONG_CODE = _("That code is not right, or it is too old. Look at the newest mail, or ask for a new code.")
TOO_OFTEN = _("That was tried too often. Wait a few minutes.")
WRONG_PASSWORD = _("This name and this password do not belong together.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is blocked."),
        "email_password_mismatch": WRONG_PASSWORD,
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("That is not your password."),
        "rate_limited": TOO_OFTEN,
        "too_many_login_attempts": TOO_OFTEN,
        "username_password_mismatch": WRONG_PASSWORD,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As forum.middleware found it; a socket has no address, and then all who come through it count as one."""
        return cast(str, request.client_address) or "unknown"  # type: ignore[attr-defined]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return next((resolve_url(page) for ability, page in FIRST_PAGES if able(request.user, ability)), "/accounts/")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Only noted here: forum.accounts.views sends it, after the answer. No other mail of allauth's is sent."""
        if template_prefix == "account/email/login_code":
            letter = letters.login_code(context["code"], language=get_language() or "nl")
            self.request.allauth.letter = letter, email

    def send_notification_mail(self, template_prefix: str, user: AbstractBaseUser, *args: Any, **kwargs: Any) -> None:
        """Somebody else may have done it, with a session that he took over. While no mail leaves, none is sent."""
        address = cast(User, user).email
        if address and template_prefix in CHANGES:
            letter = letters.login_changed(str(CHANGES[template_prefix]), language=get_language() or "nl")
            try:
                Line().send_soon(letter, to=address)
            except NotAccepted as refusal:
                log.warning("user %s not told that his login changed: %s", user.pk, refusal)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """What went wrong; our pages themselves show what went well."""
        if kwargs.get("message"):
            super().add_message(request, level, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That did not work. Try again, or use another way."),
    }

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # sealed with another SECRET_KEY: a secret that no code fits
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return name_of(cast(User, user))

    def build_totp_svg(self, url: str) -> str:
        """One path, so that it takes its colours from the style sheet."""
        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        dots = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
        words = gettext("The same as a QR code, for the camera of your phone.")
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
            '<path d="{2}"/></svg>',
            len(rows),
            words,
            "".join(dots),
        )

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().rpartition(":")[0] or context.request.get_host()
        return {"id": host, "name": super()._get_site_name()}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}


def _seal() -> Fernet:
    """The secrets of apps and recovery codes: who reads the database but not our key cannot use them."""
    key = salted_hmac("forum.accounts.second-factor", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
