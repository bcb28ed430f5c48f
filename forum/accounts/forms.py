"""allauth's forms in our words and in the look of the house: a label, never a placeholder."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkey
from django import forms
from django.utils.translation import gettext_lazy as _

MAX_NAME_CHARS = 100


def _say(field: forms.Field, label: Any, hint: Any = "", **attrs: str) -> None:
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


def _ask_for_digits(field: forms.Field, label: Any, hint: Any = "") -> None:
    _say(
        field, label, hint, inputmode="numeric", autocomplete="one-time-code", autocapitalize="off", spellcheck="false"
    )


class AddressForm(account.RequestLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], _("Your e-mail address"), _("We mail you a code. There is no password to remember."))


class MailedCodeForm(account.ConfirmLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_digits(self.fields["code"], _("The code in the mail"), _("Eight digits; the dash may be left out."))


class PasswordForm(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["login"], _("Name or e-mail address"), autocomplete="username", autocapitalize="off")
        _say(self.fields["password"], _("Password"))


class PasswordAgainForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["password"], _("Password"))


class SecondFactorForm(factor.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_digits(self.fields["code"], _("Code of your app"), _("Or one of your recovery codes."))


class SecondFactorAgainForm(factor.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_digits(self.fields["code"], _("Code of your app"), _("Or one of your recovery codes."))


class AppForm(app.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_digits(self.fields["code"], _("The code that your app shows now"))


class AddPasskeyForm(passkey.AddWebAuthnForm):
    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], _("Name"), _("By which you recognise it later, for instance “telephone”."))
        self.fields["name"].widget.attrs["maxlength"] = str(MAX_NAME_CHARS)


class RenamePasskeyForm(passkey.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], _("Name"), maxlength=str(MAX_NAME_CHARS))


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME_CHARS)
