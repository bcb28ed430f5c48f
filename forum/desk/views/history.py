"""What an article was: its revisions, what changed between two of them, and back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from articles import rights
from articles.actions import NotReady, Outdated, restore_revision
from articles.models import Revision
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.desk.work import article_for, article_to_edit, differences, user_of

PAGE_SIZE = 50


@requires(Ability.WRITE)
@require_safe
def revisions(request: HttpRequest, pk: int) -> HttpResponse:
    article = article_for(request, pk)
    rows = article.revisions.select_related("saved_by").defer("fields")
    if before := number_in_query(request.GET.get("before")):
        rows = rows.filter(number__lt=before)
    shown = list(rows[: PAGE_SIZE + 1])
    context = {
        "door": "desk_articles",
        "article": article,
        "revisions": shown[:PAGE_SIZE],
        "older": shown[PAGE_SIZE - 1].number if len(shown) > PAGE_SIZE else None,
        "may_edit": rights.may_edit(user_of(request), article),
    }
    return render(request, "desk/revisions.html", context)


@requires(Ability.WRITE)
@require_safe
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    article = article_for(request, pk)
    numbers = sorted(number_in_query(request.GET.get(name)) or 0 for name in ("from", "to"))
    rows = article.revisions.select_related("saved_by").filter(number__in=numbers)
    found = {revision.number: revision for revision in rows}
    if not all(number in found for number in numbers):
        raise Http404
    before, after = (found[number] for number in numbers)
    context = {
        "door": "desk_articles",
        "article": article,
        "before": before,
        "after": after,
        "both": [before, after] if before != after else [before],
        "differences": differences(before.fields, after.fields),
        "may_edit": rights.may_edit(user_of(request), article),
    }
    return render(request, "desk/difference.html", context)


@requires(Ability.WRITE)
@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    article = article_to_edit(request, pk)
    get_object_or_404(Revision, article=article, number=number)
    based_on = number_in_query(request.POST.get("version")) or 0
    try:
        restore_revision(article, number, based_on=based_on, by=user_of(request))
    except Outdated:
        messages.error(request, gettext("Nothing was restored: somebody saved this article meanwhile. Look again."))
        return redirect("desk_revisions", pk=pk)
    except NotReady as unready:
        messages.error(request, gettext("Nothing was restored: %(what)s.") % {"what": unready})
        return redirect("desk_revisions", pk=pk)
    messages.success(request, gettext("Revision %(number)s is back, as a new revision.") % {"number": number})
    return redirect("desk_article", pk=pk)
