"""The form by which a reader reacts: shape and wording. What is allowed is decided in forum.cleaning."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum import cleaning
from forum.reactions import identity
from forum.reactions.actions.posting import FORM_KEY
from forum.reactions.models import Reaction
from forum.subscriptions.models import Scope

FREE_TEXT = {"autocapitalize": "none", "spellcheck": "false"}
SENTENCES = {
    "name_empty": _("Enter your name."),
    "name_long": _("Your name can be at most 60 characters (now %(now)s)."),
    "name_characters": _("Your name contains characters that we cannot show."),
    "website": _("This does not look like a web address. Example: www.example.org"),
    "email": _("This e-mail address is not right. Leave it empty if you do not want to be notified."),
    "body_empty": _("Write a reaction first."),
    "body_lines": _("Your reaction has more than 200 lines. Make it shorter."),
    "body_links": _("Your reaction contains more than 20 links. Leave some out."),
    "body_characters": _("Your reaction contains characters that we cannot show."),
}
PARENT_GONE = _("The reaction you answered is no longer there. Your text is below.")


def sentence(refused: cleaning.Refused) -> str:
    if refused.code == "body_long":
        return ngettext(
            "Your reaction is %(over)s character too long.",
            "Your reaction is %(over)s characters too long.",
            refused.params["over"],
        ) % {"over": refused.params["over"]}
    return SENTENCES[refused.code] % refused.params


class Typed(forms.Field):
    """Text exactly as it was typed, for a rule of forum.cleaning; Django's own trimming and checks stay out of it."""

    def __init__(self, *, rule: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self.rule = rule
        self.optional = not self.required

    def clean(self, value: str | None) -> str:
        try:
            return self.rule(value or "")
        except cleaning.Refused as refused:
            raise forms.ValidationError(sentence(refused), code=refused.code) from None


class ErrorFirst(BoundField):
    @property
    def aria_describedby(self) -> str:
        """What is wrong is read aloud before the hint."""
        parts = [f"{self.auto_id}_error"] if self.errors else []
        if self.help_text:
            parts.append(f"{self.auto_id}_helptext")
        return " ".join(parts)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if self.use_fieldset:
            attrs.pop("aria-invalid", None)  # not for single radio buttons; the group names its error
        return attrs


class Part:
    """A piece of the form that is markup only, from a template of its own."""

    def __init__(self, template: str) -> None:
        self.template = template

    def render(self, form: forms.Form, context: Context, **_options: object) -> str:
        return render_to_string(self.template, {str(name): value for name, value in context.flatten().items()})


def body_rule(typed: str) -> str:
    return cleaning.clean_body(typed, max_chars=settings.MAX_BODY_CHARS)


def _hidden() -> forms.Field:
    return forms.Field(required=False, widget=forms.HiddenInput)


class ReactionForm(forms.Form):
    """`alone`: on a page of its own, with h1; otherwise at the foot of the article, sent by htmx if there is script."""

    bound_field_class = ErrorFirst

    name = Typed(
        label=_("Name"),
        rule=cleaning.clean_name,
        widget=forms.TextInput({"autocomplete": "name", "maxlength": 60}),
    )
    website = Typed(
        label=_("Website"),
        rule=cleaning.clean_website,
        required=False,
        widget=forms.TextInput({"autocomplete": "url", "inputmode": "url", **FREE_TEXT, "maxlength": 200}),
    )
    body = Typed(
        label=_("Your reaction"),
        rule=body_rule,
        widget=forms.Textarea({"rows": 7, "cols": False}),
    )
    question = forms.BooleanField(
        label=_("This is a question to the author"),
        required=False,
        help_text=_("We tell the author. The answer comes here, below your question."),
    )
    email = Typed(
        label=_("E-mail address"),
        rule=cleaning.clean_email,
        required=False,
        help_text=_(
            "If you fill this in, we notify you when someone reacts to this article. You first confirm that through a "
            "mail from us. We show your address to nobody."
        ),
        widget=forms.EmailInput({"autocomplete": "email", **FREE_TEXT, "maxlength": 254}),
    )
    no_email = forms.BooleanField(label=_("Do not use that address after all"), required=False)
    notify = forms.ChoiceField(
        label=_("What should we tell you about?"),
        choices=Scope.choices,
        initial=Scope.ARTICLE,
        required=False,
        help_text=_("Only applies if you enter an e-mail address."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose what we should tell you about.")},
    )
    remember = forms.BooleanField(
        label=_("Remember my details on this device"),
        required=False,
        help_text=_("Only your name and website, for one year."),
    )
    subject = forms.Field(  # for machines that fill in everything
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput({"tabindex": -1, "autocomplete": "off"}),
    )
    parent = _hidden()
    form_key = _hidden()
    opened = _hidden()
    sealed = _hidden()

    def __init__(
        self,
        typed: Mapping[str, str] | None = None,
        *,
        slug: str,
        parent: Reaction | None = None,
        voice: identity.Voice | None = None,
        alone: bool = True,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """`typed`: what was sent. `kept`: what to begin with. `voice`: who is logged in and speaks with a badge."""
        self.sent = {} if typed is None else self._as_sent(typed)
        super().__init__(self.sent if typed is not None else None, initial=dict(kept or {}))
        self.slug, self.answered, self.alone = slug, parent, alone
        self.has_address = bool(identity.unseal(self["sealed"].value() or ""))
        self.voice = voice
        if voice:
            self.initial["name"] = voice.name
            self.fields["name"].widget.attrs["readonly"] = True
            as_author, as_editor = (
                _("You answer as the author of this article."),
                _("You answer as one of the editors."),
            )
            self.fields["name"].help_text = as_author if voice.author else as_editor
            del self.fields["question"]
        if self.has_address:
            self.fields["email"].help_text = _("We kept the address you entered. Fill this in only to change it.")

    @classmethod
    def _as_sent(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Every field once, and what need not be an error put right."""
        sent = {name: typed.get(name, "") for name in cls.base_fields}
        sent["notify"] = sent["notify"] or Scope.ARTICLE
        if not FORM_KEY.fullmatch(sent["form_key"]):
            sent["form_key"] = identity.new_form_key()
        if sent["email"].strip() or sent["no_email"]:
            sent["sealed"] = ""
        return sent

    @property
    def action(self) -> str:
        return reverse("post_reaction", args=[self.slug])

    @cached_property
    def helper(self) -> FormHelper:
        """Only when it is shown; most that is posted never is."""
        self.fields["body"].widget.attrs["data-max"] = settings.MAX_BODY_CHARS
        at_most = gettext("At most %(count)s characters. An empty line starts a new paragraph.")
        self.fields["body"].help_text = at_most % {"count": number_format(settings.MAX_BODY_CHARS, force_grouping=True)}
        helper = FormHelper()
        helper.form_id, helper.form_class, helper.form_action = "react", "sheet form", self.action
        helper.attrs = {
            "novalidate": True,
            "aria-labelledby": "react-title",
            "data-draft": f"{self.slug}:{self['parent'].value() or ''}",
        }
        if not self.alone:
            helper.attrs |= {"data-hx-post": self.action, "data-hx-swap": "outerHTML", "data-hx-sync": "drop"}
        helper.layout = Layout(
            Part("reactions/_form_top.html"),
            Fieldset(
                _("Visible to everyone"),
                Div("name", "website", css_class="pair"),
                "body",
                *([] if self.voice else ["question"]),
                css_class="zone",
            ),
            Fieldset(
                _("Stays private"),
                "email",
                *(["no_email"] if self.has_address else []),
                "notify",
                css_class="zone private",
            ),
            "remember",
            Div("subject", css_class="vh"),
            *("parent", "form_key", "opened", "sealed"),
            Part("reactions/_form_end.html"),
        )
        return helper

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("email")
        if email == "" and not self.cleaned_data.get("no_email"):
            self.cleaned_data["email"] = identity.unseal(self.sent["sealed"])
        return self.cleaned_data

    def answer_nothing(self) -> None:
        """What was answered is gone: say so, and make this a reaction to the article."""
        self.add_error(None, str(PARENT_GONE))
        self.sent["parent"], self.answered = "", None
        self.__dict__.pop("helper", None)

    def complaints(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) of everything that is wrong, in the order of the form."""
        found = [("id_body", str(message)) for message in self.non_field_errors()]
        for name in ("name", "website", "body", "email", "notify"):
            found += [(f"id_{name}" + ("_0" if name == "notify" else ""), str(error)) for error in self[name].errors]
        return found

    def complaints_summary(self) -> str:
        wrong = len(self.complaints()) - len(self.non_field_errors())
        if not wrong:
            return gettext("What you wrote is kept.")
        return ngettext(
            "One field needs another look. What you wrote is kept.",
            "%(n)s fields need another look. What you wrote is kept.",
            wrong,
        ) % {"n": wrong}


def kept_of(typed: Mapping[str, str], *names: str) -> dict[str, str]:
    """What to begin a form with again, of what was sent."""
    sent = ReactionForm._as_sent(typed)
    return {name: sent[name] for name in names}
