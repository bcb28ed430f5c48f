"""Follow an article, an author or a section without reacting. The answer is the same for every address (P18)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Article, Author, Section
from articles.moved import at_former_address, at_former_address_of
from articles.reading import authors_of
from forum.middleware import private
from forum.spam.clients import client_key
from forum.spam.stamps import stamp
from forum.subscriptions import actions
from forum.subscriptions.forms import FollowForm
from forum.subscriptions.letterhead import language_of
from forum.subscriptions.models import Subject, column_of
from forum.subscriptions.proof import proven

View = Callable[..., HttpResponse]


def _form_page(view: View) -> View:
    """Anybody may post, without a cookie; forum.middleware.CrossOriginMiddleware asks where it comes from (P13)."""
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(private(view)))


@_form_page
@at_former_address
def follow_article(request: HttpRequest, slug: str) -> HttpResponse:
    return _follow(request, _article(slug))


@_form_page
@at_former_address_of("author")
def follow_author(request: HttpRequest, slug: str) -> HttpResponse:
    return _follow(request, get_object_or_404(Author, slug=slug))


@_form_page
@at_former_address_of("section")
def follow_section(request: HttpRequest, slug: str) -> HttpResponse:
    return _follow(request, get_object_or_404(Section, slug=slug))


@require_safe
@private
@at_former_address
def asked_article(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _article(slug), "follow_asked")


@require_safe
@private
@at_former_address_of("author")
def asked_author(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, get_object_or_404(Author, slug=slug), "follow_asked")


@require_safe
@private
@at_former_address_of("section")
def asked_section(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, get_object_or_404(Section, slug=slug), "follow_asked")


def _article(slug: str) -> Article:
    return get_object_or_404(Article.objects.published().with_byline(), slug=slug)


def _follow(request: HttpRequest, subject: Subject) -> HttpResponse:
    if isinstance(subject, Article) and not subject.discussion.is_open:
        return _page(request, subject, "follow", status=409 if request.method == "POST" else 200, closed=True)
    if request.method != "POST":
        return _page(request, subject, "follow", opened=stamp())
    form = FollowForm(request.POST)
    if not form.is_valid():
        # The same stamp again: who presses once more has had the form open for long enough.
        opened = request.POST.get("opened") or stamp()
        return _page(request, subject, "follow", status=422, form=form, opened=opened)
    email = form.cleaned_data["email"]
    actions.follow(
        email=email,
        subject=subject,
        client_key=client_key(request.client_address, today=timezone.localdate()),  # type: ignore[attr-defined]
        proven=proven(request, email),
        now=timezone.now(),
    )
    address = reverse(f"asked_{column_of(subject)}", args=[subject.slug])
    return HttpResponse(status=303, headers={"Location": address})


def _page(request: HttpRequest, subject: Subject, name: str, status: int = 200, **context: Any) -> HttpResponse:
    others: list[Subject] = [subject.section, *authors_of(subject)] if isinstance(subject, Article) else []
    context |= {"subject": subject, "column": column_of(subject), "others": [(column_of(one), one) for one in others]}
    with translation.override(language_of(subject)):
        return render(request, f"subscriptions/{name}.html", context, status=status)
