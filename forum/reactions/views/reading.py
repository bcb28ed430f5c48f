"""Reading: a reaction's own address, and one whole conversation of a long thread."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from articles.freshness import showing
from articles.models import Article
from articles.moved import at_former_address
from forum.converters import number_in_query
from forum.reactions import rendering
from forum.reactions.grounds import RULES
from forum.reactions.models import Reaction
from forum.reactions.templatetags.reactions import page_address, voices
from forum.reactions.thread_markup import ancestors, thread
from forum.reactions.threads import conversation_page, place_of

RECENT_PAGE = 30


@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """302 to where it stands; 410 with the reason when it was taken away; 404 while it was never shown, or is hidden
    until somebody has looked at it: then with a sentence about it.

    `?proof=`, the token of who wrote it, leads to the whole statement of reasons (forum.moderation), which looks at it.
    """
    reactions = Reaction.objects.select_related("article__discussion", "article__section").defer(
        "html", "article__body"
    )
    reaction = get_object_or_404(reactions, pk=pk)
    if not reaction.article.is_public:
        raise Http404
    if reaction.status == Reaction.Status.PUBLISHED or (reaction.shown and "proof" not in request.GET):
        return HttpResponseRedirect(place_of(reaction))
    proof = request.GET.get("proof", "")
    if proof and "/" not in proof:
        address = reverse("statement", args=[pk, proof])
        return HttpResponse(status=303, headers={"Location": address, "Cache-Control": "no-store"})
    if reaction.thread_no is None:
        raise Http404
    return gone(request, reaction)


def gone(request: HttpRequest, reaction: Reaction, kept: str = "") -> HttpResponse:
    """`kept`: what somebody wrote about it, to be given back."""
    hidden = reaction.is_held_again
    with translation.override(reaction.article.language):
        context = {
            "article": reaction.article,
            "reason": rendering.why_gone(reaction),
            "decided_at": reaction.decided_at,
            "rule": RULES.get(reaction.decision_ground or ""),
            "hidden": hidden,
            "kept": kept,
        }
        return render(request, "reactions/gone.html", context, status=404 if hidden else 410)


@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    """Everything that was said lately, over the whole site; `?before=` a reaction: what was said before it."""
    reactions = Reaction.objects.recent()
    if "before" in request.GET:
        before = number_in_query(request.GET["before"])
        if not before:
            raise Http404
        reactions = reactions.filter(pk__lt=before)
    numbers = list(reactions.values_list("pk", flat=True)[: RECENT_PAGE + 1])
    if not numbers and "before" in request.GET:
        raise Http404
    context = {
        "voices": voices(Reaction.objects.recent().filter(pk__in=numbers[:RECENT_PAGE])),
        "older": numbers[RECENT_PAGE - 1] if len(numbers) > RECENT_PAGE else None,
        "is_newest": "before" not in request.GET,
    }
    return render(request, "reactions/recent.html", context)


@require_safe
@at_former_address
def conversation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    article = get_object_or_404(Article.objects.published().with_byline(), slug=slug)
    page = conversation_page(article, number, request.GET.get("after"))
    with translation.override(article.language):
        context = {
            "article": article,
            "page": page,
            "after": number_in_query(request.GET.get("after")),
            "opening": (page.above or page.rows)[0],
            "ancestors": ancestors(page),
            "thread": thread(page, article),
            "previous": page_address(request.path, page, page.previous),
            "following": page_address(request.path, page, page.following),
        }
        return showing(render(request, "reactions/conversation.html", context), [article])
