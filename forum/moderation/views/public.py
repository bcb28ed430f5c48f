"""For readers: the statement of reasons and the objection, for who proves that he wrote the reaction; and the counts of
a year, for everybody.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from forum.middleware import private
from forum.moderation import actions
from forum.moderation.counts import counts_of_year, first_year
from forum.moderation.forms import AppealForm
from forum.moderation.statement import Statement, statement_by_token


@require_safe
@private
def statement(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    found = _statement(pk, token)
    with translation.override(found.reaction.article.language):
        return _page(request, found, token, AppealForm())


@csrf_exempt  # the token in the address proves who asks; forum.middleware.CrossOriginMiddleware asks from where (P13)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def appeal(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Whatever stands in the way, the text comes back."""
    found = _statement(pk, token)
    with translation.override(found.reaction.article.language):
        form = AppealForm(request.POST if request.method == "POST" else None)
        if request.method != "POST":
            return _page(request, found, token, form)
        if not form.is_valid():
            return _page(request, found, token, form, status=422)
        try:
            actions.file_appeal(found.decision, body=form.cleaned_data["body"], now=timezone.now())
        except actions.AlreadyAppealed:
            pass  # pressed twice; the page says when
        except actions.AppealError:
            return _page(request, found, token, form, closed=True, status=409)
        return HttpResponse(status=303, headers={"Location": request.path.replace("/appeal/", "/statement/")})


def _statement(pk: int, token: str) -> Statement:
    found = statement_by_token(pk, token)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Statement, token: str, form: AppealForm, *, closed: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "statement": found,
        "article": found.reaction.article,
        "token": token,
        "form": form,
        "may_appeal": found.may_appeal(timezone.now()),
        "closed": closed,
    }
    return render(request, "moderation/statement.html", context, status=status)


@require_safe
def report(request: HttpRequest, year: int | None = None) -> HttpResponse:
    this_year = timezone.localdate().year
    first = first_year()
    if not settings.YEARLY_COUNTS or (year is not None and not first <= year <= this_year):
        raise Http404
    year = year or this_year
    context = {"counts": counts_of_year(year), "years": range(this_year, first - 1, -1), "this_year": this_year}
    return render(request, "moderation/report.html", context)
