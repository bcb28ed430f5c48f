"""Asking for the link, and changing a reaction: shape and wording."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import cleaning
from forum.reactions.forms import FREE_TEXT, ErrorFirst, Part, Typed, body_rule
from forum.reactions.models import Reaction

NO_ADDRESS = _("Enter an e-mail address such as name@example.example.")


def address_rule(typed: str) -> str:
    try:
        email = cleaning.clean_email(typed)
    except cleaning.Refused:
        email = ""
    if not email:
        raise forms.ValidationError(NO_ADDRESS)
    return email


class LinkForm(forms.Form):
    bound_field_class = ErrorFirst

    email = Typed(
        label=_("E-mail address"),
        rule=address_rule,
        widget=forms.EmailInput({"autocomplete": "email", **FREE_TEXT, "maxlength": 254}),
    )
    language = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, action: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.helper = FormHelper()
        self.helper.form_id, self.helper.form_class, self.helper.form_action = "ask", "gap", action
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout("email", "language", Part("mine/_ask_end.html"))


class EditForm(forms.Form):
    """Website and words of one reaction; `seen` says what it was when the form was opened."""

    bound_field_class = ErrorFirst

    website = Typed(
        label=_("Website"),
        rule=cleaning.clean_website,
        required=False,
        widget=forms.TextInput({"autocomplete": "url", "inputmode": "url", **FREE_TEXT, "maxlength": 200}),
    )
    body = Typed(label=_("Your reaction"), rule=body_rule, widget=forms.Textarea({"rows": 7, "cols": False}))
    seen = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, typed: Mapping[str, str] | None = None, *, reaction: Reaction, seen: str, action: str) -> None:
        """`typed`: what was sent; what it lacks is empty. Otherwise the form begins with what the reaction says."""
        sent = None if typed is None else {name: typed.get(name, "") for name in ("website", "body", "seen")}
        super().__init__(sent, initial={"website": reaction.website, "body": reaction.body, "seen": seen})
        at_most = gettext("At most %(count)s characters. An empty line starts a new paragraph.")
        self.fields["body"].help_text = at_most % {"count": number_format(settings.MAX_BODY_CHARS, force_grouping=True)}
        self.helper = FormHelper()
        self.helper.form_id, self.helper.form_class, self.helper.form_action = "change", "sheet form", action
        self.helper.attrs = {"novalidate": True, "aria-labelledby": "edit-title"}
        self.helper.layout = Layout(Div("website", "body", css_class="zone"), "seen", Part("mine/_edit_end.html"))

    def complaints(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) of everything that is wrong, in the order of the form."""
        return [(f"id_{name}", str(error)) for name in ("website", "body") for error in self[name].errors]
