"""A password or a mailed code is not enough for who has secured his account. Passkeys: tests/browser/test_login.py"""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.management import call_command
from django.test import Client

from forum.accounts.actions import block_person, forget_devices
from forum.accounts.roles import Role
from tests.accounts.staff import PASSWORD, make_person, wait_for_mail
from tests.mailserver import free_port, html_of, mail_server, text_of
from tests.outbox.scripted import point_at

pytestmark = pytest.mark.django_db

LOGIN, STEP = "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture
def karim():
    karim = make_person(name="Karim Adjei")
    karim.set_password(PASSWORD)
    karim.save()
    return karim


def password_login(client, user):
    return client.post(LOGIN, {"login": user.username, "password": PASSWORD})


def code_of_app(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def add_app(client) -> str:
    """Returns the secret of the app."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of_app(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def logged_in(client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_a_password_lets_in_by_name_and_by_address(client, karim):
    for name in (karim.username, karim.email):
        assert client.post(LOGIN, {"login": name, "password": PASSWORD})["Location"] == "/desk/"
        client.post("/accounts/logout/")
    page = client.post(LOGIN, {"login": karim.username, "password": "iets anders"})
    assert "horen niet bij elkaar" in page.content.decode() and not logged_in(client)


def test_too_many_wrong_passwords_and_the_right_one_waits_too(client, karim):
    for _ in range(5):
        client.post(LOGIN, {"login": karim.username, "password": "iets anders"})
    assert "te vaak" in password_login(client, karim).content.decode()
    assert not logged_in(client)


def test_who_has_an_app_is_asked_for_its_code(client, karim):
    password_login(client, karim)
    secret = add_app(client)
    client.post("/accounts/logout/")
    assert password_login(client, karim)["Location"] == STEP
    assert not logged_in(client)
    assert client.get("/desk/").status_code == client.get("/admin/").status_code == 302
    assert "Dat lukte niet" in client.post(STEP, {"code": "000000"}).content.decode()
    # The code of this half minute was used when the app was added; the next is accepted as well.
    later = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + 1))
    client.post(STEP, {"code": later})
    assert logged_in(client)


def test_a_recovery_code_lets_in_once(client, karim):
    password_login(client, karim)
    add_app(client)
    code = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    client.post("/accounts/logout/")
    for lets_in in (True, False):
        password_login(client, karim)
        client.post(STEP, {"code": code})
        assert logged_in(client) is lets_in
        client.post("/accounts/logout/")


def test_how_one_logs_in_changes_only_after_one_showed_again_who_one_is(client, karim):
    password_login(client, karim)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    assert client.get("/accounts/2fa/webauthn/add/")["Location"].startswith("/accounts/reauthenticate/")
    assert "Dat is je wachtwoord niet" in client.post("/accounts/reauthenticate/", {"password": "x"}).content.decode()
    add_app(client)
    assert Authenticator.objects.filter(user=karim).count() == 2  # the app, and recovery codes


def test_the_picture_for_the_app_is_no_style_no_script_and_no_address_of_data(client, karim):
    password_login(client, karim)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert '<svg class="qr"' in page and "<path d=" in page
    assert "data:" not in page and "style=" not in page


def test_djangos_own_login_is_no_way_around(client, karim):
    password_login(client, karim)
    add_app(client)
    client.post("/accounts/logout/")
    answer = client.post("/admin/login/?next=/admin/", {"username": karim.username, "password": PASSWORD})
    assert answer["Location"] == "/accounts/login/?next=/admin/"
    assert not logged_in(client)


def test_who_is_blocked_gets_in_by_no_door(client, karim):
    make_person()
    block_person(karim, by=None)
    assert password_login(client, karim)["Location"] == "/accounts/inactive/"
    assert not logged_in(client)


def test_the_account_page_shows_what_one_has_and_asks_little(client, karim, django_assert_max_num_queries):
    password_login(client, karim)
    add_app(client)
    with django_assert_max_num_queries(10):
        page = client.get("/accounts/").content.decode()
    assert karim.email in page and "Beheerder" in page and "Je hebt nog 10 codes" in page


def test_one_changes_ones_own_name(client, karim):
    client.force_login(karim)
    assert client.post("/accounts/name/", {"name": ""}).status_code == 422
    assert client.post("/accounts/name/", {"name": "Karim A."})["Location"] == "/accounts/"
    assert ">Karim A.</a>" in client.get("/accounts/").content.decode()


def test_logging_out_elsewhere_leaves_this_place(client, karim):
    elsewhere, sanne = Client(), Client()
    other = make_person(Role.AUTHOR)
    sanne.force_login(other)
    for one in (client, elsewhere):
        one.force_login(karim)
    client.post("/accounts/leave-elsewhere/")
    assert (logged_in(client), logged_in(elsewhere), logged_in(sanne)) == (True, False, True)


def test_a_change_in_how_one_logs_in_is_mailed_to_whom_it_concerns(
    client, karim, settings, django_capture_on_commit_callbacks
):
    with mail_server(settings) as mails:
        password_login(client, karim)
        with django_capture_on_commit_callbacks(execute=True):
            add_app(client)
        wait_for_mail()
        (mail,) = mails.to(karim.email)
    assert mail["Subject"] == "Hoe je inlogt bij Luisterkamer is veranderd"
    assert "Er is een app met codes toegevoegd." in text_of(mail) and "/accounts/" in html_of(mail)


def test_a_mail_server_that_is_away_stops_no_change(client, karim, settings, django_capture_on_commit_callbacks):
    point_at(settings, free_port())
    password_login(client, karim)
    with django_capture_on_commit_callbacks(execute=True):
        add_app(client)
    assert Authenticator.objects.filter(user=karim, type="totp").exists()


def test_p16_who_reads_the_database_cannot_use_the_secrets_in_it(client, karim, settings):
    password_login(client, karim)
    secret = add_app(client)
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept and not any(code in kept for code in codes)
    client.post("/accounts/logout/")
    settings.SECRET_KEY = "a new one that nobody knew before, of at least fifty characters"
    client.cookies.clear()
    password_login(client, karim)
    for code in (code_of_app(secret), codes[0]):  # what was sealed with the former key fits nothing, and breaks nothing
        assert client.post(STEP, {"code": code}).status_code == 200
    assert not logged_in(client)


def test_who_lost_everything_logs_in_with_a_code_by_mail_after_an_administrator_said_so(client, karim):
    password_login(client, karim)
    add_app(client)
    assert forget_devices(karim, by=None) == 2
    assert not logged_in(client)  # whoever has the device may have the session too
    assert password_login(client, karim)["Location"] == "/desk/"


def test_the_last_administrator_who_lost_everything_is_helped_by_a_command(client, karim, capsys):
    password_login(client, karim)
    add_app(client)
    call_command("create_administrator", "Karim", karim.email, "--forget-devices")
    assert "removed" in capsys.readouterr().out
    assert password_login(client, karim)["Location"] == "/desk/"
