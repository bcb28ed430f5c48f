"""PROMISES section D through the real post: the exact sentence, the text kept, never a 5xx."""

import html
import re

import pytest

from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.reactions.posts import FROM_OUR_PAGE, inputs, send, text_of
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db

LONG_URL = "https://voorbeeld.example/" + "a" * 200
REFUSED = [  # field, what was typed, Dutch, English
    ("name", "", "Vul je naam in.", "Enter your name."),
    ("name", " \t ", "Vul je naam in.", "Enter your name."),
    ("name", "?!", "Vul je naam in.", "Enter your name."),
    *(
        (
            "name",
            "n" * length,
            f"Je naam mag hoogstens 60 tekens hebben (nu {length}).",
            f"Your name can be at most 60 characters (now {length}).",
        )
        for length in (61, 73)
    ),
    *(
        (
            "name",
            typed,
            "Je naam bevat tekens die we niet kunnen tonen.",
            "Your name contains characters that we cannot show.",
        )
        for typed in (
            "San\x00ne",
            "San\nne",
            "\u202eennaS",
            "Sa\u200bnne",
            "a\u0301\u0302\u0303\u0304",
            "San\x1bne",
            "\u3164a",
        )
    ),
    *(
        (
            "website",
            typed,
            "Dit lijkt geen webadres. Voorbeeld: www.voorbeeld.nl",
            "This does not look like a web address. Example: www.example.org",
        )
        for typed in (
            *("sannetekent punt nl", "javascript:alert(1)", "data:text/html,x", "ftp://a.example", "localhost"),
            *("http://127.0.0.1/", "http://[::1]/", "https://ik@a.example", "a.example:0", "a.example:65536", "sanne"),
            *('a.example/"', "a.example/<b>", "a.example/\x00", "a.example/\u202e", "https://", LONG_URL),
        )
    ),
    *(
        (
            "email",
            typed,
            "Dit e-mailadres klopt niet. Laat het leeg als je geen bericht wilt.",
            "This e-mail address is not right. Leave it empty if you do not want to be notified.",
        )
        for typed in (
            *(
                "sanne",
                "sanne@",
                "@a.example",
                "a@localhost",
                "a@[127.0.0.1]",
                "a@b.example,c@d.example",
                "a\x00@b.example",
            ),
            *("Sanne <s@a.example>", "groep:a@b.example;", "s@a.example\nBcc: x@y.example", "é@a.example"),
            *("l" * 65 + "@a.example", "a@" + "d" * 250 + ".example"),
        )
    ),
    *(
        ("body", typed, "Schrijf eerst een reactie.", "Write a reaction first.")
        for typed in ("", " \n\t\r\n ", "\u200b\u2060")
    ),
    ("body", "x" * 5312, "Je reactie is 312 tekens te lang.", "Your reaction is 312 characters too long."),
    ("body", "x" * 5001, "Je reactie is 1 teken te lang.", "Your reaction is 1 character too long."),
    (
        "body",
        "regel\n" * 200 + "regel",
        "Je reactie heeft meer dan 200 regels. Maak hem korter.",
        "Your reaction has more than 200 lines. Make it shorter.",
    ),
    (
        "body",
        "https://a.example " * 21,
        "Er staan meer dan 20 links in je reactie. Laat er een paar weg.",
        "Your reaction contains more than 20 links. Leave some out.",
    ),
    *(
        (
            "body",
            typed,
            "Je reactie bevat tekens die we niet kunnen tonen.",
            "Your reaction contains characters that we cannot show.",
        )
        for typed in ("nul\x00", "bel\x07", "los\x1b[31m", "\x85midden\x85 in")
    ),
    (
        "notify",
        "everything",
        "Kies waarover je bericht wilt.",
        "Choose what we should tell you about.",
    ),
    *(
        (
            "parent",
            typed,
            "De reactie waarop je antwoordde is er niet meer. Je tekst staat hieronder.",
            "The reaction you answered is no longer there. Your text is below.",
        )
        for typed in ("x", "0", "-1", "999999", "9223372036854775808", "9" * 5000, "１", "1\x00", " ", "1.0", "1e3")
    ),
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("field", "typed", "nl", "en"), REFUSED)
def test_p04_p05_what_is_refused_is_said_word_for_word_and_kept(client, settings, language, field, typed, nl, en):
    settings.MODERATION = "after"
    article = make_article(language=language)
    fields = {"name": "Sanne", "website": "sanne.example", "body": "Dit wil ik niet kwijt.", field: typed}
    answer = send(client, article, **fields)
    assert answer.status_code == 422
    page = text_of(answer)
    said, other = (nl, en) if language == "nl" else (en, nl)
    summary = page[page.index('class="errors') : page.index("<form")]
    assert said in summary and other not in page
    if field != "parent":
        assert f'href="#id_{field}' in summary
        assert re.search(rf'id="id_{field}_error">\s*<span class="vh">[^<]*</span>{re.escape(said)}', page)
    assert page.count('tabindex="-1" autofocus') == 1
    assert f"<title>{'Fout: ' if language == 'nl' else 'Error: '}" in page
    kept = inputs(answer)
    for name in ("name", "website", "body"):
        assert kept[name].split() == fields[name].replace("\x00", "").split() or kept[name] == fields[name]
    assert kept["parent"] == "" if field == "parent" else True
    assert not Reaction.objects.exists()


def test_all_that_is_wrong_is_said_at_once(client):
    answer = send(client, make_article(), name="", website="nee nee", email="nee", body="", notify="?", parent="x")
    page = text_of(answer)
    summary = page[page.index('class="errors') : page.index("<form")]
    assert summary.count("<li>") == 6 and "5 velden kloppen nog niet. Wat je schreef is bewaard." in summary
    assert inputs(answer)["email"] == "nee"  # the one place where it may come back: the answer to its own post


