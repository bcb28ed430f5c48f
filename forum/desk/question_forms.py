"""How an author answers at the desk. What is allowed is what every reaction is allowed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.reactions.forms import Typed, body_rule


class AnswerForm(forms.Form):
    use_required_attribute = False

    body = Typed(label=_("Your answer"), rule=body_rule, widget=forms.Textarea({"rows": 5, "cols": False}))
