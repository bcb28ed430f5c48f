"""What the middleware promises, seen from outside. Whatever page answers: these hold."""

import pytest
from django.test import Client, RequestFactory

from forum.middleware import ClientAddressMiddleware
from tests.factories import make_article

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORM = "application/x-www-form-urlencoded"
TOO_LARGE = "Je bericht is te groot (hoogstens 200 kB)."


@pytest.fixture
def article(db):
    return make_article()


@pytest.fixture
def reactions(article) -> str:
    return f"/articles/{article.slug}/reactions/"


# From where (P13)

ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver.elders.example"},
    {"Origin": "http://testserver:81"},
]
FROM_US = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Origin": "http://testserver"},
    {"Origin": "http://127.0.0.1:8000"},  # SITE_URL
    {},  # an old browser; the reaction is held
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_p13_a_post_from_elsewhere_is_refused_and_nothing_of_it_is_echoed(client, reactions, headers):
    answer = client.post(reactions, {"name": "Piet", "body": "zeldzaamwoord"}, headers=headers)
    assert answer.status_code == 403
    assert "kwam van een andere site" in answer.text
    assert "zeldzaamwoord" not in answer.text and "Piet" not in answer.text


@pytest.mark.parametrize("headers", FROM_US, ids=str)
def test_p13_a_post_from_our_own_pages_is_read(client, reactions, headers):
    assert client.post(reactions, {"name": "Sanne", "body": "Gelezen."}, headers=headers).status_code == 303


def test_p13_reading_is_free_from_everywhere(client, article):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elders.example"}
    assert client.get(article.get_absolute_url(), headers=headers).status_code == 200


def test_p13_one_click_unsubscribing_works_from_everywhere(client, db):
    body = {"List-Unsubscribe": "One-Click"}
    answer = client.post("/subscriptions/onbekend/unsubscribe/", body, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


def test_p13_staff_routes_ask_for_djangos_token(db):
    assert Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}).status_code == 403


# Headers (P14)


def test_p14_every_answer_carries_the_policy(client, article, reactions):
    found = {
        "page": client.get(article.get_absolute_url()),
        "not found": client.get("/nowhere/"),
        "moved": client.get(article.get_absolute_url().rstrip("/")),
        "not allowed": client.post("/"),
        "from elsewhere": client.post(reactions, headers={"Origin": "null"}),
        "too large": client.post(reactions, "x" * 200_001, content_type=FORM),
        "invalid": client.post(reactions, {"body": ""}),
        "bad host": client.get("/", headers={"Host": "elders.example"}),
        "login": client.get("/accounts/login/"),
    }
    assert [answer.status_code for answer in found.values()] == [200, 404, 301, 405, 403, 413, 422, 400, 200]
    for name, answer in found.items():
        assert_guarded(answer, name)


def test_p14_also_when_we_fail(article, settings):
    settings.ROOT_URLCONF = "tests.failing_urls"
    client = Client(raise_request_exception=False)
    broken, paused = client.get("/broken/"), client.get("/paused/")
    assert (broken.status_code, paused.status_code) == (500, 503)
    assert paused["Retry-After"] == "60"
    for answer in (broken, paused):
        assert_guarded(answer, answer.status_code)
        assert "je tekst staat er meestal nog" in answer.text
        assert "geheim" not in answer.text


def assert_guarded(answer, name) -> None:
    assert answer["Content-Security-Policy"] == POLICY, name
    assert answer["X-Content-Type-Options"] == "nosniff", name
    assert answer["Referrer-Policy"] == "same-origin", name
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin", name


