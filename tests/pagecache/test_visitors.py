"""Who may be answered with a kept page, in which form; and that nobody's page reaches anybody else."""

from urllib.parse import urlsplit

import brotli
import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles.models import Article
from forum.pagecache import FinishedPages
from forum.pagecache.asking import LONGEST_REMEMBERED, Visitors, best_encoding
from tests.factories import make_article, make_section
from tests.pagecache.visit import ask, keeper
from tests.reactions.talk import say


@pytest.fixture
def address(pages: FinishedPages) -> str:
    article = make_article()
    say(article, "Luisteren is ook werk.")
    assert ask(pages, article.get_absolute_url()).status == 200
    return article.get_absolute_url()


def made(pages: FinishedPages) -> int:
    return pages.counts["made"]


def test_p15_kept_and_fresh_are_the_same_answer(pages: FinishedPages, address: str):
    kept, fresh = ask(pages, address), ask(pages.django, address)
    assert made(pages) == 1 and pages.counts["kept"] == 2
    assert kept.body == fresh.body and kept.lasting == fresh.lasting
    assert {name: kept.headers[name] for name in ("ETag", "Content-Length")} == {
        name: fresh.headers[name] for name in ("ETag", "Content-Length")
    }
    assert kept.headers["Vary"] == "Accept-Encoding" and "Set-Cookie" not in kept.headers


def test_who_is_logged_in_gets_a_page_of_his_own_that_nobody_else_sees(pages: FinishedPages, settings):
    article = make_article()
    author = User.objects.create_user("noor", password="x", is_staff=True)
    article.author.user = author
    article.author.save()
    browser = Client()
    browser.force_login(author)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    for _ in range(2):
        own = ask(pages, article.get_absolute_url(), HTTP_COOKIE=cookie)
        assert (
            b"You answer as the author" in own.body or b"als schrijver" in own.body.lower() or b"readonly" in own.body
        )
        assert own.headers["Cache-Control"] == "private, no-store"
        anybody = ask(pages, article.get_absolute_url())
        assert b'name="name" value="' not in anybody.body and anybody.headers["Cache-Control"].startswith("public")
        assert anybody.body == ask(pages.django, article.get_absolute_url()).body != own.body


@pytest.mark.parametrize("cookie", ["reader=abc", "consent=1; _ga=2", "csrftoken=x", "=; ;;"])
def test_other_cookies_change_nothing(pages: FinishedPages, address: str, cookie: str):
    assert ask(pages, address, HTTP_COOKIE=cookie).body == ask(pages, address).body
    assert made(pages) == 1


def test_a_message_for_one_is_not_kept_for_all(pages: FinishedPages, address: str):
    ask(pages, address, HTTP_COOKIE="messages=abc")
    assert pages.counts["kept"] == 1  # only the one that made it


def test_p15_hosts_of_others_are_refused_and_proxies_that_lie_change_nothing(
    pages: FinishedPages, address: str, settings
):
    assert ask(pages, address, HTTP_HOST="evil.example").status == 400
    assert ask(pages, address, HTTP_HOST="evil.example, 127.0.0.1").status == 400
    for host in ("127.0.0.1:1", "localhost:8000", "LOCALHOST"):
        assert ask(pages, address, HTTP_HOST=host).body == ask(pages, address).body
    lies = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_FORWARDED": "host=evil.example"}  # fmt: skip
    lied_to = keeper()
    assert ask(lied_to, address, **lies).body == ask(pages, address).body
    lied_to.versions.close()
    assert b"evil" not in ask(pages, address, **lies).body and made(pages) == 1
    nobody = {"HTTP_HOST": "", "SERVER_NAME": "evil.example"}
    assert ask(pages, address, **nobody).status == 400


def test_p15_only_known_words_of_the_query_make_another_page(pages: FinishedPages, address: str):
    say(Article.objects.get(), "Niet luisteren ook.")
    first = ask(pages, address)
    before = made(pages)
    for query in ("utm_source=x", "q=1&q=2", "order=oldest", "order=sideways", "%66oo=%zz", "a" * 400):
        assert ask(pages, f"{address}?{query}").body == first.body
    assert made(pages) == before
    newest = ask(pages, f"{address}?x=1&order=newest&y=2")
    assert newest.body == ask(pages, f"{address}?order=newest").body != first.body
    assert made(pages) == before + 1
    for query in ("after=", "after=x", "after=007", "after=1&after=99", "after=99999999999999999999", "after=-1"):
        fresh = ask(pages.django, f"{address}?{query}")
        assert (fresh.status, fresh.body) == ask(pages, f"{address}?{query}")[::2]
        assert len(pages.store) == 2


@pytest.mark.parametrize(
    "path", ["/search/?q=luisteren", "/healthz", "/accounts/login/", "/desk/", "/articles/x/react/", "/mailbox/", "/nope/", "//"]
)  # fmt: skip
def test_what_is_private_changing_or_wrong_is_never_kept(pages: FinishedPages, path: str):
    make_article(slug="x")
    for _ in range(2):
        ask(pages, path)
    assert len(pages.store) == 0


def test_errors_redirects_and_posts_are_never_kept(pages: FinishedPages, address: str):
    for _ in range(2):
        assert ask(pages, "/articles/was-er-nooit/").status == 404
        assert ask(pages, address.rstrip("/")).status == 301
        assert ask(pages, "/nl/").status == 301
    assert ask(pages, address, "POST").status == 405
    assert ask(pages, address, "OPTIONS").status == 405
    assert len(pages.store) == 1


