"""The desk: what waits, what was reported, one reaction and the decision about it. Every decision is an action."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.accounts.guards import requires
from forum.accounts.people import name_of
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.moderation import actions, queues
from forum.moderation.facts import facts_of, last_decision
from forum.moderation.forms import LATER, JudgeForm
from forum.moderation.models import Decision, What
from forum.reactions.actions import AlreadyDecided
from forum.reactions.models import Reaction
from forum.reactions.nameplate import quoted

DOOR = "moderation"
REPORTED = "reported"
MOST_AT_ONCE = 100
SAID = {
    What.PUBLISH: gettext_lazy("Posted."),
    What.RESTORE: gettext_lazy("Put back."),
    What.REFUSE: gettext_lazy("Refused."),
    What.REMOVE: gettext_lazy("Removed."),
    What.SPAM: gettext_lazy("Sent to spam."),
    What.KEEP: gettext_lazy("Left as it is."),
}


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # forum.accounts.guards let in nobody else
    return request.user


def desk_context(request: HttpRequest, here: str) -> dict[str, Any]:
    """What every page of the desk shows: where one is, how much waits, the keys, what can be taken back."""
    me = user_of(request)
    last = Decision.objects.filter(by=me).select_related("reaction", "exhibit").order_by("-pk").first()
    undoable = last if last and actions.is_undoable(last, timezone.now()) else None
    known = actions.moderator_of(me)
    return {
        "door": DOOR,
        "here": here,
        "counts": queues.counts(),
        "undoable": undoable,
        "undo_said": SAID.get(What(undoable.what), "") if undoable else "",
        "shortcuts": known.shortcuts,
        "mails_me": actions.wants_mail(me, known.mail_waiting),
    }


@requires(Ability.MODERATE)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The oldest first, and it is opened."""
    after = number_in_query(request.GET.get("after")) or 0
    queue = queues.waiting(after)
    first = _reaction(queue.rows[0].reaction.pk) if queue.rows else None
    context = {"queue": queue, "after": after, "oldest": queues.oldest_wait()}
    return render(request, "moderation/waiting.html", _item(request, first, "") | context)


@requires(Ability.MODERATE)
@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    rows = queues.reported()
    first = _reaction(rows[0].reaction.pk) if rows else None
    context = {"reported": rows, "now": timezone.now()}
    return render(request, "moderation/reported.html", _item(request, first, REPORTED) | context)


@requires(Ability.MODERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, pk: int) -> HttpResponse:
    reaction = _reaction(pk)
    if request.method != "POST":
        return _page(request, reaction, request.GET.get("queue", ""))
    form = JudgeForm(request.POST)
    if not form.is_valid():
        return _page(request, reaction, request.POST.get("queue", ""), form=form, status=422)
    given = form.cleaned_data
    if given["do"] == LATER:
        messages.info(request, _("Later."))
        return _on_to_next(pk, given["queue"])
    try:
        decision = actions.decide(
            reaction,
            given["do"],
            seen=given["seen"],
            by=user_of(request),
            ground=given["ground"],
            law=given["law"],
            note=given["note"],
        )
    except AlreadyDecided as first:
        return _page(request, _reaction(pk), given["queue"], beaten=_who_was_first(first.reaction), status=409)
    messages.success(request, SAID[What(decision.what)])
    return _on_to_next(pk, given["queue"])


