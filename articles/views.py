"""What everybody may read. The same answer for all, without a cookie."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe
from django.views.static import serve

from articles import house
from articles.actions.sharing import article_shown_by
from articles.archive import articles_of, year_of_articles
from articles.freshness import showing
from articles.models import Article, ArticleQuerySet, Author, Discussion, Section
from articles.moved import at_former_address, at_former_address_of
from articles.reading import around, article_to_read, authors_of, front_pages, shown_beside, versions, versions_of
from articles.storage import CONTENT_TYPES
from forum.converters import number_in_query

PAGE_SIZE = 20
MAX_PAGE = 100_000  # beyond it lies nothing, and the database would count its way there
ONE_YEAR = "public, max-age=31536000, immutable"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    newest = list(Article.objects.published().newest_first().with_byline().with_picture()[:6])
    discussed = Discussion.objects.talked_about_since(timezone.now() - timedelta(days=7))[:5]
    context = {"lead": newest[:1], "newest": newest[1:], "discussed": discussed, "versions": front_pages()}
    return render(request, "articles/home.html", context | {"today": timezone.localdate()})


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return _list(request, "articles/articles.html", Article.objects.published())


@require_safe
@at_former_address_of("section")
def section(request: HttpRequest, slug: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    context = {"section": section, "current_section": section, "section_is_page": True}
    return _list(request, "articles/section.html", Article.objects.published().filter(section=section), **context)


@require_safe
@at_former_address_of("author")
def author(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, slug=slug)
    return _list(request, "articles/author.html", author.written.published(), author=author)


@require_safe
@at_former_address
def article(request: HttpRequest, slug: str) -> HttpResponse:
    article = article_to_read(slug)
    with translation.override(article.language):
        if article.status == Article.Status.WITHDRAWN:
            return render(request, "articles/withdrawn.html", {"current_section": article.section}, status=410)
        if not article.is_public:
            raise Http404
        context = article_context(article, further_on="after" in request.GET)
        return showing(render(request, "articles/article.html", context), [article, *shown_beside(context["around"])])


def article_context(article: Article, *, further_on: bool = False) -> dict[str, Any]:
    """`further_on`: a later page of a long thread. Who reads there has seen what else there is to read."""
    return {
        "article": article,
        "authors": authors_of(article),
        "current_section": article.section,
        "versions": versions_of(article),
        "around": None if further_on else around(article),
    }


@require_safe
def shared_preview(request: HttpRequest, token: str) -> HttpResponse:
    """For outsiders whom an editor gave a link: an article that is not public yet, as it is saved (P16)."""
    link = article_shown_by(token)
    if link and link.article.is_public:
        return redirect(link.article)
    if link is None:
        answer = render(request, "articles/no_preview.html", status=404)
    else:
        article = Article.objects.with_byline().with_picture().get(pk=link.article_id)
        with translation.override(article.language):
            answer = render(request, "articles/article.html", article_context(article) | {"preview": True})
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def archive(request: HttpRequest, year: str | None = None) -> HttpResponse:
    """Without a year: the newest; an empty site has an empty archive."""
    found = year_of_articles(int(year) if year else None)
    if year and found is None:
        raise Http404
    return render(request, "articles/archive.html", {"year": found, "is_front": year is None})


@require_safe
def archive_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    found = articles_of(int(year), int(month))
    if not found.exists():
        raise Http404
    return _list(request, "articles/archive_month.html", found, month=date(int(year), int(month), 1))


@require_safe
def in_language(request: HttpRequest, language: str) -> HttpResponse:
    """The front page for who reads the language that is not the site's own: what was written in it."""
    if language == settings.LANGUAGE_CODE:
        return HttpResponsePermanentRedirect(reverse("home"))
    found = Article.objects.published().filter(language=language)
    with translation.override(language):
        return _list(request, "articles/in_language.html", found, versions=front_pages())


@require_safe
def house_page(request: HttpRequest, kind: str, language: str | None = None) -> HttpResponse:
    if language == settings.LANGUAGE_CODE:
        return HttpResponsePermanentRedirect(house.address_of(kind, language))
    with translation.override(language or settings.LANGUAGE_CODE):
        page = house.house_page(kind, language or settings.LANGUAGE_CODE)
        addresses = {code: house.address_of(kind, code) for code in house.LANGUAGES}
        return render(request, "articles/house_page.html", {"page": page, "versions": versions(addresses)})


@require_safe
def media(request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    """Made pictures only; what they were made from stays inside. A changed picture has a new name."""
    answer = serve(request, f"{folder}/{name}", document_root=settings.MEDIA_ROOT)
    answer["Cache-Control"] = ONE_YEAR
    answer["Content-Type"] = CONTENT_TYPES[name.rpartition(".")[2]]
    answer["X-Content-Type-Options"] = "nosniff"
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
