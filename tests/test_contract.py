"""What the site promises to the outside, seen by a stranger: addresses, methods, statuses, cookies, ETags, order."""

import json
import logging
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles.actions import change_discussion
from articles.models import Article
from forum.outbox.models import Address, OutgoingMail
from forum.reactions.actions import remove, withdraw
from forum.reactions.models import Reaction
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.hostile import STRINGS
from tests.mailserver import html_of, links_in, mail_server, text_of
from tests.reactions.posts import FROM_OUR_PAGE, cookies_of, inputs, send
from tests.reactions.talk import say, say_many
from tests.subscriptions.database import everything
from tests.subscriptions.readers import ask, confirm_path, follow, manage_path, stop_path

pytestmark = pytest.mark.django_db

GONE_PARENT = "De reactie waarop je antwoordde is er niet meer. Je tekst staat hieronder."
TOO_LARGE = "Je bericht is te groot (hoogstens 200 kB)."
FORM = "application/x-www-form-urlencoded"
HUGE = ("0", "9223372036854775808", "9" * 20, "9" * 400)
NO_CURSOR = ("", "0", "-1", "x", "1x", "+1", " 1", "1.0", "1e1", "9" * 19, "9" * 20, "9" * 4000, "١", "１", "²", "%00")
KEY = "k" * 30


@pytest.fixture(autouse=True)
def published(settings):
    settings.MODERATION = "after"


@pytest.fixture
def article() -> Article:
    return make_article()


def public_pages(article: Article, reaction: Reaction | None = None) -> list[str]:
    url = article.get_absolute_url()
    pages = ["/", "/articles/", article.section.get_absolute_url(), article.author.get_absolute_url(), url]
    pages += ["/feeds/articles.atom", "/feeds/articles.json", "/feeds/reactions.atom", f"{url}reactions.atom"]
    pages += ["/sitemap.xml", "/sitemaps/news.xml", "/sitemaps/pages.xml", "/robots.txt"]
    pages += [f"{url}?order=newest", f"{url}react/", f"{url}reader/", "/house-rules/", "/privacy/", "/accessibility/"]
    pages += ["/about/", "/contact/", "/en/about/", "/en/", "/archive/", "/reactions/"]
    pages += ["/search/", "/search/?q=uur"]
    if reaction:
        pages += [f"{url}conversations/{reaction.thread_no}/", f"{url}react/?parent={reaction.pk}"]
        pages += [f"/reactions/{reaction.pk}/"]
    return pages


def mailed_pages(article: Article) -> list[str]:
    held, asked = follow(article, "lezer@voorbeeld.example"), ask(article, "nieuw@voorbeeld.example")
    return [confirm_path(asked), manage_path(held), stop_path(held)]


# Addresses


