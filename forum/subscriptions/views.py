"""The pages behind the links in our mails. GET shows, POST acts (PROMISES P12); nobody logs in; no address is shown."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.models import Article
from forum.converters import number_in_query
from forum.middleware import any_origin
from forum.subscriptions import actions, proof, tokens
from forum.subscriptions.models import Scope, Subscription

View = Callable[[HttpRequest, str], HttpResponse]


def _mailed_page(view: View) -> View:
    """Whoever holds the token is who we mailed: no cookie and no CSRF token, and nothing of it is kept by a cache."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @cache_control(no_store=True)
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        return view(request, token)

    return guarded


@_mailed_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    consent = tokens.consent_of(token)
    if consent is None or consent.subscription is None or consent.ended_at is not None:
        return _no_longer(request)
    if request.method != "POST" and consent.confirmed_at is None:
        if not tokens.is_fresh(consent, timezone.now()):
            return _no_longer(request, consent.article)
        context = {"article": consent.article, "scope": consent.scope, "scopes": Scope.choices}
        return _page(request, consent.article, "confirm", context)
    try:
        subscription = actions.confirm(token, scope=_scope_chosen(request, consent.scope))
    except actions.AlreadyConfirmed as used:
        return _page(request, consent.article, "confirmed", _following(used.subscription))
    except actions.SubscriptionError:
        return _no_longer(request, consent.article)
    response = _page(request, consent.article, "confirmed", _following(subscription))
    proof.remember(response, request, subscription.address.key)
    return response


@_mailed_page
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """What this address follows, with a button to change or stop each."""
    held = tokens.subscription_of(token)
    if held is None or held.confirmed_at is None:
        return _no_longer(request)
    done = _change(request, token, held) if request.method == "POST" else ""
    followed = list(Subscription.objects.followed_with(held))
    context = {
        "token": token,
        "done": done,
        "followed": followed,
        "stopped": None if held in followed else held,
        "scopes": Scope.choices,
    }
    return _page(request, held.article, "subscription", context)


def _change(request: HttpRequest, token: str, held: Subscription) -> str:
    """Do what the button says; returns the name of what was done, "" for nothing."""
    what = request.POST.get("what")
    number = number_in_query(request.POST.get("subscription"))
    meant = Subscription.objects.followed_with(held).filter(pk=number).first() if number else None
    if what == "all":
        actions.unsubscribe(token, everything=True)
    elif what == "resume":
        actions.resume(token)
    elif meant is not None and what == "stop":
        actions.end(meant, how="manage")
    elif meant is not None and what == "scope":
        actions.set_scope(meant, scope=_scope_chosen(request, meant.scope))
    else:
        return ""
    return what


@any_origin  # the mail program posts it, from wherever its reader reads
@_mailed_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Says the same to every token, also one that never was: RFC 8058 one-click, a second click, a deleted article."""
    held = tokens.subscription_of(token)
    page = "unsubscribe"
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        actions.unsubscribe(
            token, everything=request.POST.get("what") == "all", how="one-click" if one_click else "link"
        )
        page = "stopped"
    return _page(request, held.article if held else None, page, {"token": token})


def _scope_chosen(request: HttpRequest, otherwise: str) -> str:
    chosen = request.POST.get("scope", "")
    return chosen if chosen in Scope.values else otherwise


def _following(subscription: Subscription) -> dict[str, Any]:
    token = tokens.subscription_token(subscription.nonce)
    return {"article": subscription.article, "scope": subscription.scope, "token": token}


def _no_longer(request: HttpRequest, article: Article | None = None) -> HttpResponse:
    return _page(request, article, "no_longer", {}, status=410)


def _page(
    request: HttpRequest, article: Article | None, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """In the language of the article that it is about."""
    language = article.language if article else translation.get_language()
    with translation.override(language):
        return render(request, f"subscriptions/{name}.html", context, status=status)
