"""The form by which a reader reports a reaction: shape and wording. What is allowed is decided in forum.cleaning."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum import cleaning
from forum.reactions.forms import FREE_TEXT, ErrorFirst, Part, Typed
from forum.reactions.models import Reaction
from forum.reports.models import MAX_EXPLANATION_CHARS, Report

KEPT = ("reason", "explanation", "name", "good_faith", "is_child_abuse")  # of what was sent; never the address (P4)
OF_EXPLANATION = {
    "body_empty": _("Explain why you report this."),
    "body_lines": _("Your explanation has more than 200 lines. Make it shorter."),
    "body_links": _("Your explanation contains more than 20 links. Leave some out."),
    "body_characters": _("Your explanation contains characters that we cannot show."),
}


class Explained(Typed):
    def clean(self, value: str | None) -> str:
        try:
            return self.rule(value or "")
        except cleaning.Refused as refused:
            raise forms.ValidationError(_sentence(refused), code=refused.code) from None


def _sentence(refused: cleaning.Refused) -> str:
    if refused.code == "body_long":
        return ngettext(
            "Your explanation is %(over)s character too long.",
            "Your explanation is %(over)s characters too long.",
            refused.params["over"],
        ) % {"over": refused.params["over"]}
    return str(OF_EXPLANATION[refused.code])


def explanation_rule(typed: str) -> str:
    return cleaning.clean_body(typed, max_chars=MAX_EXPLANATION_CHARS)


def name_rule(typed: str) -> str:
    return cleaning.clean_name(typed) if typed.strip() else ""


class ReportForm(forms.Form):
    bound_field_class = ErrorFirst

    reason = forms.ChoiceField(
        label=_("Choose what comes closest"),
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what is the matter."),
            "invalid_choice": _("Choose what is the matter."),
        },
    )
    explanation = Explained(
        label=_("Explain why"),
        rule=explanation_rule,
        widget=forms.Textarea({"rows": 5, "cols": False}),
    )
    name = Typed(
        label=_("Your name"),
        rule=name_rule,
        required=False,
        widget=forms.TextInput({"autocomplete": "name", "maxlength": 60}),
    )
    email = Typed(
        label=_("Your e-mail address"),
        rule=cleaning.clean_email,
        required=False,
        help_text=_("If you fill this in, we tell you what we decided."),
        widget=forms.EmailInput({"autocomplete": "email", **FREE_TEXT, "maxlength": 254}),
    )
    good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I report here is accurate and complete"),
        required=False,
    )
    is_child_abuse = forms.BooleanField(
        label=_("It is about sexual abuse of children"),
        required=False,
        help_text=_("Then you need not give your name and address."),
    )

    def __init__(
        self,
        typed: Mapping[str, str] | None = None,
        *,
        reaction: Reaction | int,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """`typed`: what was sent. `kept`: what to begin with. `reaction`: its number will do when nothing else is known."""
        sent = None if typed is None else {name: typed.get(name, "") for name in self.base_fields}
        super().__init__(sent, initial=dict(kept or {}))
        self.pk = reaction if isinstance(reaction, int) else reaction.pk
        hint = gettext("Name the words it is about. The writer does not see who reports. At most %(count)s characters.")
        count = number_format(MAX_EXPLANATION_CHARS, force_grouping=True)
        self.fields["explanation"].help_text = hint % {"count": count}
        self.helper = self._helper()

    @property
    def not_sent(self) -> str:
        """Heading of the summary of what is wrong."""
        return gettext("Your report has not been sent yet")

    @property
    def action(self) -> str:
        return reverse("report", args=[self.pk])

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_id, helper.form_class, helper.form_action = "report", "sheet form", self.action
        helper.attrs = {"novalidate": True, "aria-labelledby": "report-title"}
        helper.layout = Layout(
            Part("reports/_form_top.html"),
            Fieldset(_("Your report"), "reason", "explanation", css_class="zone"),
            Fieldset(_("Stays private"), "name", "email", css_class="zone private"),
            Fieldset(
                _("Only if you think it breaks the law"),
                Part("reports/_notice.html"),
                "good_faith",
                "is_child_abuse",
                css_class="zone",
            ),
            Part("reports/_form_end.html"),
        )
        return helper

    def clean(self) -> dict[str, Any]:
        """What a notice of illegal content needs. Source: Regulation (EU) 2022/2065, article 16(2)."""
        given = self.cleaned_data
        if given.get("reason") != Report.Reason.UNLAWFUL:
            return given
        if not given.get("is_child_abuse"):
            otherwise = gettext("If you would rather not give it, choose another reason.")
            if given.get("name") == "":
                self.add_error("name", gettext("A report about the law needs your name.") + " " + otherwise)
            if given.get("email") == "":
                self.add_error("email", gettext("A report about the law needs your address.") + " " + otherwise)
        if not given.get("good_faith"):
            self.add_error("good_faith", gettext("Say that you believe in good faith that your report is right."))
        return given

    def complaints(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) of everything that is wrong, in the order of the form."""
        found = []
        for name in ("reason", "explanation", "name", "email", "good_faith"):
            found += [(f"id_{name}" + ("_0" if name == "reason" else ""), str(error)) for error in self[name].errors]
        return found

    def complaints_summary(self) -> str:
        wrong = len(self.complaints())
        return ngettext(
            "One field needs another look. What you wrote is kept.",
            "%(n)s fields need another look. What you wrote is kept.",
            wrong,
        ) % {"n": wrong}


def kept_of(typed: Mapping[str, str]) -> dict[str, str]:
    """What to begin a form with again, of what was sent."""
    return {name: typed.get(name, "") for name in KEPT}
