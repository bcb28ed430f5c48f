"""Logging in with a mailed code: who gets one, what the mail says, and that nobody learns who works here."""

import logging
import re
from time import perf_counter

import pytest
from django.contrib.sessions.models import Session

from forum.accounts.actions import block_person
from forum.accounts.roles import Role
from forum.outbox.models import Address, OutgoingMail
from tests.accounts.staff import code_in, make_person, wait_for_mail
from tests.mailserver import free_port, html_of, mail_server, text_of
from tests.outbox.scripted import SILENCE, point_at, scripted_server

pytestmark = pytest.mark.django_db

ASK, GIVE = "/accounts/login/code/", "/accounts/login/code/confirm/"
STRANGER = "vreemde@elders.example"
NOBODY = "/accounts/login/?next=/accounts/"


@pytest.fixture
def mails(settings):
    with mail_server(settings) as keeper:
        yield keeper


def ask(client, email: str, **query):
    return client.post(ASK, {"email": email}, query_params=query)


def logged_in(client) -> bool:
    return client.get("/accounts/").status_code == 200


def bare(page) -> str:
    """Without what differs from one answer to the next: the token of the form."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())


def test_the_code_in_the_mail_lets_in_once(client, mails):
    noor = make_person(Role.AUTHOR)
    assert ask(client, noor.email)["Location"] == GIVE
    wait_for_mail()
    (mail,) = mails.to(noor.email)
    code = code_in(text_of(mail))
    assert client.post(GIVE, {"code": code.replace("-", "")})["Location"] == "/desk/"
    assert logged_in(client)
    client.post("/accounts/logout/")
    assert client.post(GIVE, {"code": code})["Location"] == ASK
    assert not logged_in(client)


def test_it_leads_on_to_the_page_that_was_asked_for_and_to_no_other_site(client, mails):
    karim = make_person()
    for wanted, reached in (("/desk/people/", "/desk/people/"), ("https://elders.example/", "/desk/")):
        answer = ask(client, karim.email, next=wanted)
        wait_for_mail()
        code = code_in(text_of(mails.to(karim.email)[-1]))
        assert client.post(answer["Location"], {"code": code})["Location"] == reached
        client.post("/accounts/logout/")


@pytest.mark.parametrize(
    ("role", "page"),
    [(Role.AUTHOR, "/desk/"), (Role.MODERATOR, "/moderation/"), (Role.ADMINISTRATOR, "/desk/")],
)
def test_one_begins_where_the_work_is(client, role, page):
    client.force_login(make_person(role))
    assert client.get("/accounts/login/")["Location"] == page
    assert client.get(page).status_code == 200


def test_the_mail_is_ours_in_two_halves_and_is_answered_by_no_machine(client, mails):
    noor = make_person()
    ask(client, noor.email)
    wait_for_mail()
    (mail,) = mails.to(noor.email)
    code = code_in(text_of(mail))
    assert mail["Subject"] == f"{code} is je code voor Luisterkamer"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hij werkt één keer, 15 minuten lang." in " ".join(text_of(mail).split()) and code in html_of(mail)
    assert "href" not in html_of(mail)  # nothing in it to be led astray by


def test_in_english_when_the_site_is(client, mails, settings):
    settings.LANGUAGE_CODE = "en"
    noor = make_person()
    ask(client, noor.email)
    wait_for_mail()
    assert mails.to(noor.email)[0]["Subject"].endswith("is your code for Luisterkamer")


def test_capitals_in_the_address_do_not_matter(client, mails):
    noor = make_person(email="noor@redactie.example")
    ask(client, "Noor@Redactie.Example")
    wait_for_mail()
    assert len(mails.to(noor.email)) == 1


def test_p18_an_unknown_a_blocked_and_a_known_address_get_the_same_bytes(client, mails):
    noor, blocked = make_person(email="n@redactie.example"), make_person(email="b@redactie.example")
    block_person(blocked, by=None)
    pages = []
    for email in (noor.email, blocked.email, "x@redactie.example"):
        answer = ask(client, email)
        assert (answer.status_code, answer["Location"]) == (302, GIVE)
        asked = bare(client.get(GIVE)).replace(email, "")
        wrong = bare(client.post(GIVE, {"code": "0000-0000"})).replace(email, "")
        pages.append((asked, wrong))
        client.cookies.clear()
    wait_for_mail()
    assert pages[0] == pages[1] == pages[2]
    assert [receiver for receiver, _ in mails.mails] == [noor.email]


def test_p18_how_long_it_takes_does_not_depend_on_what_the_mail_server_does_with_the_mail(client, settings):
    noor = make_person()
    with scripted_server(settings, dot=SILENCE) as server:
        began = perf_counter()
        assert ask(client, noor.email)["Location"] == GIVE
        assert perf_counter() - began < 5  # the server says nothing for longer than that
        client.cookies.clear()
        assert ask(client, STRANGER)["Location"] == GIVE
        assert server.connections == 2  # one for each, also for who gets no mail
    wait_for_mail()


def test_when_the_mail_server_is_away_everybody_hears_that(client, settings):
    point_at(settings, free_port())
    noor = make_person()
    answers = [ask(client, email) for email in (noor.email, STRANGER)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert bare(answers[0]) == bare(answers[1])
    assert "Onze mail gaat nu de deur niet uit" in bare(answers[0])
    assert answers[0]["Retry-After"] == "60"
    assert not Session.objects.exists()


def test_without_a_mail_server_the_code_is_in_the_local_mailbox(client, settings, tmp_path):
    settings.EMAIL_URL, settings.DATA_DIR = "", tmp_path
    noor = make_person(Role.EDITOR)
    ask(client, noor.email)
    wait_for_mail()
    code = code_in(client.get("/mailbox/").content.decode())
    client.post(GIVE, {"code": code})
    assert logged_in(client)


def test_nothing_of_it_is_queued_kept_or_logged(client, settings, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    settings.EMAIL_URL, settings.DATA_DIR = "", tmp_path
    noor = make_person()
    ask(client, noor.email)
    wait_for_mail()
    (file,) = (tmp_path / "mailbox").iterdir()
    code = code_in(file.read_text())
    assert not OutgoingMail.objects.exists() and not Address.objects.exists()
    assert code not in caplog.text and noor.email not in caplog.text


def test_a_refused_mail_is_logged_without_the_address(client, settings, caplog):
    noor = make_person()
    with scripted_server(settings, RCPT="550 5.1.1 no such user <karim@redactie.example>"):
        ask(client, noor.email)
        wait_for_mail()
    assert "urgent mail not accepted: receiver refused: 550 5.1.1" in caplog.text
    assert "@" not in caplog.text


def test_three_wrong_codes_and_one_begins_again(client, mails):
    noor = make_person()
    ask(client, noor.email)
    wait_for_mail()
    assert "Die code klopt niet" in client.post(GIVE, {"code": "1"}).content.decode()
    client.post(GIVE, {"code": "2"})
    assert client.post(GIVE, {"code": "3"})["Location"] == ASK
    code = code_in(text_of(mails.to(noor.email)[0]))
    assert client.post(GIVE, {"code": code})["Location"] == ASK
    assert not logged_in(client)


def test_one_may_begin_again_with_another_address(client, mails):
    ask(client, STRANGER)
    assert client.get("/accounts/login/")["Location"] == GIVE  # the login is under way
    client.post("/accounts/logout/", {"next": "/accounts/login/"})
    assert client.get("/accounts/login/").status_code == 200


def test_p27_an_address_gets_six_codes_an_hour_at_the_most(client, mails):
    noor = make_person()
    for _ in range(9):
        ask(client, noor.email)
        client.cookies.clear()
    wait_for_mail()
    assert len(mails.to(noor.email)) == 6
    assert "te vaak" in ask(client, noor.email).content.decode()


def test_p19_a_client_is_who_our_own_proxy_names(client, mails, settings):
    """Thirty requests an hour; whoever is not behind a proxy of ours is counted as himself, whatever he says."""
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "2/h/ip"}

    def status(**headers) -> int:
        client.cookies.clear()
        return client.post(ASK, {"email": STRANGER}, headers=headers).status_code

    assert [status(**{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)] == [302, 302, 200]


def test_a_mere_look_at_the_login_begins_no_session(client):
    page = client.get("/accounts/login/")
    assert set(page.cookies) == {"csrftoken"}
    assert not Session.objects.exists()


def test_nobody_can_sign_up_or_ask_for_a_password(client):
    for path in ("signup", "password/reset", "email", "confirm-email"):
        assert client.get(f"/accounts/{path}/").status_code == 404


def test_logging_out_takes_a_post(client):
    client.force_login(make_person())
    assert client.get("/accounts/logout/").status_code == 200
    assert logged_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/accounts/")["Location"] == NOBODY
