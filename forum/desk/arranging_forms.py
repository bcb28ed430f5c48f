"""What an editor fills in about sections, authors and the pages of the house. Shape and wording; the actions write."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from articles.forms import PictureField
from articles.house import HousePage
from articles.models import Author, Section, StaticPage

MAX_PAGE_CHARS = 50_000
ADDRESS_HINT = _(
    "Letters, digits and hyphens. Left empty, it is made from the name. After a change the old address leads here."
)


class _WithAddress(forms.ModelForm):
    """An address that is left empty is made from the name; that it must be free is said at the field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].help_text = ADDRESS_HINT
        for name, field in self.fields.items():
            field.optional = not field.required and name not in ("slug", "position", "may_publish", "remove_portrait")  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        length = self.fields["slug"].max_length  # type: ignore[attr-defined]
        slug = self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:length].strip("-")
        if not slug and "name" not in self.errors:
            raise forms.ValidationError(_("Give an address: none can be made from this name."))
        return slug


class SectionForm(_WithAddress):
    class Meta:
        model = Section
        fields = ("name", "slug", "description", "position")
        labels = {"slug": _("Address")}
        help_texts = {"position": _("Order in the masthead; the lowest comes first.")}


class AuthorForm(_WithAddress):
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")
    portrait = PictureField(
        label=_("Photo"), required=False, help_text=_("JPEG, PNG or WebP up to 5 MB. We cut a square from the middle.")
    )
    remove_portrait = forms.BooleanField(label=_("Take the photo away"), required=False)

    class Meta:
        model = Author
        fields = ("name", "slug", "bio", "website", "portrait", "remove_portrait", "photo_alt", "may_publish")
        labels = {"slug": _("Address")}
        help_texts = {"bio": _("Stands below each article by this author.")}
        widgets = {"bio": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.photo:
            del self.fields["remove_portrait"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        shown = cleaned.get("portrait") or (self.instance.photo and not cleaned.get("remove_portrait"))
        if shown and not cleaned.get("photo_alt") and "portrait" not in self.errors:
            self.add_error("photo_alt", _("Describe the image for those who cannot see it."))
        return cleaned


class HousePageForm(forms.Form):
    """`began_from` is the fingerprint of the text that the editor saw when he began."""

    title = forms.CharField(label=_("Title"), max_length=StaticPage._meta.get_field("title").max_length)
    body = forms.CharField(
        label=_("Text"),
        max_length=MAX_PAGE_CHARS,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_(
            "Markdown. A line that starts with ## begins a part; a line that starts with - is an item of a list."
        ),
    )
    began_from = forms.CharField(widget=forms.HiddenInput, max_length=64)

    @classmethod
    def of(cls, page: HousePage) -> "HousePageForm":
        return cls(initial={"title": page.title, "body": page.body, "began_from": page.fingerprint})

    def clean_body(self) -> str:
        return self.cleaned_data["body"].replace("\r\n", "\n").strip()

    def based_on(self, page: HousePage) -> "HousePageForm":
        """The same words, to be saved over what the page says now."""
        return type(self)(data={**dict(self.data.items()), "began_from": page.fingerprint})
