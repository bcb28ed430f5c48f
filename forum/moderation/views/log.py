"""What was decided, and looking for a reaction."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forum.accounts.guards import requires
from forum.accounts.people import name_of
from forum.accounts.roles import Ability
from forum.converters import number_in_query
from forum.moderation import finding, queues
from forum.moderation.actions.appealing import moderators
from forum.moderation.models import What
from forum.moderation.views.desk import desk_context
from forum.reactions.grounds import Ground
from forum.reactions.models import Reaction


@requires(Ability.MODERATE)
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in ("what", "ground", "by")}
    log = queues.log(**chosen, before=number_in_query(request.GET.get("before")))
    older = urlencode({**{name: value for name, value in chosen.items() if value}, "before": log.before or ""})
    context = {
        "log": log,
        "older": older,
        "chosen": chosen,
        "whats": What.choices,
        "grounds": Ground.choices,
        "people": [(str(user.pk), name_of(user)) for user in moderators()],
    }
    return render(request, "moderation/decisions.html", desk_context(request, "decisions") | context)


@requires(Ability.MODERATE)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[: finding.MAX_CHARS]
    state = request.GET.get("state", "")
    state = state if state in Reaction.Status.values else ""
    context = {
        "words": words,
        "state": state,
        "states": Reaction.Status.choices,
        "found": finding.find(words, state=state),
        "asked": bool(words.strip()),
    }
    return render(request, "moderation/search.html", desk_context(request, "search") | context)
