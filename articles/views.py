from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_safe

from articles.models import Article, Author, Section


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/home.html")


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/list.html")


@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "articles/list.html", {"current_section": get_object_or_404(Section, slug=slug)})


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "articles/list.html", {"author": get_object_or_404(Author, slug=slug)})


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    article = get_object_or_404(Article.objects.published().with_byline(), slug=slug)
    with translation.override(article.language):
        return render(request, "articles/article.html", {"article": article, "current_section": article.section})


@require_safe
def house_rules(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/house_rules.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "articles/accessibility.html")
