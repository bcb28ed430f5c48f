"""The back door to what the desk does: every row, every write through articles.actions, a revision of every save.

It does not ask whether somebody else saved meanwhile; what it overwrites stands in the revisions.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseModelFormSet, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from articles.actions import (
    NotReady,
    change_discussion,
    delete_article,
    publish_article,
    save_article,
    save_author,
    save_in_admin,
    save_section,
    withdraw_article,
)
from articles.forms import ArticleForm, ArticleImageForm, ArticleImageFormSet, AuthorForm
from articles.illustrating import delete_image, save_image
from articles.models import Article, ArticleImage, Author, Discussion, Section
from articles.templatetags.articles import middle_address
from articles.views import article_context


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the admin asked for a login
    return request.user


admin.site.site_header = admin.site.site_title = settings.SITE_NAME


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin):
    list_display = ("name", "position", "description")
    prepopulated_fields = {"slug": ("name",)}
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Section, form: ModelForm, change: bool) -> None:
        save_section(obj)


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    form = AuthorForm
    list_display = ("name", "user")
    list_select_related = ("user",)
    prepopulated_fields = {"slug": ("name",)}
    search_fields = ("name",)
    autocomplete_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: Author, form: ModelForm, change: bool) -> None:
        save_author(obj, portrait=form.cleaned_data["portrait"])


class ArticleImageInline(admin.StackedInline):
    model = ArticleImage
    form = ArticleImageForm
    formset = ArticleImageFormSet
    extra = 1
    fields = ("number", "made_picture", "original", "alt", "decorative", "caption", "credit")
    readonly_fields = ("made_picture",)

    @admin.display(description=_("now"))
    def made_picture(self, image: ArticleImage) -> str:
        if not image.renditions:
            return gettext("being made") if image.width else "–"
        return format_html('<img src="{}" width="320" alt="">', middle_address(image))


class DiscussionInline(admin.StackedInline):
    model = Discussion
    fields = ("state", "closes_at", "visible")
    readonly_fields = ("visible",)
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False  # the action that saves the article makes it


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    form = ArticleForm
    inlines = (ArticleImageInline, DiscussionInline)
    list_display = ("title", "section", "author", "status", "published_at", "reader_link")
    list_filter = ("status", "section", "author", "published_at")
    list_select_related = ("section", "author")
    list_per_page = 50
    ordering = ("-updated_at",)
    date_hierarchy = "published_at"
    search_fields = ("title", "lead", "body")
    autocomplete_fields = ("author", "section")
    prepopulated_fields = {"slug": ("title",)}
    actions = ("publish", "withdraw")
    change_form_template = "articles/admin/change_form.html"
    formfield_overrides = {models.TextField: {"widget": Textarea}}

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/as-reader/", preview, name="articles_article_as_reader"), *super().get_urls()]

    def get_inlines(self, request: HttpRequest, obj: Article | None) -> tuple[type[admin.StackedInline], ...]:
        return self.inlines if obj else (ArticleImageInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> tuple[str, ...]:
        """A published address stays; and what readers wrote below it was made in its language."""
        return ("slug", "language") if obj and obj.published_at else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Article | None = None) -> dict[str, Sequence[str]]:
        return {} if obj and obj.published_at else self.prepopulated_fields  # a published address stays

    # Writing

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        save_article(obj)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        rows = formset.save(commit=False)
        for gone in formset.deleted_objects:
            delete_image(gone)
        sources = {id(form.instance): getattr(form, "source", None) for form in formset.forms}
        for row in rows:
            if isinstance(row, Discussion):
                change_discussion(
                    row.article, state=row.state, closes_at=row.closes_at, close_after_days=row.close_after_days
                )
            else:
                save_image(row, source=sources[id(row)])

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[BaseModelFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        save_in_admin(form.instance, by=user_of(request))  # the text may show pictures that are known only now

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        delete_article(obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Article]) -> None:
        for article in queryset:
            delete_article(article)

    # Publishing

    def response_add(self, request: HttpRequest, obj: Article, post_url_continue: str | None = None) -> HttpResponse:
        return self._published_or_withdrawn(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        return self._published_or_withdrawn(request, obj) or super().response_change(request, obj)

    def _published_or_withdrawn(self, request: HttpRequest, article: Article) -> HttpResponse | None:
        if "_publish" in request.POST:
            try:
                publish_article(article, by=user_of(request))
            except NotReady as unready:
                self.message_user(request, str(unready), messages.ERROR)
                return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))
            self.log_change(request, article, "publish")
            self.message_user(request, self._link_message(gettext("“{}” is published."), article), messages.SUCCESS)
        elif "_withdraw" in request.POST:
            withdraw_article(article, by=user_of(request))
            self.log_change(request, article, "withdraw")
            self.message_user(request, self._link_message(gettext("“{}” is withdrawn."), article), messages.SUCCESS)
        else:
            return None
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))

    def _link_message(self, words: str, article: Article) -> SafeString:
        return format_html(words, format_html('<a href="{}">{}</a>', article.get_absolute_url(), article.title))

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Article]) -> None:
        self._each(request, queryset, publish_article)

    @admin.action(description=pgettext_lazy("article", "Withdraw"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet[Article]) -> None:
        self._each(request, queryset, withdraw_article)

    def _each(self, request: HttpRequest, queryset: models.QuerySet[Article], action: Any) -> None:
        articles = list(queryset)
        for article in list(articles):
            try:
                action(article, by=user_of(request))
            except NotReady as unready:
                articles.remove(article)
                self.message_user(request, f"{article}: {unready}", messages.ERROR)
            else:
                self.log_change(request, article, action.__name__)
        self.message_user(
            request,
            ngettext("%(n)s article changed.", "%(n)s articles changed.", len(articles)) % {"n": len(articles)},
            messages.SUCCESS,
        )

    # Reading

    @admin.display(description="")
    def reader_link(self, article: Article) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.get_view_on_site_url(article), _("View as reader"))

    def get_view_on_site_url(self, obj: Article | None = None) -> str | None:
        if obj is None or obj.pk is None:
            return None
        return obj.get_absolute_url() if obj.is_public else reverse("admin:articles_article_as_reader", args=[obj.pk])

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """An article that is not public yet, as readers will see it."""
        article = get_object_or_404(Article.objects.with_byline().with_picture(), pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        with translation.override(article.language):
            answer = render(request, "articles/article.html", article_context(article) | {"preview": True})
        answer["Cache-Control"] = "no-store"
        return answer
