"""The list of articles, and a new one."""

from datetime import UTC, datetime

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from articles.actions import create_article
from articles.models import Article, ArticleQuerySet
from articles.rights import visible_to
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.desk.forms import NewArticleForm
from forum.desk.work import user_of

PAGE_SIZE = 50
MAX_QUERY_CHARS = 100


@requires(Ability.WRITE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return _list(request, NewArticleForm(user=user_of(request)))


@requires(Ability.WRITE)
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    form = NewArticleForm(request.POST, user=user_of(request))
    if not form.is_valid():
        return _list(request, form, status=422)
    given = form.cleaned_data
    article = create_article(
        title=given["title"],
        section=given["section"],
        authors=form.byline(),
        language=given["language"],
        by=user_of(request),
    )
    return redirect("desk_article", pk=article.pk)


def _list(request: HttpRequest, form: NewArticleForm, *, status: int = 200) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:MAX_QUERY_CHARS]
    state = request.GET.get("state", "")
    state = state if state in Article.Status.values else ""
    mine = visible_to(user_of(request), Article.objects.all())
    found = _with(words, mine)
    rows = list(_older(request.GET.get("before", ""), found.filter(status=state) if state else found)[: PAGE_SIZE + 1])
    older = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    context = {
        "door": "desk_articles",
        "articles": rows[:PAGE_SIZE],
        "words": words,
        "state": state,
        "states": _counted(found, words),
        "has_any": bool(rows) or mine.exists(),
        "first_page": _address(words, state) if "before" in request.GET else "",
        "older": _address(words, state, before=_cursor(older)) if older else "",
        "form": form,
    }
    return render(request, "desk/articles.html", context, status=status)


def _with(words: str, articles: ArticleQuerySet) -> ArticleQuerySet:
    for word in words.split()[:8]:
        articles = articles.filter(Q(title__icontains=word) | Q(lead__icontains=word) | Q(body__icontains=word))
    return articles


def _counted(found: ArticleQuerySet, words: str) -> list[dict[str, object]]:
    counts = dict(found.order_by().values_list("status").annotate(Count("pk")))
    labels = {"": _("All"), **dict(Article.Status.choices)}
    counts[""] = sum(counts.values())
    return [
        {"value": value, "label": label, "count": counts.get(value, 0), "address": _address(words, value)}
        for value, label in labels.items()
    ]


def _older(before: str, articles: ArticleQuerySet) -> ArticleQuerySet:
    """By keyset: who edits while you leaf through makes nothing appear twice."""
    articles = articles.select_related("section").defer("body", "body_html").order_by("-updated_at", "-pk")
    micros, _, pk = before.partition("-")
    at, behind = number_in_query(micros), number_in_query(pk)
    if at is None or behind is None or at >= 10**17:
        return articles
    moment = datetime.fromtimestamp(at // 10**6, UTC).replace(microsecond=at % 10**6)
    return articles.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=behind))


def _cursor(article: Article) -> str:
    moment = article.updated_at
    return f"{int(moment.replace(microsecond=0).timestamp()) * 10**6 + moment.microsecond}-{article.pk}"


def _address(words: str, state: str, before: str = "") -> str:
    asked = {name: value for name, value in (("q", words), ("state", state), ("before", before)) if value}
    return f"?{urlencode(asked)}" if asked else "?"
