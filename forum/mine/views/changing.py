"""Changing and withdrawing one reaction, by the mailed link or from the browser that has just posted it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from forum.mine.forms import EditForm
from forum.mine.models import Link
from forum.mine.views.doors import mailed, page
from forum.mine.views.own import DONE, address_of_page
from forum.reactions import editing, identity, owning
from forum.reactions.actions import AlreadyDecided, Closed, withdraw
from forum.reactions.models import FREE, Reaction, ReactionQuerySet
from forum.reactions.nameplate import drawn
from forum.reactions.views.posting import place_of
from forum.subscriptions.tokens import mine_token

Status = Reaction.Status
ALIVE = (Status.PUBLISHED, Status.HELD)


@dataclass(frozen=True)
class Change:
    """One reaction that somebody may change, and where his pages are. `sure`: that it comes from us is certain."""

    reaction: Reaction
    edit: str
    withdraw: str
    back: str
    sure: bool

    def done(self, what: str) -> str:
        """Where to go when it is done: back to the list by the mailed link; else to the reaction itself."""
        if what == "withdrawn" or self.back != reverse("just_posted"):
            return f"{self.back}?done={what}"
        return place_of(self.reaction)


def _whole(found: ReactionQuerySet) -> ReactionQuerySet:
    return found.select_related("article__section", "article__discussion", "parent").filter(status__in=ALIVE)


def _by_link(link: Link, pk: int, *, names: frozenset[str]) -> Change:
    reaction = get_object_or_404(_whole(owning.with_address(link.owner)), pk=pk, name__in=names)
    token = mine_token(link.nonce)
    edit, away = (reverse(name, args=[token, pk]) for name in ("own_edit", "own_withdraw"))
    return Change(reaction, edit, away, address_of_page(link), sure=True)


def _by_browser(request: HttpRequest, pk: int) -> Change:
    if pk not in identity.own_ids(request):
        raise Http404
    reaction = get_object_or_404(_whole(_just_posted()), pk=pk)
    edit, away = (reverse(name, args=[pk]) for name in ("just_posted_edit", "just_posted_withdraw"))
    sure = request.same_origin is True  # type: ignore[attr-defined]
    return Change(reaction, edit, away, reverse("just_posted"), sure=sure)


def _just_posted() -> ReactionQuerySet:
    return Reaction.objects.filter(created_at__gt=timezone.now() - FREE)


@page
def just_posted(request: HttpRequest) -> HttpResponse:
    """What this browser posted in the last quarter of an hour. The one page that is sent the cookies which say so."""
    found = _whole(_just_posted()).filter(pk__in=identity.own_ids(request)).order_by("-pk")
    rows: list[dict[str, Any]] = [
        {"reaction": one, "draft": drawn(one), "until": one.created_at + FREE, "place": place_of(one)} for one in found
    ]
    with translation.override(rows[0]["reaction"].article.language if rows else translation.get_language()):
        context = {"rows": rows, "done": DONE.get(request.GET.get("done", ""))}
        return render(request, "mine/just_posted.html", context)


@mailed
def own_edit(request: HttpRequest, link: Link, pk: int) -> HttpResponse:
    return _edit(request, _by_link(link, pk, names=owning.names_of(link.owner).proven))


@page
def just_posted_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, _by_browser(request, pk))


@mailed
def own_withdraw(request: HttpRequest, link: Link, pk: int) -> HttpResponse:
    return _withdraw(request, _by_link(link, pk, names=owning.names_of(link.owner).all))


@page
def just_posted_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _withdraw(request, _by_browser(request, pk))


def _edit(request: HttpRequest, change: Change) -> HttpResponse:
    if not change.reaction.article.is_public:
        raise Http404
    with translation.override(change.reaction.article.language):
        typed = request.POST if request.method == "POST" else None
        form = _form(change, typed)
        if typed is None or typed.get("edit"):
            return _form_page(request, change, form if typed is None else _form_again(change, typed))
        if not form.is_valid():
            return _form_page(request, change, form, status=422)
        if typed.get("preview"):
            return _preview(request, change, form)
        return _save(request, change, form)


def _form(change: Change, typed: Mapping[str, str] | None) -> EditForm:
    return EditForm(typed, reaction=change.reaction, seen=editing.seen(change.reaction), action=change.edit)


def _form_again(change: Change, typed: Mapping[str, str]) -> EditForm:
    """With what was typed, before anything is wrong with it."""
    form = _form(change, None)
    form.initial = {name: typed.get(name, "") for name in form.fields}
    return form


def _form_page(request: HttpRequest, change: Change, form: EditForm, status: int = 200) -> HttpResponse:
    reaction = change.reaction
    context = {
        "form": form,
        "change": change,
        "reaction": reaction,
        "is_free": reaction.thread_no is None or timezone.now() < reaction.created_at + FREE,
        "free_until": reaction.created_at + FREE,
    }
    return render(request, "mine/edit.html", context, status=status)


def _preview(request: HttpRequest, change: Change, form: EditForm) -> HttpResponse:
    reaction = change.reaction
    reaction.website, reaction.body = form.cleaned_data["website"], form.cleaned_data["body"]
    hidden = {name: form.data[name] for name in form.fields}
    context = {"change": change, "reaction": reaction, "draft": drawn(reaction), "hidden": hidden}
    return render(request, "mine/preview.html", context)


def _save(request: HttpRequest, change: Change, form: EditForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        editing.confirm_seen(change.reaction, given["seen"])
        reaction = editing.edit_reaction(
            change.reaction, website=given["website"], body=given["body"], same_origin=change.sure
        )
    except Closed:
        sentence = gettext("Reactions to this article have closed. You can still withdraw your reaction")
    except AlreadyDecided:
        sentence = gettext("Your reaction was changed or decided on meanwhile. Your text is below so you can copy it")
    except editing.TooManyChanges:
        sentence = gettext("You changed this reaction twenty times. You can still withdraw it")
    else:
        return _see_other(change.done("held" if reaction.status == Status.HELD else "edited"))
    return _refused(request, change, sentence, kept=given)


def _withdraw(request: HttpRequest, change: Change) -> HttpResponse:
    reaction = change.reaction
    with translation.override(reaction.article.language):
        if request.method != "POST":
            context = {"change": change, "draft": drawn(reaction), "seen": editing.seen(reaction)}
            return render(request, "mine/withdraw.html", context | {"reaction": reaction})
        try:
            editing.confirm_seen(reaction, request.POST.get("seen", ""))
            withdraw(reaction)
        except AlreadyDecided:
            sentence = gettext("Your reaction was changed or decided on meanwhile. Look at it again first")
            return _refused(request, change, sentence, kept={})
    return _see_other(change.done("withdrawn"))


def _refused(request: HttpRequest, change: Change, sentence: str, *, kept: Mapping[str, str]) -> HttpResponse:
    context = {"change": change, "sentence": sentence, "kept": kept}
    return render(request, "mine/refused.html", context, status=409)


def _see_other(address: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": address})
