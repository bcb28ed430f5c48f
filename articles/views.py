"""What everybody may read. The same answer for all, without a cookie."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe
from django.views.static import serve

from articles.models import Article, ArticleQuerySet, Author, Discussion, Section
from forum.converters import number_in_query

PAGE_SIZE = 20
MAX_PAGE = 100_000  # beyond it lies nothing, and the database would count its way there
ONE_YEAR = "public, max-age=31536000, immutable"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    newest = list(Article.objects.published().newest_first().with_byline().with_picture()[:6])
    discussed = Discussion.objects.talked_about_since(timezone.now() - timedelta(days=7))[:5]
    return render(request, "articles/home.html", {"lead": newest[:1], "newest": newest[1:], "discussed": discussed})


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return _list(request, "articles/articles.html", Article.objects.published())


@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    context = {"section": section, "current_section": section, "section_is_page": True}
    return _list(request, "articles/section.html", Article.objects.published().filter(section=section), **context)


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, slug=slug)
    return _list(request, "articles/author.html", author.written.published(), author=author)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    article = get_object_or_404(Article.objects.with_byline().with_picture().with_translation(), slug=slug)
    with translation.override(article.language):
        if article.status == Article.Status.WITHDRAWN:
            return render(request, "articles/withdrawn.html", {"current_section": article.section}, status=410)
        if not article.is_public:
            raise Http404
        return render(request, "articles/article.html", article_context(article, further_on="after" in request.GET))


def article_context(article: Article, *, further_on: bool = False) -> dict[str, object]:
    """`further_on`: a later page of a long thread. Who reads there has seen what else there is to read."""
    others = Article.objects.published().newest_first().with_byline().exclude(pk=article.pk)[:3]
    return {
        "article": article,
        "current_section": article.section,
        "others": others.none() if further_on else others,
    }


@require_safe
def house_rules(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/house_rules.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/accessibility.html")


@require_safe
def media(request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    """Made pictures only; what editors uploaded, with its metadata, stays inside. A changed picture has a new name."""
    answer = serve(request, f"{folder}/{name}", document_root=settings.MEDIA_ROOT)
    answer["Cache-Control"] = ONE_YEAR
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # feed readers and cards show them elsewhere
    return answer


def _list(request: HttpRequest, template: str, found: ArticleQuerySet, **context: object) -> HttpResponse:
    page = number_in_query(request.GET["page"]) if "page" in request.GET else 1
    if not page or page > MAX_PAGE:
        raise Http404
    start = PAGE_SIZE * (page - 1)
    rows = list(found.newest_first().with_byline().with_picture()[start : start + PAGE_SIZE + 1])
    if not rows and page > 1:
        raise Http404
    context |= {
        "articles": rows[:PAGE_SIZE],
        "page": page,
        "newer_page": page - 1,
        "older_page": page + 1 if len(rows) > PAGE_SIZE else None,
    }
    return render(request, template, context)
