"""The local mailbox: only without a mail server, only for whoever sits at this machine."""

import pytest

from forum.outbox.sending import send_due
from tests.outbox.rows import make_address, make_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EMAIL_URL, settings.DATA_DIR = "", tmp_path
    return tmp_path / "mailbox"


def paths(pk: int) -> list[str]:
    return ["/mailbox/", f"/mailbox/{pk}/", f"/mailbox/{pk}/html/"]


def test_the_mails_are_listed_newest_first_and_shown(client):
    first, second = make_mail(make_address("sanne@lezers.example"), event=12), make_mail(event=13)
    send_due()
    page = client.get("/mailbox/").content.decode()
    assert 0 < page.index(f"/mailbox/{second.pk}/") < page.index(f"/mailbox/{first.pk}/")
    shown = client.get(f"/mailbox/{first.pk}/").content.decode()
    assert "Nieuwe reactie op: Het stille uur é 12" in shown
    assert "sanne@lezers.example" in shown
    assert "<pre>Beste lezer, é: 12" in shown
    assert f'href="/mailbox/{first.pk}/html/"' in shown


def test_the_html_half_is_answered_as_it_is_under_its_own_policy(client):
    mail = make_mail(event=12)
    send_due()
    answer = client.get(f"/mailbox/{mail.pk}/html/")
    assert "prefers-color-scheme: dark" in answer.content.decode()
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
    assert "script-src" in client.get("/mailbox/")["Content-Security-Policy"]


def test_links_in_the_text_can_be_followed_and_nothing_is_taken_for_html(client, folder):
    folder.mkdir()
    (folder / "5.eml").write_bytes(b"Subject: <b>x</b>\n\nLees <script> https://site.example/a/?b=1 nu")
    page = client.get("/mailbox/5/").content.decode()
    assert '<a href="https://site.example/a/?b=1"' in page
    assert "&lt;script&gt;" in page
    assert "<b>x</b>" not in page


def test_no_page_of_it_is_kept_or_found(client):
    mail = make_mail()
    send_due()
    for path in paths(mail.pk):
        answer = client.get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        assert answer["X-Robots-Tag"] == "noindex"
        assert not answer.cookies


@pytest.mark.parametrize(
    ("client_address", "status"),
    [("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("10.0.0.1", 404), ("2001:db8::1", 404), ("", 404)],
)
def test_p17_only_this_machine_sees_it(client, client_address, status):
    mail = make_mail()
    send_due()
    for path in paths(mail.pk):
        assert client.get(path, REMOTE_ADDR=client_address).status_code == status
        answer = client.get(path, REMOTE_ADDR=client_address, HTTP_X_FORWARDED_FOR="127.0.0.1")
        assert answer.status_code == 404, "through a proxy that nobody listed"


def test_p17_with_a_mail_server_there_is_no_mailbox(client, settings):
    mail = make_mail()
    send_due()
    settings.EMAIL_URL = "smtp://127.0.0.1"
    assert [client.get(path).status_code for path in paths(mail.pk)] == [404] * 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=nonsense\n\nx",
        b"Content-Type: multipart/alternative\n\nx",
        b"Content-Type: multipart/alternative; boundary=a\n\n--a\n",
        b"Content-Transfer-Encoding: base64\n\n\xff!!",
        b"Date: nonsense\nTo: @@\nSubject: =?utf-8?b?!!?=\n\nx",
        b"Content-Type: text/html; charset=utf-16-surrogate\n\n\xd8",
        b"From: " + b"(" * 5000 + b"\n\nx",
    ],
)
def test_p05_a_broken_mail_breaks_no_page(client, folder, content):
    folder.mkdir()
    (folder / "5.eml").write_bytes(content)
    (folder / "x.eml").write_bytes(content)
    (folder / "6.eml").mkdir()
    for path in [*paths(5), *paths(6), *paths(7), *paths(2**63 - 1)]:
        assert client.get(path).status_code in (200, 404)


def test_without_any_mail_the_mailbox_says_so(client):
    assert client.get("/mailbox/").status_code == 200
    assert client.get("/mailbox/1/").status_code == 404
