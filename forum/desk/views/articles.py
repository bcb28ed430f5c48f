"""The list of articles, and everything that is done with one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.rights import visible_to
from forum.accounts.guards import requires
from forum.accounts.roles import Ability


@requires(Ability.WRITE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    articles = visible_to(request.user, Article.objects.order_by("-updated_at", "-pk"))[:50]
    return render(request, "desk/articles.html", {"door": "desk_articles", "articles": articles})