def test_one_field_is_said_to_be_one(client):
    assert "Eén veld klopt nog niet. Wat je schreef is bewaard." in text_of(send(client, make_article(), name=""))


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("name", "n" * 60, "n" * 60),
        ("name", "  Aaltje   van ’t Hof ", "Aaltje van ’t Hof"),
        ("name", "J. M. Ståhl-Özdemir 👩‍🔧", "J. M. Ståhl-Özdemir 👩‍🔧"),
        ("name", "Jose\u0301", "Jos\u00e9"),
        ("website", "www.voorbeeld.nl", "https://www.voorbeeld.nl/"),
        ("website", "http://a.example:8080/pad?q=1#x", "http://a.example:8080/pad?q=1#x"),
        ("body", "x" * 5000, "x" * 5000),
        ("body", "een\r\ntwee\rdrie\n", "een\ntwee\ndrie"),
        ("body", "\u202eomgekeerd", "\u202eomgekeerd\u202c"),
        ("body", "\n".join(["regel"] * 200), "\n".join(["regel"] * 200)),
    ],
)
def test_what_is_within_the_limits_is_stored_as_it_was_checked(client, field, typed, stored):
    answer = send(client, make_article(), **{field: typed})
    assert answer.status_code == 303
    assert getattr(Reaction.objects.get(), field) == stored


def test_a_parent_that_is_gone_turns_the_form_into_one_for_the_article(client, publish_at_once):
    from forum.reactions.actions import remove

    article = make_article()
    first = say(article, name="Thijs Bogaard")
    remove(first)
    answer = send(client, article, parent=str(first.pk), body="Graag. Wel na drieën.")
    page, kept = text_of(answer), inputs(answer)
    assert "De reactie waarop je antwoordde is er niet meer. Je tekst staat hieronder." in page
    assert kept["parent"] == "" and kept["body"] == "Graag. Wel na drieën."
    assert "Je antwoordt op" not in page
    assert send(client, article, **{**kept, "notify": "article"}).status_code == 303


def test_a_waiting_reaction_cannot_be_answered(client, settings):
    settings.MODERATION = "before"
    article = make_article()
    assert send(client, article, parent=str(say(article).pk)).status_code == 422


@pytest.mark.parametrize(
    "field",
    [
        "name",
        "website",
        "email",
        "notify",
        "body",
        "parent",
        "preview",
        "edit",
        "remember",
        "subject",
        "form_key",
        "opened",
    ]
    + ["sealed", "no_email"],
)
@pytest.mark.parametrize(
    "hostile",
    [
        *("\x00", "\ud800", "\uffff", "'\"><script>alert(1)</script>", "%s%n%(x)s {0} {{ 7|add:7 }}", "\u202e" * 50),
        *(
            "9" * 400,
            "-1",
            "1e309",
            "NaN",
            "../../etc/passwd",
            "';drop table articles_article;--",
            "\U000e0041",
            "🏳️‍🌈" * 300,
        ),
        *("a" * 60_000, "\r\n" * 3000, "Z\u0351\u036b\u0343" * 200, "= cmd|' /C calc'!A0", "true", "\ufeff", "ﷺ" * 700),
    ],
    ids=range(21),
)
def test_p05_no_field_can_bring_the_site_down(client, field, hostile):
    body = "&".join(
        f"{name}=" + "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))
        for name, value in {"name": "Sanne", "body": "Goed zo.", field: hostile}.items()
    )
    answer = client.post(
        f"/articles/{make_article().slug}/reactions/",
        body,
        content_type="application/x-www-form-urlencoded",
        headers=FROM_OUR_PAGE,
    )
    assert answer.status_code in (200, 303, 413, 422)
    answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"name": "x"}'),
        ("text/plain", b"name=x"),
        ("", b"name=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"--x--"),
        (
            "multipart/form-data; boundary=x; charset=unicode_escape",
            b"--x\r\nContent-Disposition: form-data; name=name\r\n\r\n\\ud800\r\n--x--",
        ),
        (
            "multipart/form-data; boundary=x; charset=hex",
            b"--x\r\nContent-Disposition: form-data; name=name\r\n\r\nzz\r\n--x--",
        ),
        ("application/x-www-form-urlencoded; charset=utf-7", b"name=%2BAD4-"),
        ("application/x-www-form-urlencoded", b"name=%ff%fe&body=%c3%28"),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(60))),
    ],
)
def test_p05_no_way_of_sending_brings_the_site_down(client, content_type, body):
    address = f"/articles/{make_article().slug}/reactions/"
    answer = client.generic("POST", address, body, content_type=content_type, headers=FROM_OUR_PAGE)
    assert answer.status_code in (303, 400, 413, 415, 422)


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_p12_only_a_post_posts(client, method):
    article = make_article()
    answer = getattr(client, method)(f"/articles/{article.slug}/reactions/", headers=FROM_OUR_PAGE)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    for door in ("react", "reader"):
        answer = client.post(f"/articles/{article.slug}/{door}/", headers=FROM_OUR_PAGE)
        assert answer.status_code == 405 and set(answer["Allow"].split(", ")) == {"GET", "HEAD"}


def test_p04_a_closed_discussion_gives_the_text_back_but_not_the_address(client):
    article = make_article(discussion={"state": "closed"})
    answer = send(client, article, name="", website="sanne.example", body="Te laat?\nToch.", email="ik@thuis.example")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Reageren op dit artikel is intussen gesloten. Je tekst staat hieronder, zodat je hem kunt kopiëren" in page
    assert "sanne.example" in page and html.escape("Te laat?\nToch.") in page.replace("\r\n", "\n")
    assert "thuis.example" not in page and "<form" not in page
    assert not Reaction.objects.exists()
