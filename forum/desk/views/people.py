"""Who may log in, and as what. Every change is an action of forum.accounts or forum.desk.staffing."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forum.accounts import actions, letters
from forum.accounts.guards import requires
from forum.accounts.people import everybody, has_devices, name_of, recent_changes
from forum.accounts.roles import Ability
from forum.desk import staffing
from forum.desk.people_forms import COMPLAINTS, PersonForm, what_is
from forum.outbox.transports import NotAccepted
from forum.outbox.urgent import Line

DOOR = {"door": "desk_people"}


@requires(Ability.MANAGE_PEOPLE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/people.html", DOOR | {"people": everybody(), "changes": recent_changes()})


@requires(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = staffing.take_on(**form.asked(), by=_me(request))
        except actions.PeopleError as error:
            form.complain(error)
        else:
            _mail(request, user)
            return redirect("desk_people")
    return render(request, "desk/person.html", DOOR | {"form": form}, status=422 if form.errors else 200)


@requires(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(User.objects.select_related("author"), pk=pk)
    form = PersonForm(request.POST or None, user=somebody, initial=what_is(somebody))
    if request.method == "POST" and form.is_valid():
        try:
            staffing.change_person(somebody, **form.asked(), by=_me(request))
        except actions.PeopleError as error:
            form.complain(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("desk_people")
    context = DOOR | {"form": form, "person": User.objects.get(pk=pk), "has_devices": has_devices(somebody)}
    return render(request, "desk/person.html", context, status=422 if form.errors else 200)


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def mail_again(request: HttpRequest, pk: int) -> HttpResponse:
    _mail(request, get_object_or_404(User, pk=pk, is_active=True))
    return redirect("desk_people")


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def forget_devices(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(User, pk=pk)
    actions.forget_devices(somebody, by=_me(request))
    messages.success(request, _("%(name)s logs in with a code by mail again.") % {"name": name_of(somebody)})
    return redirect("desk_people")


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def block(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = get_object_or_404(User, pk=pk)
    try:
        actions.block_person(somebody, by=_me(request))
    except actions.LastAdministrator:
        messages.error(request, COMPLAINTS[actions.LastAdministrator][1])
        return redirect("desk_person", pk)
    messages.success(request, _("%(name)s is blocked and logged out.") % {"name": name_of(somebody)})
    return redirect("desk_people")


@requires(Ability.MANAGE_PEOPLE)
@require_POST
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = actions.let_in_again(get_object_or_404(User, pk=pk), by=_me(request))
    messages.success(request, _("%(name)s may log in again.") % {"name": name_of(somebody)})
    return redirect("desk_people")


def _me(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # the guard has seen to it
    return request.user


def _mail(request: HttpRequest, user: User) -> None:
    language = get_language() or "nl"
    build = letters.invitation(name=name_of(user), invited_by=name_of(_me(request)), language=language)
    values = {"name": name_of(user)}
    try:
        Line().send(build, to=user.email)
    except NotAccepted:
        words = _("%(name)s may log in, but our mail is not leaving at the moment. Mail the invitation later.")
        messages.warning(request, words % values)
    else:
        messages.success(request, _("%(name)s is invited by mail.") % values)
