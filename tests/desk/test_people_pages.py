"""The administrator's page of people, through the browser's door."""

import re

import pytest
from django.contrib.auth.models import User

from articles.models import Author
from forum.accounts.roles import Role, roles_of
from tests.accounts.staff import make_person
from tests.factories import make_author
from tests.mailserver import free_port, html_of, links_in, mail_server, text_of
from tests.outbox.scripted import point_at

pytestmark = pytest.mark.django_db

PEOPLE, NEW = "/desk/people/", "/desk/people/new/"


@pytest.fixture
def karim():
    return make_person(name="Karim Adjei", email="karim@redactie.example")


@pytest.fixture
def administrator(client, karim):
    client.force_login(karim)
    return client


@pytest.fixture
def mails(settings):
    with mail_server(settings) as keeper:
        yield keeper


def fields(**changed) -> dict[str, object]:
    return {"name": "Lotte de Wit", "email": "lotte@redactie.example", "roles": ["author"], "author": "", **changed}


def test_inviting_somebody_makes_the_account_and_mails_how_to_log_in(administrator, mails):
    page = administrator.post(NEW, fields(), follow=True)
    assert "Lotte de Wit is per mail uitgenodigd." in page.content.decode()
    lotte = User.objects.get(email="lotte@redactie.example")
    assert roles_of(lotte) == {Role.AUTHOR} and not hasattr(lotte, "author")
    (mail,) = mails.to("lotte@redactie.example")
    assert mail["Subject"] == "Je kunt inloggen bij Luisterkamer"
    assert links_in(mail) == ["http://127.0.0.1:8000/accounts/login/"]
    assert "Karim Adjei" in text_of(mail) and "Karim Adjei" in html_of(mail)


def test_a_new_author_is_made_along_and_may_publish_if_ticked(administrator, mails):
    make_author(slug="lotte-de-wit")
    administrator.post(NEW, fields(author="new", may_publish="on"))
    author = Author.objects.get(user__email="lotte@redactie.example")
    assert (author.name, author.slug, author.may_publish) == ("Lotte de Wit", "lotte-de-wit-2", True)


def test_an_author_who_is_nobodys_can_be_given_and_taken_back(administrator, mails):
    imke, taken = make_author(name="Imke Sandel"), make_author(name="Bas Oldekamp", user=make_person())
    page = administrator.get(NEW).content.decode()
    assert "Imke Sandel" in page and "Bas Oldekamp" not in page
    assert administrator.post(NEW, fields(author=taken.pk)).status_code == 422
    administrator.post(NEW, fields(author=imke.pk))
    lotte = User.objects.get(email="lotte@redactie.example")
    assert lotte.author == imke
    address = f"{PEOPLE}{lotte.pk}/"
    administrator.post(address, fields(author=imke.pk, may_publish="on"))
    assert Author.objects.get(pk=imke.pk).may_publish
    administrator.post(address, fields(author=""))
    assert Author.objects.get(pk=imke.pk).user is None


def test_what_is_typed_wrong_comes_back_with_a_sentence(administrator, mails):
    for wrong, sentence in (
        ({"email": "karim@redactie.example"}, "Iemand anders logt al in met dit adres."),
        ({"email": "geen adres"}, "Voer een geldig e-mailadres in."),
        ({"name": ""}, "Dit veld is verplicht."),
        ({"roles": ["koning"]}, "koning"),
    ):
        answer = administrator.post(NEW, fields(**wrong))
        assert answer.status_code == 422 and sentence in answer.content.decode()
    assert User.objects.count() == 1 and not mails.mails


def test_when_the_mail_server_is_away_the_account_is_made_and_the_mail_goes_later(administrator, settings):
    point_at(settings, free_port())
    page = administrator.post(NEW, fields(), follow=True)
    assert "onze mail gaat nu de deur niet uit" in page.content.decode()
    lotte = User.objects.get(email="lotte@redactie.example")
    with mail_server(settings) as mails:
        administrator.post(f"{PEOPLE}{lotte.pk}/mail/")
        assert len(mails.to(lotte.email)) == 1


def test_the_list_shows_who_may_do_what_and_what_changed(administrator, mails):
    administrator.post(NEW, fields(roles=["author", "moderator"], author="new"))
    lotte = User.objects.get(email="lotte@redactie.example")
    administrator.post(f"{PEOPLE}{lotte.pk}/block/")
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", administrator.get(PEOPLE).content.decode()))
    assert "Lotte de Wit geblokkeerd Auteur, Moderator · schrijft als Lotte de Wit" in page
    assert "lotte@redactie.example nog niet ingelogd" in page
    assert "Lotte de Wit geblokkeerd" in page.partition("Wat er veranderde")[2]
    assert "door Karim Adjei" in page


def test_the_list_costs_the_same_for_many(administrator, django_assert_num_queries):
    for _ in range(12):
        make_person(Role.AUTHOR)
    administrator.get(PEOPLE)  # what kinds of rows there are is asked once
    with django_assert_num_queries(11):
        administrator.get(PEOPLE)


def test_nothing_is_changed_when_one_part_cannot_be(administrator, karim):
    address = f"{PEOPLE}{karim.pk}/"
    answer = administrator.post(address, {"name": "Anders", "email": "anders@redactie.example", "roles": ["editor"]})
    assert answer.status_code == 422
    assert "Er moet een beheerder zijn." in answer.content.decode()
    after = User.objects.get(pk=karim.pk)
    assert (after.first_name, after.email, roles_of(after)) == (
        "Karim Adjei",
        "karim@redactie.example",
        {Role.ADMINISTRATOR},
    )
    answer = administrator.post(f"{address}block/", follow=True)
    assert "Er moet een beheerder zijn." in answer.content.decode()
    assert User.objects.get(pk=karim.pk).is_active


def test_whoever_is_blocked_can_be_let_in_again(administrator):
    lotte = make_person(Role.EDITOR)
    administrator.post(f"{PEOPLE}{lotte.pk}/block/")
    assert not User.objects.get(pk=lotte.pk).is_active
    administrator.post(f"{PEOPLE}{lotte.pk}/let-in/")
    assert User.objects.get(pk=lotte.pk).is_active


def test_the_bar_shows_the_doors_that_are_open_and_a_button_to_leave(client):
    doors = {
        Role.AUTHOR: {"Artikelen"},
        Role.MODERATOR: {"Moderatie"},
        Role.ADMINISTRATOR: {"Artikelen", "Moderatie", "Mensen", "Verzonden mail"},
    }
    everything = set().union(*doors.values())
    for role, expected in doors.items():
        person = make_person(role, name=f"Iemand {role}")
        client.force_login(person)
        bar = client.get("/accounts/").content.decode().partition('class="staffbar"')[2].partition("</nav>")[0]
        shown = set(re.findall(r">([^<>]+)</a>", bar))
        assert shown & everything == expected
        assert person.first_name in shown
        assert re.search(r'<form method="post" action="/accounts/logout/">.*csrfmiddlewaretoken.*Log uit</button>', bar)


def test_a_moderator_looks_in_the_admin_and_finds_nothing_else_there(client):
    client.force_login(make_person(Role.MODERATOR))
    assert client.get("/admin/reactions/reaction/").status_code == 200
    index = client.get("/admin/").content.decode()
    assert "/admin/reactions/reaction/" in index
    assert "/admin/outbox/" not in index and "/admin/articles/" not in index
    assert client.get("/admin/outbox/address/").status_code == 403
