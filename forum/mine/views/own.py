"""The page behind the mailed link: what belongs to an address, and what its owner may do with it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from forum.converters import number_in_query
from forum.mine import actions, export
from forum.mine.models import Link
from forum.mine.views.doors import mailed
from forum.reactions import identity, naming, owning
from forum.reactions.models import Reaction
from forum.subscriptions import proof
from forum.subscriptions.choices import CHOICES, choose
from forum.subscriptions.models import Subscription, SubscriptionQuerySet
from forum.subscriptions.tokens import mine_token
from forum.text import excerpt

REACTIONS_PER_PAGE = 25
MOST_SUBSCRIPTIONS = 100  # on one page; what is stopped makes room
Status = Reaction.Status
DONE = {
    "saved": gettext_lazy("Saved."),
    "stopped": gettext_lazy("Stopped."),
    "edited": gettext_lazy("Your reaction was changed."),
    "held": gettext_lazy("Your reaction was changed. The editors read it before it becomes visible."),
    "withdrawn": gettext_lazy("Your reaction was withdrawn."),
    "adopted": gettext_lazy("Saved. This reaction is yours."),
    "disowned": gettext_lazy("Saved. Your address no longer belongs to this reaction."),
    "claimed": gettext_lazy("Saved. Nobody else can post under your name without being looked at first."),
    "released": gettext_lazy("Saved. Everybody can use this name again."),
    "trusted": gettext_lazy("Saved. Reactions from this browser are posted as yours for thirty days."),
    "not_your_name": gettext_lazy("You can only claim a name under which you posted with this address."),
    "name_taken": gettext_lazy("Somebody else has this name already, or one that looks like it."),
    "too_many": gettext_lazy("You can claim at most three names. Release one first."),
}


def address_of_page(link: Link, *, done: str = "") -> str:
    address = reverse("own_page", args=[mine_token(link.nonce)])
    return f"{address}?done={done}" if done else address


@mailed
def own_page(request: HttpRequest, link: Link) -> HttpResponse:
    if request.method == "POST":
        done = _act(request, link)
        response = HttpResponse(status=303, headers={"Location": address_of_page(link, done=done)})
        if done in ("claimed", "trusted") and link.address is not None:
            proof.remember(response, request, link.address.key)
        return response
    names = owning.names_of(link.owner)
    rows, older = _reactions(link, names, number_in_query(request.GET.get("before")))
    followed = list(_followed(link)[: MOST_SUBSCRIPTIONS + 1])
    context = {
        "token": mine_token(link.nonce),
        "works_until": link.asked_at + actions.LASTS,
        "done": DONE.get(request.GET.get("done", "")),
        "followed": followed[:MOST_SUBSCRIPTIONS],
        "more_followed": len(followed) > MOST_SUBSCRIPTIONS,
        **CHOICES,
        "rows": rows,
        "older": older,
        "is_newest": "before" not in request.GET,
        "claims": naming.claimed_by(link.owner),
        "claimable": naming.claimable(link.owner, names.proven),
    }
    return render(request, "mine/own_page.html", context)


def _followed(link: Link) -> SubscriptionQuerySet:
    if link.address is None:
        return Subscription.objects.none()
    return Subscription.objects.active().filter(address=link.address).with_subject().order_by("-pk")


def _reactions(link: Link, names: owning.Names, before: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """One page of them, newest first, and where the next page begins."""
    found = (
        owning.with_address(link.owner).select_related("article").defer("html", "article__body", "article__body_html")
    )
    if before is not None:
        found = found.filter(pk__lt=before)
    reactions = list(found[: REACTIONS_PER_PAGE + 1])
    shown = reactions[:REACTIONS_PER_PAGE]
    return [_row(one, names) for one in shown], shown[-1].pk if len(reactions) > REACTIONS_PER_PAGE else None


def _row(reaction: Reaction, names: owning.Names) -> dict[str, Any]:
    alive = reaction.status in (Status.PUBLISHED, Status.HELD)
    states = {
        Status.HELD: gettext("Waiting for the editors"),
        Status.PUBLISHED: gettext("Posted"),
        Status.REFUSED: gettext("Refused"),
        Status.SPAM: gettext("Refused"),
        Status.REMOVED: gettext("Removed"),
        Status.WITHDRAWN: gettext("Withdrawn"),
    }
    return {
        "reaction": reaction,
        "words": excerpt(reaction.body, 200),
        "state": states[Status(reaction.status)],
        "reason": reaction.decision_reason if not alive else "",
        "is_own": reaction.name in names.all,
        "is_link": reaction.shown and reaction.article.is_public,
        "may_edit": alive and reaction.name in names.proven and reaction.article.is_public,
        "may_withdraw": alive and reaction.name in names.all,
    }


def _act(request: HttpRequest, link: Link) -> str:
    """Do what the button says; returns the name of what was done, "" for nothing."""
    what = request.POST.get("what", "")
    if what in ACTS:
        return ACTS[what](request, link)
    return choose(_followed(link), request.POST, now=timezone.now())


def _adopt(request: HttpRequest, link: Link) -> str:
    meant = _meant(request, link)
    return "adopted" if meant and owning.adopt(link.owner, meant.name) else ""


def _disown(request: HttpRequest, link: Link) -> str:
    meant = _meant(request, link)
    return "disowned" if meant and owning.disown(link.owner, meant.name) else ""


def _meant(request: HttpRequest, link: Link) -> Reaction | None:
    number = number_in_query(request.POST.get("reaction"))
    return owning.with_address(link.owner).filter(pk=number).first() if number else None


def _claim(request: HttpRequest, link: Link) -> str:
    try:
        naming.claim_name(link.owner, request.POST.get("name", ""), now=timezone.now())
    except naming.NotYourName:
        return "not_your_name"
    except naming.NameTaken:
        return "name_taken"
    except naming.TooManyNames:
        return "too_many"
    return "claimed"


def _release(request: HttpRequest, link: Link) -> str:
    number = number_in_query(request.POST.get("claim"))
    if number:
        naming.release_name(link.owner, number, now=timezone.now())
    return "released" if number else ""


def _trust(request: HttpRequest, link: Link) -> str:
    return "trusted"


ACTS: dict[str, Callable[[HttpRequest, Link], str]] = {
    "adopt": _adopt,
    "disown": _disown,
    "claim": _claim,
    "release": _release,
    "trust": _trust,
}


@require_safe
@mailed
def own_data(request: HttpRequest, link: Link) -> HttpResponse:
    """PROMISES C3: everything, at once."""
    response = StreamingHttpResponse(export.pieces(link), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="luisterkamer.json"'
    return response  # type: ignore[return-value]  # a view may answer so as well


@mailed
def erase(request: HttpRequest, link: Link) -> HttpResponse:
    """GET explains, POST with the tick does it."""
    names = owning.names_of(link.owner).all
    context = {
        "token": mine_token(link.nonce),
        "others": owning.with_address(link.owner).exclude(name__in=names).exists(),
        "words": request.POST.get("words", "keep"),
        "unsure": request.method == "POST" and not request.POST.get("sure"),
    }
    if request.method != "POST" or context["unsure"]:
        return render(request, "mine/erase.html", context, status=422 if context["unsure"] else 200)
    actions.erase(link, with_words=context["words"] == "erase")
    response = render(request, "mine/erased.html")
    response.delete_cookie(proof.COOKIE, samesite="Lax")
    identity.forget(response)
    return response
