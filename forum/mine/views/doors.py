"""Who may see a page here: whoever holds the mailed link, or the browser that has just posted."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forum.middleware import any_origin, private
from forum.mine.actions import LASTS
from forum.mine.belonging import language_of
from forum.mine.forms import LinkForm
from forum.mine.models import Link
from forum.reactions.views.posting import RETRY_SECONDS
from forum.subscriptions.tokens import hashed

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """For one reader: GET shows, POST acts; kept by nobody."""
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(private(_keeping_the_text(view))))


def mailed(view: View) -> View:
    """Gets the Link of the token in its address. The token is all the proof there is, so it does not matter from where it
    is posted (browsers hide the origin of a page that sends no referrer); no other page ever hears the address.
    """

    @any_origin
    @page
    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        link = link_of(token)
        if link is None:
            response = _no_longer(request)
        else:
            with translation.override(language_of(link)):
                response = view(request, link, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answer


def link_of(token: str) -> Link | None:
    found = Link.objects.select_related("address").filter(token_hash=hashed(token)).first()
    if found is None or not constant_time_compare(found.token_hash or "", hashed(token)):
        return None
    return found if timezone.now() - found.asked_at < LASTS else None


def _no_longer(request: HttpRequest) -> HttpResponse:
    """Never was, has expired, or a newer one took its place: the same page, on which to ask again."""
    form = LinkForm(action=reverse("mine"), initial={"language": translation.get_language()})
    return render(request, "mine/no_longer.html", {"form": form}, status=410)


def _keeping_the_text(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DatabaseTrouble as trouble:
            log.error("A reader's own page failed: %s", type(trouble).__name__)  # its message may hold an address
            sentence = gettext("Something went wrong on our side. Try again in a few minutes. Your text is below")
            kept = {name: request.POST.get(name, "") for name in ("name", "website", "body")}
            context = {"sentence": sentence, "kept": kept}
            response = render(request, "reactions/refused.html", context, status=503)
            response["Retry-After"] = str(RETRY_SECONDS)
            return response

    return answer