def test_every_address_answers_get_and_head_alike_and_names_what_it_allows(article, client):
    reaction = say(article)
    mailed = mailed_pages(article)
    for path in (*public_pages(article, reaction), *mailed):
        got, head = client.get(path), client.head(path)
        assert got.status_code == (302 if reaction.get_absolute_url() == path else 200), path
        assert head.status_code == got.status_code and not head.content, path
        assert (head.get("Content-Type"), head.get("Location")) == (got.get("Content-Type"), got.get("Location"))
        assert head["Cache-Control"] == got["Cache-Control"], path
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            answer = client.generic(method, path, headers=FROM_OUR_PAGE)
            assert (answer.status_code, bool(answer["Allow"])) == (405, True), (method, path)
            assert ("POST" in answer["Allow"]) == (path in mailed)
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = client.generic(method, f"{article.get_absolute_url()}reactions/", headers=FROM_OUR_PAGE)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_a_permalink_leads_to_the_page_that_holds_the_reaction(article, client):
    reaction = say(article)
    answer = client.get(f"/reactions/{reaction.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"{article.get_absolute_url()}#reaction-{reaction.pk}")
    assert f'id="reaction-{reaction.pk}"' in client.get(answer["Location"]).text


@pytest.mark.parametrize("number", HUGE)
def test_p05_numbers_beyond_the_last_are_not_found(article, client, number):
    url = article.get_absolute_url()
    for path in (f"/reactions/{number}/", f"{url}conversations/{number}/", f"/mailbox/{number}/"):
        assert client.get(path).status_code == 404, path
    for path in ("/articles/", article.section.get_absolute_url(), article.author.get_absolute_url()):
        assert client.get(path, {"page": number}).status_code == 404, path


@pytest.mark.parametrize("cursor", NO_CURSOR)
def test_p05_a_cursor_that_no_page_has_is_not_found(article, client, cursor):
    say_many(article, 2, 2)
    for path in (article.get_absolute_url(), f"{article.get_absolute_url()}conversations/1/"):
        for order in ({}, {"order": "newest"}):
            assert client.get(path, {"after": cursor, **order}).status_code == 404, path


def test_p15_what_a_page_does_not_know_changes_nothing(article, client):
    reaction = say_many(article, 2, 1)[0]
    strange = {"utm_source": "x", "page_": "2", "preview": "1", "sort": "<b>", "q": "\x00", "email": "a@b.example"}
    forged = {
        **{"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"},
        **{"Forwarded": "host=evil.example", "X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"},
        **{"X-HTTP-Method-Override": "DELETE", "Accept-Language": "en", "User-Agent": "curl", "HX-Request": "true"},
    }
    others = ("/react/", "/reader/", "/search/")  # each with a key of its own; q is a word that a search knows
    for path in public_pages(article, reaction):
        if any(part in path for part in others):
            continue
        plain = client.get(path)
        more = client.get(path + ("&" if "?" in path else "?") + "&".join(f"{a}={b}" for a, b in strange.items()))
        other = client.get(path, headers=forged)
        for answer in (more, other):
            assert answer.content == plain.content, path
            assert (answer.status_code, answer.get("ETag")) == (plain.status_code, plain.get("ETag"))
            assert "evil.example" not in str(answer.headers)
    url = article.get_absolute_url()
    default = client.get(url).content
    for word in ("oldest", "", "NEWEST", "nonsense", "-id", "newest ", "\x00", *STRINGS[::40]):
        word = word.encode("utf-8", "replace").decode()
        assert client.get(url, {"order": word}).content == default, word
    assert client.get(url, {"order": "newest"}).content != default


def test_p15_a_later_page_does_not_depend_on_what_it_does_not_know(article, client, monkeypatch):
    from forum.reactions import threads

    monkeypatch.setattr(threads, "INLINE_LIMIT", 4)
    monkeypatch.setattr(threads, "OPENINGS_PER_PAGE", 2)
    say_many(article, 6)
    url = article.get_absolute_url()
    later = client.get(f"{url}?after=2")
    assert later.status_code == 200
    assert client.get(f"{url}?x=1&after=2&order=zzz").content == later.content


# Posting


def test_p04_p05_a_parent_that_is_not_there_is_said_and_the_text_kept(article, client, settings):
    other = say(make_article())
    taken, back = say(article), say(article)
    remove(taken)
    withdraw(back)
    settings.MODERATION = "before"
    held = say(article)
    gone = [other.pk, held.pk, taken.pk, back.pk, max(Reaction.objects.values_list("pk", flat=True)) + 1]
    texts = [text.encode("utf-8", "replace").decode() for text in STRINGS[::12]]
    before = Reaction.objects.count()
    for parent in (*gone, *HUGE, *(text for text in texts if text)):
        for more in ({}, {"preview": "1"}):
            answer = send(client, article, parent=parent, website="sanne.example", body="Dit wil ik houden.", **more)
            assert answer.status_code == 422, parent
            assert GONE_PARENT in answer.text
            kept = inputs(answer)
            assert (kept["name"], kept["website"], kept["body"].strip(), kept["parent"]) == (
                "Sanne Kuipers",
                "sanne.example",
                "Dit wil ik houden.",
                "",
            )
    assert Reaction.objects.count() == before


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("name=Sanne&body=" + "x" * (200_001 - 16), FORM),
        ("name=Sanne&body=x&" + "&".join(f"f{n}=1" for n in range(49)), FORM),
        ("name=Sanne&body=%C3", FORM),
        ("name=Sanne&%FF=1&body=x", FORM),
        ("name=Sanne&body=%ED%A0%80", FORM),
        (json.dumps({"name": "Sanne", "body": "x"}), "application/json"),
        ("name=Sanne&body=x", "text/plain"),
    ],
    ids=["200,001 bytes", "51 fields", "half a letter", "field name", "surrogate", "json", "plain text"],
)
def test_p05_what_cannot_be_read_is_too_large(article, client, body, content_type):
    path = f"{article.get_absolute_url()}reactions/"
    answer = client.generic("POST", path, body, content_type=content_type, headers=FROM_OUR_PAGE)
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text
    assert not Reaction.objects.exists()


