"""What an administrator types about an address. It is sent by POST only, so that it stands in no address and no log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.cleaning import Refused, clean_email

MAX_REASON_CHARS = 180
WRONG_ADDRESS = _("This is not an e-mail address.")


class FindForm(forms.Form):
    use_required_attribute = False

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.TextInput(
            {"type": "email", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    def clean_email(self) -> str:
        try:
            return clean_email(self.cleaned_data["email"])
        except Refused:
            raise forms.ValidationError(WRONG_ADDRESS) from None


class ReasonForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=_("Reason"), max_length=MAX_REASON_CHARS, help_text=_("Colleagues read it. No names, no addresses.")
    )


class StopForm(ReasonForm, FindForm):
    field_order = ("email", "reason")
