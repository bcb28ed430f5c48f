"""The numbers of one article, and an overview of all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.rights import visible_to
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.desk.numbers import OVERVIEW_DAYS, overview

DOOR = "desk_numbers"


@requires(Ability.WRITE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    rows = overview(visible_to(request.user, Article.objects.all()))
    return render(request, "desk/numbers.html", {"door": DOOR, "rows": rows, "days": OVERVIEW_DAYS})


@requires(Ability.WRITE)
@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    articles = visible_to(request.user, Article.objects.select_related("discussion").defer("body", "body_html"))
    return render(request, "desk/article_numbers.html", {"door": DOOR, "article": get_object_or_404(articles, pk=pk)})