def test_p05_nul_in_any_field_is_an_answer_and_never_stored(article, client):
    url = article.get_absolute_url()
    for field in ("name", "website", "email", "body", "notify", "parent", "form_key", "opened", "sealed", "subject"):
        answer = send(client, article, **{field: "a\x00b", "remember": "1", "no_email": "\x00"})
        assert answer.status_code in (303, 422), field
    stored = Reaction.objects.values_list("name", "website", "body", "form_key")
    assert all("\x00" not in (value or "") for row in stored for value in row)
    for path in (f"{url}react/?parent=%00", f"{url}?order=%00", f"{url}react/?parent=%FF", "/articles/?%00=%00"):
        assert client.get(path).status_code in (200, 404), path


def test_p20_the_same_form_or_the_same_words_are_one_reaction(article, client):
    first = send(client, article, form_key=KEY, body="Eerste.")
    again = send(client, article, form_key=KEY, body="Eerste, maar anders.")
    assert (first.status_code, again.status_code) == (303, 303)
    assert first["Location"] == again["Location"]
    words = send(client, article, body="Tweede.", form_key="x" * 30)
    same = send(client, article, body=" Tweede.\r\n", form_key="y" * 30)
    assert words["Location"] == same["Location"] != first["Location"]
    assert Reaction.objects.count() == 2
    answer = send(client, article, body="Tweede.", parent=Reaction.objects.first().pk)
    assert answer["Location"] not in (first["Location"], words["Location"])


def test_p20_a_held_one_leads_to_its_waiting_page_again(article, client, settings):
    settings.MODERATION = "before"
    first, again = (send(client, article, form_key=KEY) for _ in range(2))
    assert Reaction.objects.count() == 1
    for answer in (first, again):
        page = client.get(answer["Location"])
        assert (answer.status_code, page.status_code) == (303, 200)
        assert "Dit blijft me bij." in page.text and page["Cache-Control"] == "no-store"


def outcomes(client: Client, article: Article, settings) -> list:
    """One answer of every kind that a post has."""
    found = [send(client, article), send(client, article), send(client, article, name="", body="")]
    found += [send(client, article, preview="1"), send(client, article, edit="1"), send(client, article, parent="7")]
    found += [send(client, article, body="Van elders.", headers={"Sec-Fetch-Site": "cross-site"})]
    found += [send(client, article, body="Zonder herkomst.", headers={})]
    found += [send(client, article, body="x" * 200_001)]
    settings.MODERATION = "before"
    found += [send(client, article, body="Wacht.")]
    found += [client.get(found[-1]["Location"])]
    settings.MODERATION = "after"
    change_discussion(article, state="closed", closes_at=None)
    found += [send(client, article, body="Te laat.")]
    change_discussion(article, state="open", closes_at=None)
    return found


def test_p15_nobody_gets_a_cookie_who_did_not_ask_to_be_remembered(article, settings):
    client = Client()
    reaction = say(article)
    answers = [client.get(path) for path in public_pages(article, reaction)]
    answers += [client.get(path) for path in ("/nowhere/", "/reactions/999999/", "/articles/?page=x", "/mailbox/")]
    posts = outcomes(client, article, settings)
    assert {answer.status_code for answer in posts} == {200, 303, 403, 409, 413, 422}
    mailed = [client.get(path) for path in mailed_pages(article)]
    for answer in (*answers, *posts, *mailed):
        assert not cookies_of(answer) and "Set-Cookie" not in answer, answer.request["PATH_INFO"]
        assert "cookie" not in answer.get("Vary", "").lower(), answer.request["PATH_INFO"]
    remembered = send(client, article, body="Onthoud mij.", remember="1")
    assert cookies_of(remembered) == {"reader"}


def test_p04_whatever_is_refused_comes_back(article, client, settings):
    words = {"name": "Zoë <3", "website": "zoe.example", "body": 'Eerste & "tweede"\n\n> derde </textarea><b>'}
    for fields, status in (({"email": "geen"}, 422), ({"parent": "9"}, 422), ({"notify": "x"}, 422), ({}, 409)):
        if status == 409:
            change_discussion(article, state="closed", closes_at=None)
        answer = send(client, article, **words, **fields)
        assert answer.status_code == status
        page = answer.text
        for value in ("Zoë &lt;3", "zoe.example", "Eerste &amp; &quot;tweede&quot;", "&gt; derde &lt;/textarea&gt;"):
            assert value in page, (fields, value)


# ETags


