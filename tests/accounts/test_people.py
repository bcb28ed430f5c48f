"""Inviting, roles, blocking: what the actions promise, and that somebody can always let others in."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from forum.accounts import actions
from forum.accounts.people import administrators, recent_changes
from forum.accounts.roles import Ability, Role, able, permissions_of, roles_of
from tests.accounts.staff import make_person
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_the_four_roles_are_there_from_the_beginning():
    assert set(Group.objects.values_list("name", flat=True)) == {role.value for role in Role}


def test_who_is_invited_can_log_in_without_a_password_and_as_what_was_given():
    user = actions.invite_person(name="Lotte de Wit", email="Lotte@redactie.example", roles={Role.EDITOR}, by=None)
    assert (user.username, user.first_name, user.email) == ("lotte-de-wit", "Lotte de Wit", "lotte@redactie.example")
    assert not user.has_usable_password() and user.is_active
    assert roles_of(again(user)) == {Role.EDITOR}


def test_two_people_of_one_name_have_two_usernames_and_no_two_one_address():
    first = make_person(name="Lotte", email="lotte@redactie.example")
    assert make_person(name="Lotte").username == "lotte-2" != first.username
    with pytest.raises(actions.AddressTaken):
        make_person(email="LOTTE@redactie.example")
    assert User.objects.count() == 2


def test_roles_are_exactly_those_that_were_given_last():
    make_person()
    user = make_person(Role.AUTHOR, Role.MODERATOR)
    assert roles_of(user) == {Role.AUTHOR, Role.MODERATOR} and user.is_staff and not user.is_superuser
    assert able(user, Ability.MODERATE) and "reactions.view_reaction" in permissions_of(user)
    actions.set_roles(user, roles={Role.ADMINISTRATOR}, by=None)
    assert again(user).is_superuser and able(again(user), Ability.MANAGE_PEOPLE)
    actions.set_roles(user, roles=(), by=None)
    assert not again(user).is_staff and not roles_of(again(user)) and not permissions_of(again(user))


def test_a_visitor_and_who_is_blocked_are_nobody():
    make_person()
    user = actions.block_person(make_person(), by=None)
    assert not roles_of(again(user)) and not roles_of(AnonymousUser())
    assert not again(user).has_perm("reactions.view_reaction")


def test_the_last_administrator_stays_one():
    karim = make_person()
    for change in (
        lambda: actions.set_roles(karim, roles={Role.EDITOR}, by=karim),
        lambda: actions.block_person(karim, by=karim),
    ):
        with pytest.raises(actions.LastAdministrator):
            change()
        assert roles_of(again(karim)) == {Role.ADMINISTRATOR}
    actions.set_roles(karim, roles={Role.ADMINISTRATOR, Role.AUTHOR}, by=karim)  # more is fine
    blocked = actions.block_person(make_person(), by=karim)  # while there is another, one may go
    with pytest.raises(actions.LastAdministrator):  # who is blocked does not count
        actions.set_roles(karim, roles=(), by=blocked)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_cannot_take_each_others_role(tmp_path):
    pairs = [(make_person().pk, make_person().pk) for _ in range(8)]
    User.objects.filter(pk__in=[pk for pair in pairs for pk in pair]).update(is_active=False)
    database = shared_database(tmp_path)
    connection.close()
    script = """
from django.contrib.auth.models import User
from forum.accounts import actions
from forum.accounts.roles import Role
refused = 0
for mine, his in %s:
    User.objects.filter(pk__in=[mine, his]).update(is_active=True)
for mine, his in %s:
    try:
        actions.set_roles(User.objects.get(pk=his), roles={Role.AUTHOR}, by=None)
    except actions.LastAdministrator:
        refused += 1
print(json.dumps(refused))
"""
    others = [(his, mine) for mine, his in pairs]
    refused = run_together([script % (pairs, pairs), script % (others, others)], database)
    count = """
from forum.accounts.people import administrators
print(json.dumps(administrators().count()))
"""
    assert run_together([count], database) == [1]
    assert sum(refused) == 1


def test_who_is_blocked_is_out_everywhere_at_once_and_stays_out_when_let_in_again():
    make_person()
    user = make_person(Role.AUTHOR)
    one, two = Client(), Client()
    for place in (one, two):
        place.force_login(user)
    actions.block_person(user, by=None)
    actions.let_in_again(user, by=None)
    assert [place.get("/desk/").status_code for place in (one, two)] == [302, 302]
    one.force_login(again(user))
    assert one.get("/desk/").status_code == 200


def test_a_new_address_replaces_the_old_one_wholly():
    user, other = make_person(), make_person()
    EmailAddress.objects.filter(user=user).update(verified=True)
    with pytest.raises(actions.AddressTaken):
        actions.change_address(user, email=other.email.upper(), by=None)
    old = user.email
    actions.change_address(user, email="Nieuw@redactie.example", by=None)
    (address,) = EmailAddress.objects.filter(user=user)
    assert (address.email, address.verified, again(user).email) == ("nieuw@redactie.example", False, address.email)
    make_person(email=old)  # free again


def test_every_change_is_written_down_with_who_made_it():
    karim = make_person(name="Karim")
    noor = actions.invite_person(name="Noor", email="noor@redactie.example", roles={Role.AUTHOR}, by=karim)
    actions.set_roles(noor, roles={Role.AUTHOR, Role.EDITOR}, by=karim)
    actions.set_roles(noor, roles={Role.AUTHOR, Role.EDITOR}, by=karim)  # changes nothing
    actions.block_person(noor, by=karim)
    actions.let_in_again(noor, by=karim)
    changes = [
        (change.by, change.about, str(change.what), [str(role) for role in change.roles]) for change in recent_changes()
    ]
    assert changes == [
        ("Karim", "Noor", "mag weer inloggen", []),
        ("Karim", "Noor", "geblokkeerd", []),
        ("Karim", "Noor", "heeft nu deze rollen:", ["Auteur", "Redacteur"]),
        ("Karim", "Noor", "uitgenodigd als:", ["Auteur"]),
        ("", "Karim", "uitgenodigd als:", ["Beheerder"]),
    ]


def test_sessions_that_ended_are_forgotten(client):
    from django.contrib.sessions.models import Session

    client.force_login(make_person())
    assert actions.forget_sessions() == 0
    Session.objects.update(expire_date=timezone.now())
    assert actions.forget_sessions() == 1


# The first administrator


def test_the_command_makes_the_first_administrator_of_an_empty_site(capsys):
    call_command("create_administrator", "Karim Adjei", "Karim@redactie.example")
    (karim,) = administrators()
    assert (karim.first_name, karim.email) == ("Karim Adjei", "karim@redactie.example")
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8000/accounts/login/" in said and "karim@redactie.example" in said


def test_the_command_may_run_twice_and_raises_who_is_there_already(capsys):
    noor = make_person(Role.AUTHOR, email="noor@redactie.example")
    for _ in range(2):
        call_command("create_administrator", "Noor", "noor@redactie.example")
    assert list(administrators()) == [noor]
    assert roles_of(again(noor)) == {Role.ADMINISTRATOR}
    assert set(again(noor).groups.values_list("name", flat=True)) == {"author", "administrator"}
    assert "was already" in capsys.readouterr().out


def test_the_command_refuses_what_is_no_address():
    with pytest.raises(CommandError):
        call_command("create_administrator", "Karim", "karim")
    assert not User.objects.exists()
