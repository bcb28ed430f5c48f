"""The editor page: what it shows, and what its buttons do."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from articles import actions, rights
from articles.actions import Step
from articles.differences import merge
from articles.manuscript import FIELDS, put_in, typed_fields, typed_moment
from articles.models import Article, Revision, WorkingCopy
from articles.todo import still_to_do
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.desk.forms import EditorForm, typed_of
from forum.desk.templatetags.desk import staff_name
from forum.desk.work import article_for, differences, others_at_work, saved_by, user_of

Status = Article.Status
REFUSALS = (
    actions.SlugTaken,
    actions.LanguageStays,
    actions.NoOwnLanguage,
    actions.NotReady,
    actions.MomentPassed,
    actions.AlreadyPublic,
)


@requires(Ability.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def editor(request: HttpRequest, pk: int) -> HttpResponse:
    article = article_for(request, pk)
    may_edit = rights.may_edit(user_of(request), article)
    if request.method != "POST":
        return _open(request, article) if may_edit else _read_only(request, article)
    typed = typed_of(request.POST)
    version = number_in_query(request.POST.get("version")) or 0
    if not may_edit:
        return _read_only(request, article, typed=typed)
    match request.POST.get("do", ""):
        case "view":
            _keep(request, article, typed, version)
            return redirect("desk_preview", pk=pk)
        case "author":
            form = EditorForm(typed, article=article, version=version, user=user_of(request), more_authors=True)
            return _page(request, article, form)
        case "withdraw" | "unschedule" as do:
            return _take_back(request, article, typed, version, do)
        case do:
            return _save(request, article, typed, version, Step(do) if do in set(Step) else None)


def _open(request: HttpRequest, article: Article) -> HttpResponse:
    """With what this editor typed and did not save, if there is any."""
    copy = WorkingCopy.objects.filter(article=article, editor=user_of(request)).first()
    typed = copy.fields if copy else _as_saved(article)
    version = copy.based_on if copy else article.version
    form = EditorForm(typed, article=article, version=version, user=user_of(request))
    return _page(request, article, form, copy=copy, meanwhile=saved_by(article) if version != article.version else None)


def _save(
    request: HttpRequest, article: Article, typed: Mapping[str, Any], version: int, step: Step | None
) -> HttpResponse:
    user = user_of(request)
    may_publish = rights.may_publish(user, article)
    if step and not may_publish:
        raise PermissionDenied
    if step is None and article.status == Status.SCHEDULED and may_publish and typed["publish_at"]:
        step = Step.SCHEDULE  # who saves a scheduled article means its moment too
    form = EditorForm(typed, article=article, version=version, user=user, checked=True)
    if step is Step.SCHEDULE and not typed["publish_at"]:
        form.add_error("publish_at", gettext("Choose a day and a time."))
    if form.is_valid():
        try:
            saved = actions.edit_article(
                article, form.manuscript(), based_on=version, by=user, step=step, at=form.cleaned_data["publish_at"]
            )
        except actions.Outdated as outdated:
            return _conflict(request, outdated.article, typed, version)
        except REFUSALS as refused:
            form.refuse(refused)
        else:
            messages.success(request, _done(saved, step))
            return redirect("desk_article", pk=article.pk)
    _keep(request, article, typed, version)
    return _page(request, article, form, status=422)


def _done(saved: Article, step: Step | None) -> str:
    if step is Step.PUBLISH:
        return gettext("Published. Everybody can read it now.")
    if saved.status == Status.SCHEDULED:
        return gettext("Scheduled. It appears by itself.")
    return gettext("Saved. Readers see it like this.") if saved.is_public else gettext("Saved in the article.")


def _take_back(request: HttpRequest, article: Article, typed: Mapping[str, Any], version: int, do: str) -> HttpResponse:
    """At once, whatever stands in the form: that is kept, and saved another time."""
    user = user_of(request)
    if not rights.may_publish(user, article):
        raise PermissionDenied
    was_current, was = version == article.version, typed_fields(article)
    try:
        if do == "withdraw":
            actions.withdraw_article(article, by=user)
            messages.success(request, gettext("Withdrawn. Its address says so."))
        else:
            actions.unschedule_article(article, by=user)
            messages.success(request, gettext("It will not appear by itself. It is a draft again."))
    except actions.AlreadyPublic:
        messages.error(request, gettext("Readers see this article already."))
    if any(typed[name] != was[name] for name in was):
        _keep(request, article, typed, article.version if was_current else version)
    return redirect("desk_article", pk=article.pk)


def _keep(request: HttpRequest, article: Article, typed: Mapping[str, Any], version: int) -> None:
    try:
        actions.keep_copy(article, typed, based_on=version, by=user_of(request))
    except actions.SavedMeanwhile:
        pass  # from another window of his own; what he typed here stands in the page that he gets


def _conflict(request: HttpRequest, article: Article, typed: Mapping[str, Any], version: int) -> HttpResponse:
    """Both texts. The form holds his, and of the fields that only the other touched the other's."""
    _keep(request, article, typed, version)
    base = Revision.objects.filter(article=article, number=version).first()
    theirs = typed_fields(article)
    mine = {name: typed[name] for name in FIELDS}
    merged = merge(base.fields if base else {}, mine, theirs)
    both = merged.fields | {"publish_at": typed["publish_at"]}
    form = EditorForm(both, article=article, version=article.version, user=user_of(request))
    context = {
        "differences": [
            (difference, difference.name in merged.clashes, merged.fields[difference.name] == mine[difference.name])
            for difference in differences(theirs, mine)
        ],
        "other": saved_by(article),
        "overwrite": True,
    }
    return _page(request, article, form, status=409, template="desk/conflict.html", **context)


def _read_only(request: HttpRequest, article: Article, *, typed: Mapping[str, Any] | None = None) -> HttpResponse:
    """An author's own article that he may not change any more. What he sent is shown, so that he can copy it."""
    context = {"door": "desk_articles", "article": article, "typed": typed}
    return render(request, "desk/read_only.html", context, status=403 if typed else 200)


def _as_saved(article: Article) -> dict[str, Any]:
    moment = article.published_at if article.status == Status.SCHEDULED else None
    return typed_fields(article) | {"publish_at": typed_moment(moment)}


def _page(
    request: HttpRequest,
    article: Article,
    form: EditorForm,
    *,
    status: int = 200,
    template: str = "desk/editor.html",
    **context: Any,
) -> HttpResponse:
    user = user_of(request)
    saved_title = article.title
    todo = still_to_do(put_in(article, form.typed, finished=False), article.images.all())
    may_publish = form.may_publish
    others = [(staff_name(copy.editor), copy.began_at) for copy in others_at_work(article, user)]
    context |= {
        "door": "desk_articles",
        "article": article,
        "saved_title": saved_title,
        "form": form,
        "todo": todo,
        "others": others,
        "may_publish": may_publish,
        "links": article.preview_links.select_related("made_by").order_by("-pk") if may_publish else [],
        "can_be_shared": article.status in (Status.DRAFT, Status.SCHEDULED),
    }
    return render(request, template, context, status=status)