def test_p15_an_etag_changes_when_what_is_shown_does_and_only_then(article, client):
    url = article.get_absolute_url()
    pages = (url, "/", f"{url}?order=newest")

    def tags() -> list[str]:
        found = [client.get(path)["ETag"] for path in pages]
        for path, tag in zip(pages, found, strict=True):
            assert re.fullmatch(r'"[^"]+"', tag), tag
            for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
                answer = client.get(path, headers={"If-None-Match": sent})
                assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag), sent
            assert client.head(path)["ETag"] == tag
        return found

    quiet = tags()
    assert tags() == quiet
    for fields in ({"name": ""}, {"preview": "1"}, {"body": "Zonder.", "headers": {}}):
        send(client, article, **fields)
    send(client, make_article(status="draft", section=article.section))
    follow(article, "stil@voorbeeld.example")
    assert tags() == quiet
    send(client, article, body="Een echte.")
    first = tags()
    assert all(new != old for new, old in zip(first, quiet, strict=True))
    send(client, article, body="Een echte.")  # twice the same
    assert tags() == first
    remove(Reaction.objects.get(body="Een echte."))
    assert tags()[0] != first[0]


# What a page says to machines


class Microformats(HTMLParser):
    """The classes that mean something, in document order, with the id or address of their element."""

    NAMES = ("h-entry", "h-cite", "u-comment", "p-author", "p-name", "u-url", "dt-published", "e-content", "p-summary")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        for name in (attributes.get("class") or "").split():
            if name in (*self.NAMES, "u-in-reply-to"):
                self.found.append((name, attributes))


def test_the_article_and_its_reactions_speak_microformats_in_the_promised_order(article, client):
    opening = say(article, name="Sanne", website="https://sanne.example/")
    reply = say(article, name="Karim", to=opening)
    page = client.get(article.get_absolute_url()).text
    found = Microformats(page).found
    start = [at for at, (name, _) in enumerate(found) if name == "h-cite"]
    entry = [name for name, _ in found[: start[0]]]
    for name in ("h-entry", "p-name", "p-summary", "e-content", "dt-published", "u-url", "p-author"):
        assert name in entry, name
    ids = [found[at][1]["id"] for at in start]
    assert ids == [f"reaction-{opening.pk}", f"reaction-{reply.pk}"]
    first, second = found[start[0] : start[1]], found[start[1] :]
    assert [name for name, _ in first if name in ("p-name", "e-content")] == ["p-name", "e-content"]
    order = [name for name, _ in first if name != "u-comment"]
    assert order == ["h-cite", "p-author", "p-name", "u-url", "u-url", "dt-published", "e-content"]
    website = first[[name for name, _ in first].index("u-url")][1]
    assert (website["href"], website["rel"]) == ("https://sanne.example/", "ugc nofollow noopener")
    names = [name for name, _ in second]
    assert names.index("p-name") < names.index("e-content")
    (answered,) = [attributes["href"] for name, attributes in second if name == "u-in-reply-to"]
    assert answered == f"/reactions/{opening.pk}/"


# Mail


@pytest.mark.django_db(transaction=True)
def test_p12_every_link_of_every_mail_read_twice_changes_nothing(client, settings):
    article = make_article()
    with mail_server(settings) as server:
        send(client, article, email="lezer@voorbeeld.example", body="Ik volg.")
        call_command("worker", "--once")
        (confirmation,) = server.to("lezer@voorbeeld.example")
        assert_reading_is_harmless(client, confirmation, 1)
        path = urlsplit(links_in(confirmation)[0]).path
        assert client.post(path, headers=FROM_OUR_PAGE).status_code == 200
        client.cookies.clear()
        opening = Reaction.objects.get()
        send(client, article, name="Karim", body="Antwoord, zie https://elders.example/x.", parent=opening.pk)
        call_command("worker", "--once")
        _, news = server.to("lezer@voorbeeld.example")
        assert_reading_is_harmless(client, news, 4)


def assert_reading_is_harmless(client, message, least: int) -> None:
    links = links_in(message) + re.findall(r'(?:href|src)="(https?://[^"]+)"', html_of(message))
    links += re.findall(r"<(https?://[^>]+)>", " ".join(str(value) for value in message.values()))
    paths = {urlsplit(link).path for link in links if "elders.example" not in link}
    assert len(paths) >= least
    before = everything()
    for path in paths:
        for method in (client.get, client.head) * 2:
            answer = method(path)
            assert answer.status_code in (200, 302), path
            assert not answer.cookies
    assert everything() == before


