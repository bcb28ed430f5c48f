"""What is filled in at the desk: shape and wording only; articles.actions write."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.conf import settings
from django.core.validators import validate_slug
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from articles import actions
from articles.manuscript import FIELDS, Manuscript, lines, typed_moment
from articles.models import Article, Author, Discussion, FormerSlug, Section
from articles.rights import may_edit, may_publish
from forum.accounts.roles import Ability, able
from forum.reactions.forms import ErrorFirst, Part

MAX_BODY_CHARS = 100_000
MAX_KEPT_CHARS = 2 * MAX_BODY_CHARS  # of a whole working copy
MAX_AUTHORS = 12
LINK_DAYS = (1, 7, 30)

LABELS = {
    "title": _("Headline"),
    "lead": _("Lead"),
    "body": _("Text"),
    "correction": _("Correction"),
    "section": _("Section"),
    "authors": _("Authors"),
    "slug": _("Address"),
    "language": _("Language"),
    "translation": _("Translation"),
    "reactions": _("Reactions"),
    "closes_at": _("Reactions close at"),
    "close_after_days": _("Or so many days after publication"),
}
OPTIONAL = ("correction", "slug", "translation", "closes_at", "close_after_days")
_LAST_PART = re.compile(r"([-a-zA-Z0-9_]+)/*(?:[?#].*)?", re.DOTALL)


def typed_of(sent: QueryDict) -> dict[str, Any]:
    """What an editor page sent -> typed fields (articles.manuscript), with the moment to publish at."""
    typed: dict[str, Any] = {name: lines(sent.get(name, "")) for name in (*FIELDS, "publish_at") if name != "authors"}
    authors = (sent.get(f"author_{n}", "") for n in range(1, MAX_AUTHORS + 1))
    typed["authors"] = list(dict.fromkeys(author for author in map(lines, authors) if author))
    return typed


class Prose(forms.CharField):
    def to_python(self, value: Any) -> str:
        return super().to_python(lines(value or "")) or ""


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def format_value(self, value: Any) -> str:
        return value if isinstance(value, str) else typed_moment(value)


def _moment(**options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(required=False, widget=MomentInput, **options)


class EditorForm(forms.Form):
    """The editor page. `typed`: what stands in it. `checked`: what was sent, to be checked; not what to begin with.

    `version` is the Article.version that the editor began from. Lists of sections and authors are asked for once.
    """

    bound_field_class = ErrorFirst

    title = forms.CharField(label=LABELS["title"], max_length=160, error_messages={"required": _("Write a headline.")})
    lead = Prose(
        label=LABELS["lead"], max_length=600, required=False, widget=forms.Textarea({"rows": 3, "cols": False})
    )
    body = Prose(
        label=LABELS["body"],
        max_length=MAX_BODY_CHARS,
        required=False,
        help_text=_(
            "Markdown: an empty line starts a paragraph, ## a subhead, > a quotation; **bold**, *italic*, [a link](https://…). "
            "![](image:2) on a line of its own is picture 2."
        ),
        widget=forms.Textarea({"rows": 24, "cols": False}),
    )
    correction = Prose(
        label=LABELS["correction"],
        max_length=500,
        required=False,
        help_text=_("What changed? Readers see this under the article."),
        widget=forms.Textarea({"rows": 2, "cols": False}),
    )
    section = forms.ModelChoiceField(
        label=LABELS["section"],
        queryset=Section.objects.all(),
        empty_label=None,
        error_messages={"required": _("Choose a section."), "invalid_choice": _("Choose a section.")},
    )
    language = forms.ChoiceField(label=LABELS["language"], choices=settings.LANGUAGES)
    slug = forms.CharField(
        label=LABELS["slug"],
        max_length=100,
        required=False,
        validators=[validate_slug],
        help_text=_("The last part of the address. Empty: made from the headline. Old addresses keep working."),
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )
    translation = forms.CharField(
        label=LABELS["translation"],
        max_length=300,
        required=False,
        help_text=_("The address of the same article in the other language."),
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )
    reactions = forms.ChoiceField(label=LABELS["reactions"], choices=Discussion.State.choices)
    closes_at = _moment(label=LABELS["closes_at"])
    close_after_days = forms.IntegerField(label=LABELS["close_after_days"], required=False, min_value=1, max_value=3650)
    publish_at = _moment(label=_("Publish at"))
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(
        self,
        typed: Mapping[str, Any],
        *,
        article: Article,
        version: int,
        user: Any,
        checked: bool = False,
        more_authors: bool = False,
    ) -> None:
        authors = list(typed.get("authors", []))
        flat = {**typed, "version": version, **{f"author_{n}": pk for n, pk in enumerate(authors, 1)}}
        super().__init__(flat if checked else None, initial=flat)
        self.article, self.user, self.typed = article, user, typed
        self.may_publish = may_publish(user, article)
        self.author_names = self._add_authors(min(max(2, len(authors) + 1) + more_authors, MAX_AUTHORS))
        zone = gettext("In the time of %(zone)s.") % {"zone": settings.TIME_ZONE}
        self.fields["closes_at"].help_text = self.fields["publish_at"].help_text = zone
        for name in OPTIONAL:
            self.fields[name].optional = True  # type: ignore[attr-defined]
        self.helper = self._helper()

    def _add_authors(self, count: int) -> list[str]:
        choices = [("", "–"), *((str(pk), name) for pk, name in Author.objects.values_list("pk", "name"))]
        for n in range(1, count + 1):
            label = gettext("Author") if n == 1 else gettext("Author %(n)s") % {"n": n}
            self.fields[f"author_{n}"] = forms.ChoiceField(
                label=label,
                choices=choices,
                required=n == 1,
                error_messages={"required": _("Choose an author."), "invalid_choice": _("Choose an author.")},
            )
        return [f"author_{n}" for n in range(1, count + 1)]

    def _helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_id, helper.form_class = "editor", "form"
        helper.form_action = reverse("desk_article", args=[self.article.pk])
        helper.attrs = {"novalidate": True}
        text = Div("title", "lead", "body", Part("desk/_live.html"), "correction", css_class="editor-text")
        facts = Div(
            Part("desk/_state.html"),
            *(["publish_at"] if self.may_publish and not self.article.is_public else []),
            Part("desk/_steps.html"),
            Part("desk/_todo.html"),
            Div("section", Div(*self.author_names, Part("desk/_more_authors.html"), css_class="together")),
            Div("reactions", "closes_at", "close_after_days", css_class="together"),
            Div("slug", "language", "translation", css_class="together"),
            css_class="editor-facts",
        )
        helper.layout = Layout("version", Part("desk/_save.html"), Div(text, facts, css_class="editor"))
        return helper

    # Checking

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()

    def clean_translation(self) -> Article | None:
        typed = self.cleaned_data["translation"].strip()
        if not typed:
            return None
        last = _LAST_PART.search(typed.rstrip("/").rsplit("/", 1)[-1])
        slug = last[1] if last else ""
        former = FormerSlug.objects.filter(slug=slug).values("article")
        found = Article.objects.filter(slug=slug) | Article.objects.filter(pk__in=former)
        article = found.exclude(pk=self.article.pk).first()
        if article is None:
            raise forms.ValidationError(_("There is no article at that address."))
        if article.pk != self.article.translation_id and not may_edit(self.user, article):
            raise forms.ValidationError(_("That article is not yours. Ask an editor to link the two."))
        return article

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("closes_at") and given.get("close_after_days"):
            self.add_error("close_after_days", _("Fill in a moment or a number of days, not both."))
        chosen = dict.fromkeys(given[name] for name in self.author_names if given.get(name))
        found = Author.objects.in_bulk([int(pk) for pk in chosen])
        given["authors"] = authors = [found[int(pk)] for pk in chosen if int(pk) in found]
        own = getattr(self.user, "author", None)
        if authors and not able(self.user, Ability.EDIT_ANY) and own not in authors:
            self.add_error("author_1", _("Keep yourself among the authors, or you cannot open this article any more."))
        return given

    def manuscript(self) -> Manuscript:
        given = self.cleaned_data
        names = ("title", "slug", "lead", "body", "correction", "language", "section", "authors", "translation")
        return Manuscript(
            **{name: given[name] for name in names},
            **{name: given[name] for name in ("reactions", "closes_at", "close_after_days")},
        )

    # What is wrong

    def refuse(self, refused: Exception) -> None:
        """Say at its field why the action did not do it."""
        match refused:
            case actions.NotReady():
                for todo in refused.missing:
                    field = todo.field if todo.field in self.fields else None
                    self.add_error(field, gettext("Not published: %(what)s.") % {"what": todo.sentence})
            case actions.SlugTaken():
                self.add_error("slug", _("Another article has or had this address. Choose another."))
            case actions.LanguageStays():
                self.add_error("language", _("Readers have reacted. The language stays as it is."))
            case actions.NoOwnLanguage():
                self.add_error("translation", _("That article is in the same language."))
            case actions.MomentPassed():
                self.add_error("publish_at", _("This moment has passed. Choose a later one."))
            case _:
                self.add_error(None, _("Readers see this article already."))

    def complaints(self) -> list[tuple[str, str]]:
        """(id of the input, sentence) of everything that is wrong, in the order of the page."""
        order = ("title", "lead", "body", "correction", "publish_at", "section", *self.author_names, "reactions")
        order += ("closes_at", "close_after_days", "slug", "language", "translation", "version")
        found = [("content", str(message)) for message in self.non_field_errors()]
        return found + [(f"id_{name}", str(error)) for name in order for error in self[name].errors]

    def complaints_summary(self) -> str:
        return ngettext(
            "One field needs another look. What you wrote is kept.",
            "%(n)s fields need another look. What you wrote is kept.",
            len(self.complaints()),
        ) % {"n": len(self.complaints())}


class NewArticleForm(forms.Form):
    """What an article has from its beginning. Authors write under their own name; others choose one."""

    bound_field_class = ErrorFirst

    title = forms.CharField(label=LABELS["title"], max_length=160, error_messages={"required": _("Write a headline.")})
    section = forms.ModelChoiceField(
        label=LABELS["section"],
        queryset=Section.objects.all(),
        error_messages={"required": _("Choose a section."), "invalid_choice": _("Choose a section.")},
    )
    author = forms.ModelChoiceField(
        label=_("Author"),
        queryset=Author.objects.all(),
        error_messages={"required": _("Choose an author."), "invalid_choice": _("Choose an author.")},
    )
    language = forms.ChoiceField(
        label=LABELS["language"], choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE, required=False
    )

    def __init__(self, sent: QueryDict | None = None, *, user: Any) -> None:
        own = getattr(user, "author", None)
        super().__init__(sent, auto_id="new_%s", initial={"author": own})
        self.own = own
        sections = Section.objects.values_list("pk", "name")
        self.fields["section"].choices = [("", "–"), *sections]  # type: ignore[attr-defined]
        self.has_sections = len(self.fields["section"].choices) > 1  # type: ignore[attr-defined]
        if not able(user, Ability.EDIT_ANY):
            del self.fields["author"]

    def byline(self) -> Sequence[Author]:
        return [self.cleaned_data["author"] if "author" in self.fields else self.own]  # type: ignore[list-item]

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or settings.LANGUAGE_CODE

    def clean(self) -> dict[str, Any]:
        if "author" not in self.fields and self.own is None:
            self.add_error(None, _("Your login is not an author’s yet. Ask an editor to tie it to one."))
        return self.cleaned_data

    def complaints(self) -> list[tuple[str, str]]:
        found = [("content", str(error)) for error in self.non_field_errors()]
        return found + [(f"new_{name}", str(error)) for name in self.fields for error in self[name].errors]


class LinkForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("Works for"), choices=[(str(days), str(days)) for days in LINK_DAYS], coerce=int, initial="7"
    )
