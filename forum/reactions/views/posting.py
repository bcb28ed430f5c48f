"""Writing a reaction: the form, the preview, the post, and what its writer sees while it waits."""

import logging
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import Error as DatabaseTrouble
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article
from articles.moved import at_former_address
from forum.converters import number_in_query
from forum.middleware import private
from forum.prepared import A_MOMENT, Prepared
from forum.reactions import identity, pauses
from forum.reactions.actions import (
    AlreadyDecided,
    AlreadyPosted,
    Closed,
    NotProven,
    ParentGone,
    Paused,
    TooMany,
    awaits_proof,
    post_reaction,
    publish_proven,
)
from forum.reactions.forms import ReactionForm, kept_of
from forum.reactions.models import FREE, Reaction
from forum.reactions.nameplate import drawn, quoted
from forum.reactions.views.counting import counted
from forum.spam import proofwork
from forum.spam.clients import client_keys
from forum.spam.screening import CERTAIN
from forum.subscriptions.proof import proven

log = logging.getLogger(__name__)

Status = Reaction.Status
View = Callable[..., HttpResponse]
WORDS = ("name", "website", "body")
TICKS = ("question", "remember")
HIDDEN = ("parent", "form_key", "opened")
RETRY_SECONDS = 60
TRIED = "tried"  # in the address of a waiting page: no sum again


@csrf_exempt  # forum.middleware.CrossOriginMiddleware asks where a post comes from (P13)
@require_POST
@counted
@private
@at_former_address
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """CONTRACT section 3. Whatever happens, name, website and text come back (P4)."""
    try:
        article = _article(slug)
        with translation.override(article.language):
            response = _answer(request, article)
    except DatabaseTrouble as trouble:
        log.error("A reaction could not be stored: %s", type(trouble).__name__)  # its message may hold an address
        response = _try_again(request, slug)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _answer(request: HttpRequest, article: Article) -> HttpResponse:
    typed = request.POST
    if not article.discussion.is_open:
        return _closed(request, article)
    voice = identity.voice_of(request, article) if request.same_origin is True else None  # type: ignore[attr-defined]
    parent = _answered(article, typed.get("parent", ""))
    options: dict[str, Any] = {
        "slug": article.slug,
        "parent": parent,
        "voice": voice,
        "alone": "HX-Request" not in request.headers,
    }
    if typed.get("edit"):
        kept = kept_of(typed, *WORDS, *HIDDEN, *TICKS, "notify", "sealed")
        return _form_page(request, article, ReactionForm(kept=kept, **options))

    form = ReactionForm(typed, **options)
    form.full_clean()
    if typed.get("parent") and parent is None:
        form.answer_nothing()
    if form.errors:
        return _form_page(request, article, form, status=422)
    if typed.get("preview"):
        return _preview(request, article, form)
    return _post(request, article, form)


def _post(request: HttpRequest, article: Article, form: ReactionForm) -> HttpResponse:
    given, voice, is_own = form.cleaned_data, form.voice, True
    client_key, *former = client_keys(request.client_address, now=timezone.now()) or [""]  # type: ignore[attr-defined]
    try:
        reaction = post_reaction(
            article,
            name=voice.name if voice else given["name"],
            website=given["website"],
            body=given["body"],
            parent_id=form.answered.pk if form.answered else None,
            email=given["email"],
            notify=given["notify"],
            email_proven=proven(request, given["email"]),
            form_key=given["form_key"],
            client_key=client_key,
            former_client_keys=former,
            author=voice.author if voice else None,
            by_editors=voice is not None and voice.author is None,
            is_question=given.get("question", False),
            honeypot=given["subject"],
            seconds_open=identity.seconds_open(given["opened"]),
            same_origin=request.same_origin is True,  # type: ignore[attr-defined]
        )
    except AlreadyPosted as again:
        reaction = again.reaction
        is_own = reaction.form_key == given["form_key"]  # whoever repeats another's words does not own them
    except Closed:
        return _closed(request, article)
    except TooMany as hasty:
        return _too_many(request, form, wait=hasty.wait)
    except ParentGone:
        form.answer_nothing()
        return _form_page(request, article, form, status=422)
    except Paused as pause:
        return _later(request, article.slug, pauses.refusal(pause.seconds), status=429, seconds=pause.seconds)
    response = _see_other(request, place_of(reaction))
    if is_own:
        identity.own(response, reaction)
    if given["remember"]:
        identity.remember(response, identity.Reader(given["name"], given["website"]))
    elif identity.COOKIE in request.COOKIES and identity.seconds_open(given["opened"]) is not None:
        identity.forget(response)  # he saw the box ticked, and took the tick away
    return response