CANARY = "Kanarie.Vogel+lied@stille-kooi.example"
SHAPES = ("kanarie", "vogel+lied", "stille-kooi", "vogel%2blied")


@pytest.mark.django_db(transaction=True)
def test_p17_an_address_is_on_no_page_no_header_no_cookie_and_in_no_log(client, settings, caplog):
    caplog.set_level(logging.DEBUG)
    article = make_article()
    opening = say(article)
    answers = []
    with mail_server(settings) as server:
        typed = {"email": CANARY, "name": "Sanne"}
        answers += [send(client, article, **typed, preview="1")]
        draft = inputs(answers[-1])
        answers += [
            send(client, article, **{**draft, "edit": "1"}),
            send(client, article, **{**draft, "remember": "1"}),
        ]
        answers += [send(client, article, **typed, parent=opening.pk, body="Antwoord.")]
        answers += [send(client, article, **typed, headers={"Origin": "https://evil.example"})]
        settings.MODERATION = "before"
        answers += [send(client, article, **typed, body="Wacht even.")]
        answers += [client.get(answers[-1]["Location"])]
        settings.MODERATION = "after"
        call_command("worker", "--once")
        (confirmation,) = server.to(CANARY)
        confirm = urlsplit(links_in(confirmation)[0]).path
        answers += [client.get(confirm), client.post(confirm), client.get(confirm), client.post(confirm)]
        held = Subscription.objects.get()
        manage, stop = manage_path(held), stop_path(held)
        answers += [client.get(path) for path in (manage, stop)]
        answers += [client.post(manage, {"what": "scope", "subscription": held.pk, "scope": "article"})]
        say(article, name="Karim")
        call_command("worker", "--once")
        news = server.to(CANARY)[1]
        answers += [client.post(stop, {"List-Unsubscribe": "One-Click"}), client.post(manage, {"what": "resume"})]
        answers += [client.post(stop, {"what": "all"}), client.get(manage)]
    settings.EMAIL_PORT = 1  # nobody listens there
    OutgoingMail.objects.update(status="queued", due_at=timezone.now())
    Address.objects.update(suppressed_at=None)
    call_command("worker", "--once")
    change_discussion(article, state="closed", closes_at=None)
    answers += [send(client, article, **typed, body="Te laat.")]
    for path in public_pages(article, opening):
        answers += [client.get(path), Client().get(path)]
    links = " ".join((*links_in(confirmation), *links_in(news)))
    words = text_of(confirmation) + html_of(confirmation) + text_of(news) + html_of(news)
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the mail server's
    seen = [links, words, *ours]
    for answer in answers:
        assert answer.status_code < 500
        seen.append(f"{answer.request['PATH_INFO']} {answer.headers} {answer.cookies.output()} {answer.text}")
    for text in seen:
        for shape in SHAPES:
            assert shape not in text.lower(), (shape, text[:200])
    refused = send(client, make_article(), **{**typed, "name": ""})
    assert refused.text.lower().count("kanarie") == 1  # in the field of who typed it
    assert inputs(refused)["email"] == CANARY


def test_p05_a_file_that_cannot_be_is_not_found(client):
    for folder in ("articles", "authors"):
        for name in ("a" * 101, "a" * 5000, "é" * 90, "..", ".", "%2e%2e", "a%00", "..%2f..%2fsecret-key", "a/b", " "):
            assert client.get(f"/media/{folder}/{name}").status_code == 404, name


def test_p05_p15_odd_cookies_are_no_cookies(article, client):
    url = article.get_absolute_url()
    plain = client.get(url).content
    for n, odd in enumerate((*STRINGS[::9], "x:y:z", "W10:1:1", '"\\355\\240\\200"', "é" * 40, ":" * 9)):
        odd = odd.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "")
        cookies = "; ".join(f"{name}={odd}" for name in ("reader", "confirmed", "sessionid", "csrftoken", "messages"))
        headers = {"Cookie": cookies, **FROM_OUR_PAGE}
        for path in (f"{url}reader/", f"{url}react/", "/"):
            assert client.get(path, headers=headers).status_code == 200, odd
        assert client.get(url, headers={"Cookie": cookies.replace("sessionid", "session")}).content == plain
        answer = send(client, article, body=f"Koek {n}.", email="lezer@voorbeeld.example", headers=headers)
        assert answer.status_code == 303, odd
        plain = client.get(url).content
