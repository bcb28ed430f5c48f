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

from forum.middleware import any_origin
from forum.subscriptions import actions, proof, tokens
from forum.subscriptions.choices import CHOICES, choose
from forum.subscriptions.letterhead import language_of
from forum.subscriptions.models import Frequency, Scope, Subject, Subscription

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
    if consent is None or consent.subscription is None or consent.subject is None or consent.ended_at is not None:
        return _no_longer(request)
    if request.method != "POST" and consent.confirmed_at is None:
        if not tokens.is_fresh(consent, timezone.now()):
            return _no_longer(request, consent.subject)
        frequency = consent.subscription.frequency
        context = {"followed": consent, "scope": consent.scope, "frequency": frequency, **CHOICES}
        return _page(request, consent.subject, "confirm", context)
    scope = _chosen(request, "scope", Scope.values, consent.scope) if consent.article_id else consent.scope
    try:
        frequency = _chosen(request, "frequency", Frequency.values, "")
        subscription = actions.confirm(token, scope=scope, frequency=frequency)
    except actions.AlreadyConfirmed as used:
        return _page(request, consent.subject, "confirmed", _following(used.subscription))
    except actions.SubscriptionError:
        return _no_longer(request, consent.subject)
    response = _page(request, consent.subject, "confirmed", _following(subscription))
    proof.remember(response, request, subscription.address.key)
    return response


@_mailed_page
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """What this address follows, with a button to change or stop each."""
    held = tokens.subscription_of(token) or tokens.digest_of(token)
    if held is None or held.confirmed_at is None:
        return _no_longer(request)
    done = _change(request, token, held) if request.method == "POST" else ""
    followed = list(Subscription.objects.followed_with(held))
    context = {
        "token": token,
        "done": done,
        "followed": followed,
        "stopped": None if held in followed else held,
        **CHOICES,
    }
    return _page(request, held.subject, "subscription", context)


def _change(request: HttpRequest, token: str, held: Subscription) -> str:
    """Do what the button says; returns the name of what was done, "" for nothing."""
    what = request.POST.get("what")
    if what == "all":
        actions.unsubscribe(token, everything=True)
        return "stopped"
    if what == "resume":
        actions.resume(token)
        return "resumed"
    return choose(Subscription.objects.followed_with(held), request.POST, now=timezone.now())


@any_origin  # the mail program posts it, from wherever its reader reads
@_mailed_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Says the same to every token, also one that never was: RFC 8058 one-click, a second click, a deleted article."""
    held = tokens.subscription_of(token) or tokens.digest_of(token)
    page = "unsubscribe"
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        actions.unsubscribe(
            token, everything=request.POST.get("what") == "all", how="one-click" if one_click else "link"
        )
        page = "stopped"
    return _page(request, held.subject if held else None, page, {"token": token})


def _chosen(request: HttpRequest, name: str, allowed: list[str], otherwise: str) -> str:
    chosen = request.POST.get(name, "")
    return chosen if chosen in allowed else otherwise


def _following(subscription: Subscription) -> dict[str, Any]:
    return {"followed": subscription, "token": tokens.subscription_token(subscription.nonce)}


def _no_longer(request: HttpRequest, subject: Subject | None = None) -> HttpResponse:
    return _page(request, subject, "no_longer", {}, status=410)


def _page(
    request: HttpRequest, subject: Subject | None, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """In the language of the article that it is about."""
    with translation.override(language_of(subject)):
        return render(request, f"subscriptions/{name}.html", context, status=status)