def place_of(reaction: Reaction) -> str:
    """Where its writer sees it."""
    if reaction.thread_no is not None and not reaction.is_held_again:  # published, whatever became of it
        return reverse("reaction", args=[reaction.pk])
    return reverse("waiting", args=[identity.waiting_token(reaction.pk)])


def _see_other(request: HttpRequest, address: str) -> HttpResponse:
    """htmx goes there as well: its page has the reaction, the count, the street and a fresh form all at once."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponse(status=303, headers={"Location": address})


def _form_page(request: HttpRequest, article: Article, form: ReactionForm, **options: Any) -> HttpResponse:
    if not form.alone:
        return render(request, "reactions/_form.html", {"form": form, "part": True}, **options)
    context = {
        "article": article,
        "form": form,
        "quoted": form.answered and quoted(form.answered, article),
        "heated": _heat(form.answered),
    }
    return render(request, "reactions/react.html", context, **options)


def _heat(answered: Reaction | None) -> str:
    """What is said openly above the form in a heated conversation."""
    return pauses.openly() if answered and pauses.is_heated(answered, timezone.now()) else ""


def _preview(request: HttpRequest, article: Article, form: ReactionForm) -> HttpResponse:
    """Nothing is stored. The draft travels in hidden fields, the address sealed (P17)."""
    given, voice = form.cleaned_data, form.voice
    draft = Reaction(
        name=voice.name if voice else given["name"],
        website=given["website"],
        body=given["body"],
        by_author=voice is not None and voice.author is not None,
        by_editors=voice is not None and voice.author is None,
        is_question=given.get("question", False),
        parent=form.answered,
    )
    hidden = {name: form.sent[name] for name in (*WORDS, *HIDDEN, *TICKS, "notify", "subject")}
    context = {
        "article": article,
        "action": form.action,
        "draft": drawn(draft),
        "has_address": bool(given["email"]),
        "hidden": hidden | {"sealed": identity.seal(given["email"])},
    }
    return render(request, "reactions/preview.html", context)


def _closed(request: HttpRequest, article: Article) -> HttpResponse:
    sentence = gettext("Reactions to this article have closed. Your text is below so you can copy it")
    return _refusal(request, {"sentence": sentence, "kept": kept_of(request.POST, *WORDS)}, status=409)


def _too_many(request: HttpRequest, form: ReactionForm, *, wait: timedelta) -> HttpResponse:
    """P19: the form again, filled in, to be sent a little later."""
    seconds = math.ceil(wait.total_seconds())
    kept = kept_of(request.POST, *WORDS, *HIDDEN, *TICKS, "notify")
    again = ReactionForm(kept=kept, slug=form.slug, parent=form.answered)
    response = _refusal(request, {"sentence": _when_again(seconds), "form": again}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _when_again(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    if seconds <= 90:
        when = ngettext("in %(n)s second", "in %(n)s seconds", seconds) % {"n": seconds}
    else:
        when = ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
    sentence = gettext(
        "You posted several reactions in a short time. You can post this one %(when)s. Your text is below"
    )
    return sentence % {"when": when}


def _try_again(request: HttpRequest, slug: str) -> HttpResponse:
    """The database is away or busy: the form again, made without it."""
    sentence = gettext("Something went wrong on our side. Try again in a few minutes. Your text is below")
    return _later(request, slug, sentence, status=503, seconds=RETRY_SECONDS)


def _later(request: HttpRequest, slug: str, sentence: str, *, status: int, seconds: int) -> HttpResponse:
    """The form as it was sent, but for the address (P4), and when to send it again."""
    form = ReactionForm(kept=kept_of(request.POST, *WORDS, *HIDDEN, *TICKS), slug=slug)
    response = _refusal(request, {"sentence": sentence, "form": form}, status=status)
    response["Retry-After"] = str(seconds)
    return response


def _refusal(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    response = render(request, "reactions/refused.html", context, status=status)
    if "HX-Request" in request.headers:
        for header, value in {"HX-Retarget": "#content", "HX-Reselect": "#content", "HX-Reswap": "outerHTML"}.items():
            response[header] = value
    return response


@require_safe
@private
@at_former_address
def react(request: HttpRequest, slug: str) -> HttpResponse:
    """The form on a page of its own: how one answers, and how one reacts without script."""
    article = _article(slug)
    asked = request.GET.get("parent", "")
    parent = _answered(article, asked)
    context: dict[str, Any] = {
        "article": article,
        "quoted": parent and quoted(parent, article),
        "parent_gone": bool(asked) and not parent,
    }
    with translation.override(article.language):
        if article.discussion.is_open:
            context["heated"] = _heat(parent)
            context["form"] = ReactionForm(
                slug=slug,
                parent=parent,
                voice=identity.voice_of(request, article),
                kept=_of_reader(request) | {"parent": parent.pk if parent else ""},
            )
        return render(request, "reactions/react.html", context)


@require_safe
@private
@at_former_address
def reader(request: HttpRequest, slug: str) -> HttpResponse:
    """What the form of a shared page lacks; the script asks for it when somebody is about to write."""
    return JsonResponse(_of_reader(request))


def _of_reader(request: HttpRequest) -> dict[str, Any]:
    known = identity.remembered(request)
    name, website = known or ("", "")
    return {
        "form_key": identity.new_form_key(),
        "opened": identity.stamp(),
        "name": name,
        "website": website,
        "remember": known is not None,
    }


@require_safe
@private
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """For who posted it: during a day while it waits, and longer what was decided; leads to the public place once it
    stands there.
    """
    reactions = Reaction.objects.select_related("article__section", "parent")
    reaction = get_object_or_404(reactions, pk=identity.proven_id(token))
    is_old = identity.waiting_id(token) is None
    waits = reaction.status == Status.HELD and not reaction.is_held_again
    if not reaction.article.is_public or (is_old and (waits or reaction.status == Status.WITHDRAWN)):
        raise Http404
    if reaction.status == Status.PUBLISHED or (reaction.thread_no and reaction.status == Status.WITHDRAWN):
        return HttpResponse(status=303, headers={"Location": reaction.get_absolute_url()})
    context = {
        "article": reaction.article,
        "reaction": reaction,
        "token": token,
        "refused": reaction.status in (Status.REFUSED, Status.SPAM, Status.REMOVED),
        "was_up": reaction.thread_no is not None,
        "by_machine": CERTAIN in reaction.held_because,
        "withdrawn": reaction.status == Status.WITHDRAWN,
        "has_address": reaction.subscription_id is not None,
        "draft": drawn(reaction),
        "free_until": free_until if (free_until := reaction.created_at + FREE) > timezone.now() else None,
        "name_is_claimed": "claimed_name" in reaction.held_because,
    }
    if awaits_proof(reaction) and TRIED not in request.GET:
        context |= {"sum": proofwork.challenge(reaction.pk, now=timezone.now()), "token": token}
    with translation.override(reaction.article.language):
        return render(request, "reactions/waiting.html", context)


@csrf_exempt  # as `post`
@require_POST
@private
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """What a script posted for a reaction that waits for its pace only. Wrong or late: it waits on, and its page says so."""
    reaction = get_object_or_404(Reaction.objects.select_related("article"), pk=identity.waiting_id(token))
    try:
        publish_proven(reaction, solution=request.POST)
    except (NotProven, AlreadyDecided, Closed):
        pass
    waiting_page = reverse("waiting", args=[token])
    return HttpResponse(status=303, headers={"Location": f"{waiting_page}?{TRIED}"})


def _article(slug: str) -> Article:
    found = _ARTICLE(slug=slug, now=timezone.now())
    if not found:
        raise Http404
    return found[0]


_ARTICLE = Prepared(
    lambda slug, now: Article.objects.published(now).with_byline().defer("body", "body_html").filter(slug=slug),
    slug="a-slug",
    now=A_MOMENT,
)


def _answered(article: Article, typed: str) -> Reaction | None:
    """The reaction that is answered; None when there is none or it is not shown any more."""
    number = number_in_query(typed)
    if number is None:
        return None
    return pauses.published_with_heat(article, number)
