"""Working copies: kept every few seconds, shown as readers would see them, dropped."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from articles import rights
from articles.actions import SavedMeanwhile, drop_copy, keep_copy
from articles.manuscript import put_in
from articles.models import WorkingCopy
from articles.todo import still_to_do
from articles.views import article_context
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.desk.forms import MAX_KEPT_CHARS, typed_of
from forum.desk.templatetags.desk import clock, staff_name
from forum.desk.work import article_for, article_to_edit, others_at_work, user_of


@requires(Ability.WRITE)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """What the script of the editor page sends while somebody types. Answers in sentences; readers see nothing of it."""
    article, user = article_for(request, pk), user_of(request)
    typed = typed_of(request.POST)
    if not rights.may_edit(user, article):
        return JsonResponse({"said": gettext("Not kept: you may not change this article any more.")}, status=403)
    if sum(len(value) for value in typed.values()) > MAX_KEPT_CHARS:
        return JsonResponse({"said": gettext("Not kept: the text is too long.")}, status=422)
    version = number_in_query(request.POST.get("version")) or 0
    try:
        keep_copy(article, typed, based_on=version, by=user)
    except SavedMeanwhile:
        said = gettext("Not kept: you saved this article in another window. Save here to see both texts.")
        return JsonResponse({"said": said}, status=409)
    said = gettext("Saved at %(time)s") % {"time": clock(timezone.now())}
    working = gettext("%(name)s has also been working in this article since %(time)s.")
    others = [
        working % {"name": staff_name(copy.editor), "time": clock(copy.began_at)}
        for copy in others_at_work(article, user)
    ]
    if version != article.version:
        others.append(gettext("Somebody saved this article meanwhile. When you save, you see both texts."))
    todo = still_to_do(put_in(article, typed, finished=False), article.images.all())
    return JsonResponse(
        {
            "said": said,
            "others": others,
            "todo": [{"sentence": str(one.sentence), "field": one.field} for one in todo],
        }
    )


@requires(Ability.WRITE)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    article = article_to_edit(request, pk)
    drop_copy(article, by=user_of(request))
    messages.success(request, gettext("This is the article as it is saved."))
    return redirect("desk_article", pk=pk)


@requires(Ability.WRITE)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The real page, with what this editor has typed so far."""
    article = article_for(request, pk)
    copy = WorkingCopy.objects.filter(article=article, editor=user_of(request)).first()
    if copy and rights.may_edit(user_of(request), article):
        put_in(article, copy.fields)
    with translation.override(article.language):
        context = article_context(article) | {"preview": True, "live": True}
        return render(request, "articles/article.html", context)
