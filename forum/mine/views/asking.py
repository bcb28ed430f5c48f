"""Asking for the link: the same answer for every address (PROMISES P18)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from forum.middleware import private
from forum.mine.actions import ask_link
from forum.mine.forms import LinkForm
from forum.mine.views.doors import page
from forum.spam.clients import client_key


@page
def ask(request: HttpRequest) -> HttpResponse:
    language = _language(request.POST.get("language") or request.GET.get("language", ""))
    with translation.override(language):
        typed = request.POST if request.method == "POST" else None
        form = LinkForm(typed, action=reverse("mine"), initial={"language": language})
        if typed is None or not form.is_valid():
            return render(request, "mine/ask.html", {"form": form}, status=200 if typed is None else 422)
    ask_link(
        email=form.cleaned_data["email"],
        client_key=client_key(request.client_address, today=timezone.localdate()),  # type: ignore[attr-defined]
        now=timezone.now(),
    )
    return HttpResponse(status=303, headers={"Location": f"{reverse('mine_asked')}?language={language}"})


@require_safe
@private
def asked(request: HttpRequest) -> HttpResponse:
    with translation.override(_language(request.GET.get("language", ""))):
        return render(request, "mine/asked.html")


def _language(wanted: str) -> str:
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
