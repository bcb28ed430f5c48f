"""Links for outsiders to an article that is not public yet."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from articles import rights
from articles.actions import make_preview_link, revoke_preview_link
from articles.models import Article
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.desk.forms import LinkForm
from forum.desk.work import article_for, user_of


@requires(Ability.WRITE)
@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the link this once: it is kept nowhere."""
    article = _article_to_share(request, pk)
    form = LinkForm(request.POST)
    if not form.is_valid() or article.status not in (Article.Status.DRAFT, Article.Status.SCHEDULED):
        messages.error(request, gettext("No link was made. Choose for how many days it works."))
        return redirect("desk_article", pk=pk)
    days = form.cleaned_data["days"]
    token = make_preview_link(article, days=days, by=user_of(request))
    address = settings.SITE_URL + reverse("shared_preview", args=[token])
    context = {"door": "desk_articles", "article": article, "address": address, "days": days}
    return render(request, "desk/link.html", context)


@requires(Ability.WRITE)
@require_POST
def revoke(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    article = _article_to_share(request, pk)
    for found in article.preview_links.filter(pk=link):
        revoke_preview_link(found)
    messages.success(request, gettext("That link does not work any more."))
    return redirect("desk_article", pk=pk)


def _article_to_share(request: HttpRequest, pk: int) -> Article:
    article = article_for(request, pk)
    if not rights.may_publish(user_of(request), article):
        raise PermissionDenied
    return article
