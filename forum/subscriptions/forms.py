"""What is typed by who wants to follow without reacting: an address, and nothing else."""

from django import forms
from django.utils.translation import gettext_lazy as _

from forum import cleaning
from forum.spam.screening import MIN_SECONDS_OPEN
from forum.spam.stamps import seconds_open

MACHINE = "machine"


class FollowForm(forms.Form):
    """`subject` is for machines that fill in everything. Whoever looks like one is asked to press again, so that a quick
    reader, or one whose browser fills in too much, is not told of a mail that never comes.
    """

    email = forms.Field(required=False)
    subject = forms.Field(required=False)
    opened = forms.Field(required=False)

    def clean_email(self) -> str:
        try:
            email = cleaning.clean_email(self.data.get("email", ""))
        except cleaning.Refused:
            raise forms.ValidationError(_("This e-mail address is not right.")) from None
        if not email:
            raise forms.ValidationError(_("Enter your e-mail address."))
        return email

    def clean(self) -> None:
        age = seconds_open(self.data.get("opened", ""))
        if self.data.get("subject") or (age is not None and age < MIN_SECONDS_OPEN):
            raise forms.ValidationError(_("That went very fast. Press the button once more."), code=MACHINE)
