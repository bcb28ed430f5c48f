"""Shape and wording of what is filled in at the desk, and of an objection."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import cleaning
from forum.moderation.actions import MAX_APPEAL_CHARS, Seen
from forum.moderation.models import What
from forum.reactions.forms import ErrorFirst
from forum.reactions.grounds import Ground, Law

LATER = "later"
VERBS = (What.PUBLISH, What.REFUSE, What.SPAM, What.KEEP, LATER)
MAX_NOTE_CHARS = 2_000


class JudgeForm(forms.Form):
    """The buttons send `do`; `seen` is what the moderator had before him, `queue` where he came from."""

    bound_field_class = ErrorFirst
    use_required_attribute = False

    do = forms.ChoiceField(choices=[(verb, verb) for verb in VERBS])
    seen = forms.CharField(widget=forms.HiddenInput)
    queue = forms.CharField(required=False, widget=forms.HiddenInput)
    ground = forms.ChoiceField(choices=Ground.choices, required=False, widget=forms.RadioSelect)
    law = forms.ChoiceField(
        label=_("Law (if it is about one)"),
        choices=[("", "–"), *Law.choices],
        required=False,
        help_text=_("The writer reads it as the ground of the decision, beside the rule of the house."),
    )
    note = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=MAX_NOTE_CHARS,
        widget=forms.Textarea({"rows": 3, "cols": False}),
        help_text=_("Name the sentence it is about. This goes into the mail word for word."),
    )

    def clean_seen(self) -> Seen:
        seen = Seen.read(self.cleaned_data["seen"])
        if seen is None:
            raise forms.ValidationError(_("This form is broken. Open the reaction again."))
        return seen

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("do") == What.REFUSE and not given.get("ground"):
            self.add_error("ground", _("Choose a reason"))
        return given


class AppealForm(forms.Form):
    bound_field_class = ErrorFirst
    use_required_attribute = False

    body = forms.CharField(
        label=_("Why do you see it differently?"),
        widget=forms.Textarea({"rows": 8, "cols": False}),
        error_messages={"required": _("Write why you see it differently.")},
        help_text=_("Only the editors read this."),
    )

    def clean_body(self) -> str:
        try:
            return cleaning.clean_body(self.cleaned_data["body"], max_chars=MAX_APPEAL_CHARS)
        except cleaning.Refused as refused:
            raise forms.ValidationError(_complaint(refused)) from None


def _complaint(refused: cleaning.Refused) -> str:
    if refused.code == "body_long":
        return gettext("Your objection is %(over)s characters too long.") % {"over": refused.params["over"]}
    sentences = {
        "body_empty": gettext("Write why you see it differently."),
        "body_lines": gettext("Your objection has more than 200 lines. Make it shorter."),
        "body_links": gettext("Your objection contains more than 20 links. Leave some out."),
    }
    return sentences.get(refused.code, gettext("Your objection contains characters that we cannot keep."))


class JudgementForm(forms.Form):
    bound_field_class = ErrorFirst
    use_required_attribute = False

    do = forms.ChoiceField(choices=[("uphold", "uphold"), ("reject", "reject")])
    answer = forms.CharField(
        label=_("Your answer to the writer"),
        max_length=MAX_NOTE_CHARS,
        widget=forms.Textarea({"rows": 4, "cols": False}),
        error_messages={"required": _("Write what you considered. The writer reads it.")},
        help_text=_("This goes into the mail word for word."),
    )