def test_p14_pages_of_an_https_site_say_so_for_a_year(article, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answer = Client().get("/nowhere/", secure=True)
    assert answer["Strict-Transport-Security"].startswith("max-age=31536000")


# The same page for all (P15)


def test_p15_a_reader_gets_no_cookie_and_what_he_adds_changes_nothing(client, article):
    plain = client.get(article.get_absolute_url())
    strange = client.get(
        article.get_absolute_url() + "?utm_source=x&order=%00",
        headers={
            "X-Forwarded-Host": "elders.example",
            "Forwarded": "host=elders.example",
            "X-Forwarded-For": "6.6.6.6",
        },
    )
    for answer in (plain, strange):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer and not answer.cookies
        assert "Vary" not in answer or "cookie" not in answer["Vary"].lower()
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "elders.example" not in strange.text


def test_p15_an_unchanged_page_is_not_sent_twice(client, article):
    first = client.get(article.get_absolute_url())
    assert first["ETag"].startswith('"')
    again = client.get(article.get_absolute_url(), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content


def test_p15_nobody_keeps_a_page_of_who_has_a_session(admin_client, article):
    assert "no-store" in admin_client.get(article.get_absolute_url())["Cache-Control"]
    assert "no-store" in admin_client.get("/admin/")["Cache-Control"]


def test_p15_nobody_keeps_what_went_wrong(client, reactions):
    assert client.get("/nowhere/")["Cache-Control"] == "no-store"
    assert client.post(reactions, {}, headers={"Origin": "null"})["Cache-Control"] == "no-store"


# What can be read


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("name=x&body=" + "x" * 200_000, FORM),
        ("&".join(f"f{n}=x" for n in range(51)), FORM),
        ("name=x&body=%ff%fe", FORM),
        (b"name=x&body=\xff\xfe", FORM),
        ("name=x&body=x", FORM + "; charset=iso-8859-1"),
        ('{"name": "x"}', "application/json"),
        ("<x/>", "text/xml"),
        ("x", ""),
        ("geen grens", "multipart/form-data"),
    ],
    ids=["long", "fields", "percent", "bytes", "charset", "json", "xml", "none", "boundary"],
)
def test_what_is_no_readable_form_is_refused_in_words(client, reactions, body, content_type):
    answer = client.generic("POST", reactions, body, content_type=content_type)
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text


@pytest.mark.parametrize("content_type", [FORM, FORM + "; charset=utf-8", FORM + ";charset=UTF8"])
def test_a_form_within_the_limits_is_read(client, reactions, content_type):
    body = "name=Zo%C3%AB&body=Caf%C3%A9+&" + "&".join(f"f{n}=x" for n in range(48))
    assert client.generic("POST", reactions, body, content_type=content_type).status_code == 303


def test_a_form_with_parts_is_read(client, reactions):
    assert client.post(reactions, {"name": "Zoë", "body": "Café"}).status_code == 303


def test_an_editors_upload_may_be_larger(admin_client, db):
    answer = admin_client.post("/admin/login/", {"picture": "x" * 1_900_000})
    assert answer.status_code != 413


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_a_page_does_not_know_is_refused_with_those_it_knows(db, method):
    answer = Client(enforce_csrf_checks=True).generic(method, "/")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/%00"),
        ("GET", "/articles/%00/"),
        ("GET", "/%ff%fe/"),
        ("GET", "/?page=%00"),
        ("GET", "/articles/?page=%ff"),
        ("GET", "/?" + "&".join(f"f{n}=x" for n in range(1001))),
        ("GET", "/admin/login/?next=%00"),
        ("TRACE", "/"),
        ("BREW", "/"),
    ],
)
def test_p05_no_request_breaks_us(client, db, method, path):
    assert client.generic(method, path).status_code < 500


def test_p05_a_cookie_with_nul_breaks_nothing(client, db):
    client.cookies.load('sessionid="\\000\\000\\000\\000\\000\\000\\000\\000\\000"')
    assert client.get("/admin/").status_code == 302


# Who (P19)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded_for", "client"),
    [
        ([], "198.51.100.7", "203.0.113.9", "198.51.100.7"),
        (["10.0.0.0/8"], "198.51.100.7", "203.0.113.9", "198.51.100.7"),
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "6.6.6.6, 203.0.113.9, 10.4.4.4", "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", "6.6.6.6, onzin", "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", "", "10.1.2.3"),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", "203.0.113.9:4711", "203.0.113.9"),
        (["::1"], "::1", "[2001:db8::1]:4711", "2001:db8::1"),
        (["10.0.0.0/8"], "", "203.0.113.9", ""),
    ],
)
def test_p19_the_client_is_who_our_own_proxy_says_it_is(settings, trusted, peer, forwarded_for, client):
    settings.TRUSTED_PROXIES = trusted
    seen = []
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded_for)
    ClientAddressMiddleware(seen.append)(request)  # type: ignore[arg-type]
    assert seen[0].client_address == client
    assert "X-Forwarded-For" not in seen[0].headers


@pytest.mark.parametrize(("peer", "is_secure"), [("10.1.2.3", True), ("198.51.100.7", False)])
def test_p19_only_our_own_proxy_says_that_a_request_came_over_https(settings, peer, is_secure):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    seen = []
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    ClientAddressMiddleware(seen.append)(request)  # type: ignore[arg-type]
    assert seen[0].is_secure() is is_secure