def test_a_head_says_what_get_says_and_a_range_is_the_whole_page(pages: FinishedPages, address: str):
    other = make_section()
    get, head = ask(pages, address), ask(pages, address, "HEAD")
    assert (head.status, head.headers, head.body) == (200, get.headers, b"")
    first = ask(pages, f"/sections/{other.slug}/", "HEAD")
    assert first.body == b"" and ask(pages, f"/sections/{other.slug}/").headers == first.headers
    assert ask(pages, address, HTTP_RANGE="bytes=0-10").body == get.body


def test_who_has_the_page_already_hears_so(pages: FinishedPages, address: str):
    plain = ask(pages, address)
    packed = {name: ask(pages, address, HTTP_ACCEPT_ENCODING=name) for name in ("br", "gzip")}
    tags = [plain.headers["ETag"], *(answer.headers["ETag"] for answer in packed.values())]
    assert len(set(tags)) == 3 and not any(tag.startswith("W/") for tag in tags)
    fresh = ask(pages.django, address, HTTP_IF_NONE_MATCH=tags[0])
    for said in (*tags, f"W/{tags[0]}", f'"other", {tags[1]}', f'W/"x" , W/{tags[2]}', "*"):
        answer = ask(pages, address, HTTP_IF_NONE_MATCH=said, HTTP_ACCEPT_ENCODING="br")
        assert (answer.status, answer.body) == (304, b""), said
        assert answer.headers["ETag"] in tags and answer.lasting == fresh.lasting
    for said in ('"other"', '"', "W/", tags[0].strip('"'), '""'):
        assert ask(pages, address, HTTP_IF_NONE_MATCH=said).status == 200
    assert (
        ask(pages, address, HTTP_IF_MATCH='"other"').status
        == ask(pages.django, address, HTTP_IF_MATCH='"other"').status
    )


def test_a_moment_is_asked_of_django(pages: FinishedPages, address: str):
    feed = ask(pages, "/feeds/articles.atom")
    since = {"HTTP_IF_MODIFIED_SINCE": feed.headers["Last-Modified"]}
    assert ask(pages, "/feeds/articles.atom", **since).status == 304
    assert ask(pages, "/feeds/articles.atom", HTTP_IF_NONE_MATCH='"other"', **since).status == 200
    assert ask(pages, address, **since).status == 200  # a page knows no moment


@pytest.mark.parametrize(
    ("said", "best"),
    [("", "identity"), ("gzip", "gzip"), ("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip"), ("br;q=0.1, gzip;q=0.9", "gzip"),
     ("*", "br"), ("*;q=0", "identity"), ("gzip;q=0, *;q=0.5", "br"), ("identity, gzip;q=0.5", "identity"), ("GZIP", "gzip"),
     ("br;q=x", "identity"), ("br;q=nan", "identity"), ("deflate", "identity"), ("gzip; q=1.0", "gzip"), ("brotli,zstd", "identity"),
     ("identity;q=0", "identity"), ("gzip;q=5", "identity")],
)  # fmt: skip
def test_the_encoding_that_is_welcome_most(said: str, best: str):
    assert best_encoding(said) == best


def test_every_encoding_holds_the_same_bytes(pages: FinishedPages, address: str):
    plain = ask(pages, address)
    for said in ("br", "gzip", "gzip;q=0", "*", "gzip, br;q=0.5"):
        packed = ask(pages, address, HTTP_ACCEPT_ENCODING=said)
        assert packed.plain == plain.body and len(packed.body) == int(packed.headers["Content-Length"])
    assert made(pages) == 1
    assert len(brotli.compress(plain.body)) > 300


def test_with_https_only_those_are_answered_who_ask_so(pages: FinishedPages, settings):
    address = make_article().get_absolute_url()
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    secure = keeper()
    told = {"HTTP_X_FORWARDED_PROTO": "https"}
    assert ask(secure, address, **told).headers["Strict-Transport-Security"].startswith("max-age=31536000")
    plain = ask(secure, address)
    assert plain.status == 301 and urlsplit(plain.headers["Location"]).scheme == "https"
    assert ask(secure, address, REMOTE_ADDR="192.0.2.1", **told).status == 301
    kept, fresh = ask(secure, address, **told), ask(secure.django, address, **told)
    assert kept.body == fresh.body and kept.lasting == fresh.lasting
    assert len(secure.store) == 1
    secure.versions.close()


def test_p21_proxies_may_keep_a_page_as_long_as_the_settings_say(pages: FinishedPages, settings):
    address = make_article().get_absolute_url()
    settings.PROXY_SECONDS, settings.PROXY_STALE_SECONDS = 20, 30
    said = "public, max-age=0, s-maxage=20, stale-while-revalidate=30"
    assert ask(pages, address).headers["Cache-Control"] == said == ask(pages.django, address).headers["Cache-Control"]


def test_what_a_visitor_sends_does_not_fill_the_memory():
    visitors = Visitors()
    for number in range(2500):
        assert visitors.encoding({"HTTP_ACCEPT_ENCODING": f"gzip, x{number}"}) == "gzip"
        assert not visitors.is_our_host(f"h{number}.example")
    assert visitors.encoding({"HTTP_ACCEPT_ENCODING": "br, " + "x" * 100_000}) == "br"
    assert not visitors.is_our_host("h" * 100_000)
    for kept in (visitors._encodings, visitors._hosts):
        assert 0 < len(kept) <= 1000 and max(map(len, kept)) <= LONGEST_REMEMBERED
