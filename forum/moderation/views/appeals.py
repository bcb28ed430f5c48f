"""Objections as moderators see them: the list, and one to be judged."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum.accounts.guards import requires
from forum.accounts.people import name_of
from forum.accounts.roles import Ability
from forum.moderation import actions, queues
from forum.moderation.actions.appealing import judges_of
from forum.moderation.facts import decisions_of
from forum.moderation.forms import JudgementForm
from forum.moderation.models import Appeal
from forum.moderation.statement import statement_of
from forum.moderation.views.desk import desk_context, user_of
from forum.reactions.nameplate import quoted


@requires(Ability.MODERATE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    context = {"open": queues.appeals(is_open=True), "judged": queues.appeals(is_open=False)}
    return render(request, "moderation/appeals.html", desk_context(request, "appeals") | context)


@requires(Ability.MODERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Appeal.objects.select_related("decision__reaction__article", "decision__by", "handled_by")
    found = get_object_or_404(rows, pk=pk)
    form = JudgementForm(request.POST or None)
    if request.method != "POST":
        return _page(request, found, form)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    uphold = form.cleaned_data["do"] == "uphold"
    try:
        actions.handle_appeal(
            found, uphold=uphold, answer=form.cleaned_data["answer"], by=user_of(request), now=timezone.now()
        )
    except actions.NotYours:
        return _page(request, found, form, told=_("You decided first, so somebody else judges."), status=403)
    except actions.AlreadyHandled as first:
        by = name_of(first.appeal.handled_by) if first.appeal.handled_by else ""
        told = _("%(name)s was first: %(what)s.") % {"name": by, "what": first.appeal.get_state_display()}
        return _page(request, rows.get(pk=pk), form, told=told, status=409)
    messages.success(request, _("Upheld; the reaction is up.") if uphold else _("Rejected."))
    return redirect("moderation_appeals")


def _page(
    request: HttpRequest, found: Appeal, form: JudgementForm, *, told: str = "", status: int = 200
) -> HttpResponse:
    me, reaction, judges = user_of(request), found.decision.reaction, judges_of(found)
    context = {
        "appeal": found,
        "form": form,
        "told": told,
        "statement": statement_of(found.decision),
        "drawn": quoted(reaction, reaction.article),
        "one": reaction,
        "decisions": decisions_of(reaction),
        "may_judge": found.state == Appeal.State.OPEN and me in judges,
        "is_own": found.decision.by_id == me.pk,
        "judges": [name_of(user) for user in judges if user != me],
    }
    return render(request, "moderation/appeal.html", desk_context(request, "appeals") | context, status=status)