@requires(Ability.MODERATE)
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Those that were ticked are spam. What somebody decided about meanwhile stays as he decided."""
    chosen = [tick.partition(" ") for tick in request.POST.getlist("chosen")[:MOST_AT_ONCE]]
    seen = {number: actions.Seen.read(rest) for pk, _space, rest in chosen if (number := number_in_query(pk))}
    rows = [(row, seen[row.pk]) for row in Reaction.objects.select_related("article", "parent").filter(pk__in=seen)]
    done = actions.decide_many([(row, saw) for row, saw in rows if saw], What.SPAM, by=user_of(request))
    if done.decided:
        sentence = ngettext("%(n)s reaction sent to spam.", "%(n)s reactions sent to spam.", done.decided)
        messages.success(request, sentence % {"n": done.decided})
    for reaction in done.too_late:
        messages.warning(request, f"{reaction.name}: {_who_was_first(reaction)}")
    if not chosen:
        messages.warning(request, _("Tick what is spam first."))
    return redirect(DOOR)


@requires(Ability.MODERATE)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    decision = Decision.objects.filter(pk=number_in_query(request.POST.get("decision")) or 0).first()
    try:
        if decision is None:
            raise actions.NotUndoable
        actions.undo(decision, by=user_of(request), now=timezone.now())
    except actions.NotUndoable:
        messages.warning(request, _("This can no longer be taken back. Decide anew instead."))
    else:
        messages.success(request, _("Taken back."))
    address = reverse("moderation_item", args=[decision.reaction_id]) if decision else reverse(DOOR)
    return HttpResponse(status=303, headers={"Location": address + "#item"})


@requires(Ability.MODERATE)
@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Keyboard shortcuts and mail, each on or off."""
    me = user_of(request)
    if "shortcuts" in request.POST:
        actions.choose_shortcuts(me, wanted=request.POST["shortcuts"] == "on")
    if "mail" in request.POST:
        actions.choose_mail(me, wanted=request.POST["mail"] == "on")
    messages.success(request, _("Saved."))
    return HttpResponse(status=303, headers={"Location": reverse(DOOR) + "#wishes"})


def _reaction(pk: int) -> Reaction:
    rows = Reaction.objects.select_related("article", "parent").defer(
        *("html", "parent__html", "article__body", "article__body_html")
    )
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest,
    reaction: Reaction,
    queue: str,
    *,
    form: JudgeForm | None = None,
    beaten: str = "",
    status: int = 200,
) -> HttpResponse:
    context = _item(request, reaction, queue, form) | {"beaten": beaten}
    return render(request, "moderation/item.html", context, status=status)


def _item(request: HttpRequest, reaction: Reaction | None, queue: str, form: JudgeForm | None = None) -> dict[str, Any]:
    """What is judged, and the way to its neighbours."""
    context = desk_context(request, REPORTED if queue == REPORTED else "waiting" if queue == "" else "")
    if reaction is None:
        return context
    parent = reaction.parent
    previous, following = _neighbours(reaction.pk, queue)
    return context | {
        "one": reaction,
        "queue_name": REPORTED if queue == REPORTED else "",
        "seen": str(actions.Seen.of(reaction)),
        "drawn": quoted(reaction, reaction.article),
        "parent": parent,
        "parent_drawn": quoted(parent, reaction.article) | {"is_question": False} if parent else None,
        "facts": facts_of(reaction),
        "form": form or JudgeForm(),
        "is_up": reaction.status == Reaction.Status.PUBLISHED,
        "is_held": reaction.status == Reaction.Status.HELD,
        "can_refuse": reaction.status in (Reaction.Status.HELD, Reaction.Status.PUBLISHED),
        "can_publish": reaction.status not in (Reaction.Status.PUBLISHED, Reaction.Status.WITHDRAWN),
        "next": following,
        "previous": previous,
    }


def _on_to_next(pk: int, queue: str) -> HttpResponse:
    is_reported = queue == REPORTED
    _previous, following = _neighbours(pk, queue)
    if following is None:
        address = reverse("moderation_reported" if is_reported else DOOR)
    else:
        address = reverse("moderation_item", args=[following]) + ("?queue=reported" if is_reported else "")
    return HttpResponse(status=303, headers={"Location": address + "#item"})


def _neighbours(pk: int, queue: str) -> tuple[int | None, int | None]:
    if queue == REPORTED:
        return queues.around_reported(pk)
    return queues.previous_waiting(pk), queues.next_waiting(pk)


def _who_was_first(reaction: Reaction) -> str:
    last = last_decision(reaction)
    if last is None or last.after != reaction.status:
        if reaction.status == Reaction.Status.WITHDRAWN:
            return _("Its writer withdrew this reaction meanwhile.")
        return _("This reaction was changed meanwhile. Look at it again.")
    clock = timezone.localtime(last.made_at).strftime("%H:%M")
    if last.by is None:
        return _("This happened by itself at %(time)s: %(what)s.") % {"time": clock, "what": last.get_what_display()}
    return _("%(name)s was first, at %(time)s: %(what)s.") % {
        "name": name_of(last.by),
        "time": clock,
        "what": last.get_what_display(),
    }
