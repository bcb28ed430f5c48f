"""What an editor fills in. Shape and wording only; the actions write."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from articles.images import Source, develop
from articles.models import Article, ArticleImage, Author

ACCEPTED = "image/jpeg,image/png,image/webp"


class PictureField(forms.FileField):
    """A JPEG, PNG or WebP within the limits of articles.images; what is kept of it is `source` of the upload."""

    widget = forms.FileInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile) and upload.file:
            upload.source = develop(upload.file)  # type: ignore[attr-defined]
        return upload


class AuthorForm(forms.ModelForm):
    portrait = PictureField(
        label=_("photo"), required=False, help_text=_("JPEG, PNG or WebP up to 5 MB. We cut a square from the middle.")
    )

    website = forms.URLField(label=_("website"), required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = Author
        fields = ("name", "slug", "bio", "website", "portrait", "photo_alt", "user")
        widgets = {"bio": forms.Textarea(attrs={"rows": 5, "cols": 80})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("portrait") and not cleaned.get("photo_alt"):
            self.add_error("photo_alt", _("Describe the image for those who cannot see it."))
        return cleaned


class ArticleForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = ("title", "slug", "section", "author", "language", "lead", "body", "correction", "corrected_at")
        help_texts = {
            "body": _(
                "Markdown. A line that starts with ## is a subhead; ![](image:2) on a line of its own is picture 2."
            ),
            "correction": _("What changed? Readers see this under the article."),
        }
        widgets = {
            "title": forms.TextInput(attrs={"size": 80}),
            "lead": forms.Textarea(attrs={"rows": 3, "cols": 90}),
            "body": forms.Textarea(attrs={"rows": 30, "cols": 90}),
            "correction": forms.Textarea(attrs={"rows": 2, "cols": 90}),
        }


class ArticleImageForm(forms.ModelForm):
    original = PictureField(label=_("picture"), help_text=_("JPEG, PNG or WebP up to 5 MB."))

    class Meta:
        model = ArticleImage
        fields = ("number", "original", "alt", "decorative", "caption", "credit")
        widgets = {
            "alt": forms.Textarea(attrs={"rows": 2, "cols": 60}),
            "caption": forms.TextInput(attrs={"size": 60}),
        }

    @property
    def source(self) -> Source | None:
        """What is kept of the picture that was chosen; None: the picture stays."""
        return getattr(self.cleaned_data.get("original"), "source", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("decorative") and not cleaned.get("alt"):
            self.add_error(
                "alt", _("Describe the image for those who cannot see it, or say that it is decoration only.")
            )
        return cleaned


class ArticleImageFormSet(forms.BaseInlineFormSet):
    """Suggests the next free number for a new picture."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [image.number for image in self.get_queryset()] if self.instance.pk else []
        self.next_number = max(numbers, default=0) + 1
        self.initial_extra = self.initial_extra or [{"number": self.next_number}]

    @property
    def empty_form(self) -> forms.ModelForm:
        form = super().empty_form
        form.initial["number"] = self.next_number + 1
        return form


class PictureForm(forms.ModelForm):
    """All that an editor says about one picture; another file replaces it. A picture may stay undescribed in a draft."""

    original = PictureField(
        label=_("Another image in its place"), required=False, help_text=_("JPEG, PNG or WebP up to 5 MB.")
    )
    number = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=999,
        help_text=_("Number 1 is the main image. The image that has this number now gets the number of this one."),
    )
    focal_x = forms.IntegerField(label=_("Per cent from the left"), min_value=0, max_value=100)
    focal_y = forms.IntegerField(label=_("Per cent from the top"), min_value=0, max_value=100)

    class Meta:
        model = ArticleImage
        fields = ("alt", "decorative", "caption", "credit", "focal_x", "focal_y", "number", "original")
        labels = {
            "alt": _("Describe the image for those who cannot see it"),
            "decorative": _("This image is decoration only"),
            "caption": _("Caption"),
            "credit": _("Made by"),
        }
        widgets = {"alt": forms.Textarea(attrs={"rows": 3, "cols": 60, "maxlength": 500})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("original", None)  # no address for what readers never get

    @property
    def source(self) -> Source | None:
        return getattr(self.cleaned_data.get("original"), "source", None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decorative") and cleaned.get("alt"):
            self.add_error("decorative", _("Decoration has no description. Take one of the two away."))
        return cleaned
