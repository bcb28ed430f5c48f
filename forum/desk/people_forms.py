from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from forum.accounts.actions import AddressTaken, LastAdministrator, PeopleError
from forum.accounts.forms import MAX_NAME_CHARS
from forum.accounts.roles import ROLE_NAMES, Role, written_roles
from forum.desk.staffing import NEW_AUTHOR, free_authors

COMPLAINTS = {
    AddressTaken: ("email", _("Somebody else logs in with this address.")),
    LastAdministrator: ("roles", _("Somebody has to be an administrator. Make another person one first.")),
}
WHAT_ROLES_DO = {
    Role.AUTHOR: _("writes own articles"),
    Role.EDITOR: _("writes, publishes and arranges everything"),
    Role.MODERATOR: _("decides about reactions"),
    Role.ADMINISTRATOR: _("all of that, and decides who may log in"),
}


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME_CHARS)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("Codes to log in are mailed there."))
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, f"{ROLE_NAMES[role]}") for role in Role],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    author = forms.ChoiceField(
        label=_("Writes as"), required=False, help_text=_("Under whose name articles and answers to readers stand.")
    )
    may_publish = forms.BooleanField(label=_("May publish own articles"), required=False)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        authors = [(str(author.pk), author.name) for author in free_authors(user)]
        own = self.fields["author"]
        assert isinstance(own, forms.ChoiceField)
        own.choices = [("", _("nobody")), (NEW_AUTHOR, _("a new author with this name")), *authors]
        roles = self.fields["roles"]
        assert isinstance(roles, forms.MultipleChoiceField)
        roles.choices = [(role.value, f"{ROLE_NAMES[role]}: {WHAT_ROLES_DO[role]}") for role in Role]

    def complain(self, error: PeopleError) -> None:
        field, words = COMPLAINTS[type(error)]
        self.add_error(field, words)

    def asked(self) -> dict[str, Any]:
        """As the actions take it."""
        return {**self.cleaned_data, "roles": {Role(name) for name in self.cleaned_data["roles"]}}


def what_is(user: User) -> dict[str, Any]:
    """The form as it stands for somebody."""
    author = getattr(user, "author", None)
    return {
        "name": user.get_full_name() or user.username,
        "email": user.email,
        "roles": [role.value for role in written_roles(user)],
        "author": str(author.pk) if author else "",
        "may_publish": bool(author and author.may_publish),
    }
