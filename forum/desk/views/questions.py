"""What readers ask: the list, the answer, and whether one is mailed about it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.actions import choose_question_mail
from articles.models import Article, Author
from articles.rights import visible_to
from forum.accounts.guards import requires
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.desk.question_forms import AnswerForm
from forum.desk.questions import own_articles, page_of_questions, shown
from forum.reactions.actions import AlreadyPosted, Closed, ParentGone, post_reaction
from forum.reactions.identity import author_of
from forum.reactions.models import Reaction
from forum.spam.clients import client_key

DOOR = "desk_questions"


@requires(Ability.WRITE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    after, before = _cursor(request, "after"), _cursor(request, "before")
    context = {
        "door": DOOR,
        "page": page_of_questions(request.user, after=after or 0, before=before),
        "first_page": after is None,
        "form": AnswerForm(auto_id=False),
        "author": getattr(request.user, "author", None),
        "posted": _cursor(request, "posted"),
    }
    return render(request, "desk/questions.html", context)


@requires(Ability.WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One question with the form to answer it. Whatever stands in the way of the answer, its words come back."""
    asked = _question(request, pk)
    author = author_of(request, asked.article)
    if request.method != "POST":
        return _one(request, asked, AnswerForm())
    if author is None:
        raise PermissionDenied
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _one(request, asked, form, status=422)
    try:
        answer = _post(request, asked, author, form.cleaned_data["body"])
    except AlreadyPosted as again:
        answer = again.reaction
    except Closed:
        form.add_error("body", gettext("Reactions to this article have closed. Your text is below so you can copy it."))
        return _one(request, asked, form, status=409)
    except ParentGone:
        form.add_error("body", gettext("The question is no longer there. Your text is below."))
        return _one(request, asked, form, status=409)
    return HttpResponse(status=303, headers={"Location": f"{reverse(DOOR)}?posted={answer.pk}"})


@requires(Ability.WRITE)
@require_POST
def choose_mail(request: HttpRequest) -> HttpResponse:
    author: Author | None = getattr(request.user, "author", None)
    if author is None:
        raise PermissionDenied
    choose_question_mail(author, wanted=request.POST.get("wanted") == "yes")
    return HttpResponse(status=303, headers={"Location": reverse(DOOR) + "#mail"})


def _question(request: HttpRequest, pk: int) -> Reaction:
    """Also one that has gone meanwhile: who was writing an answer gets it back."""
    asked = Reaction.objects.filter(is_question=True, thread_no__isnull=False).select_related("article__discussion")
    own = visible_to(request.user, Article.objects.published())
    return get_object_or_404(asked.filter(article__in=own.values("pk")), pk=pk)


def _post(request: HttpRequest, asked: Reaction, author: Author, body: str) -> Reaction:
    return post_reaction(
        asked.article,
        name=author.name,
        website="",
        body=body,
        parent_id=asked.pk,
        author=author,
        client_key=client_key(request.client_address, today=timezone.localdate()),  # type: ignore[attr-defined]
    )


def _one(request: HttpRequest, asked: Reaction, form: AnswerForm, **options: Any) -> HttpResponse:
    one = shown(asked, own_articles(request.user, [asked]))
    is_gone = asked.status != Reaction.Status.PUBLISHED
    context = {"door": DOOR, "one": one, "form": form, "is_gone": is_gone}
    return render(request, "desk/question.html", context, **options)


def _cursor(request: HttpRequest, name: str) -> int | None:
    """Raises Http404 for what is no number."""
    if name not in request.GET:
        return None
    number = number_in_query(request.GET[name])
    if number is None:
        raise Http404
    return number
