"""The main job, through the front door only: read, react, answer, be told, leave. With a real mail server."""

import re
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from tests.factories import make_article
from tests.mailserver import html_of, links_in, mail_server, text_of

pytestmark = pytest.mark.django_db(transaction=True)

FROM_OUR_PAGE = {"headers": {"Sec-Fetch-Site": "same-origin"}}


def post(client, article, **fields):
    fields = {"name": "Sanne Kuipers", "website": "", "email": "", "body": "Mooi.", "parent": "", **fields}
    return client.post(f"/articles/{article.slug}/reactions/", fields, **FROM_OUR_PAGE)


def posted_id(response) -> int:
    assert response.status_code == 303, response.content.decode()
    found = re.fullmatch(r"/reactions/(\d+)/", response["Location"])
    assert found, response["Location"]
    return int(found[1])


def path_of(url: str) -> str:
    return urlsplit(url).path


def work() -> None:
    call_command("worker", "--once")


def test_a_stranger_reads_reacts_is_told_and_leaves(client, settings):
    settings.MODERATION = "after"
    article = make_article(title="Het stille uur van Hallerwaard")
    page = f"/articles/{article.slug}/"
    with mail_server(settings) as server:
        assert not client.get(page).cookies

        first = posted_id(
            post(client, article, website="sannetekent.example", email="sanne@sannetekent.example", notify="replies")
        )
        shown = client.get(page).content.decode()
        assert shown.index("Sanne Kuipers") < shown.index("sannetekent.example") < shown.index("Mooi.")
        assert 'rel="ugc nofollow noopener"' in shown
        assert "sanne@" not in shown

        work()
        (confirmation,) = server.to("sanne@sannetekent.example")
        words = text_of(confirmation) + html_of(confirmation) + str(confirmation["Subject"])
        assert "Sanne" not in words and "Mooi." not in words and "List-Unsubscribe" not in confirmation
        (confirm,) = links_in(confirmation)

        for _ in range(2):  # a scanner opens the link, twice
            assert client.get(path_of(confirm)).status_code == 200
        answer = posted_id(post(client, article, name="Karim", body="Dat vind ik ook.", parent=str(first)))
        work()
        assert len(server.to("sanne@sannetekent.example")) == 1, "mail before the address was confirmed"

        done = client.post(path_of(confirm), {"scope": "replies"}, **FROM_OUR_PAGE)
        assert done.status_code in (200, 303)
        client.cookies.clear()
        second = posted_id(
            post(
                client,
                article,
                name="Lotte Hagedoorn",
                website="klankkast.example",
                body="Hangt boven mijn bureau.",
                parent=str(first),
            )
        )
        posted_id(post(client, article, name="Piet", body="Iets heel anders."))
        work()
        _, news = server.to("sanne@sannetekent.example")
        words = text_of(news)
        assert (
            words.index("Lotte Hagedoorn") < words.index("klankkast.example") < words.index("Hangt boven mijn bureau.")
        )
        assert "Iets heel anders." not in words
        assert news["Subject"] == "Nieuwe reactie op: Het stille uur van Hallerwaard"
        assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"/reactions/{second}/" in words

        way_out = path_of(news["List-Unsubscribe"].strip().strip("<>"))
        assert client.get(way_out).status_code == 200
        left = client.post(way_out, {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert (left.status_code, dict(left.cookies)) == (200, {})
        post(client, article, name="Karim", body="Nog een antwoord.", parent=str(answer))
        work()
        assert len(server.to("sanne@sannetekent.example")) == 2


LONG_REACTIONS = [
    (
        "Wim Dorrestijn",
        "",
        "Vraag aan de schrijver: hoe lang duurde het voor u de brug weer vertrouwde?\n\nIk reed er "
        "dertig jaar overheen en heb nooit omhoog gekeken.",
    ),
    (
        "Aaltje van ’t Hof",
        "www.aaltjesmolen.example/over-mij",
        "Eerste alinea, met een “citaat” & een <teken>.\n"
        "Tweede regel van dezelfde alinea.\n\n> De sensor had gelijk.\n\nDat is de kern.\n\nPS Het was een kauw, geen meeuw.",
    ),
    (
        "J. M. Ståhl-Özdemir",
        "https://staal.example",
        "Kort dan: https://staal.example/meting?jaar=2024&punt=3 (bijlage B).",
    ),
    ("سميرة حدّاد", "", "في المدينة التي نشأت فيها كان الصمت علامة سيئة.\n\nIk schrijf het liever in twee talen."),
    ("Bart", "", "Drie puntjes…\n\nEn een emoji 👩‍🔧, een tab\tin het midden,\n\n\nen twee lege regels."),
]


def test_a_page_of_an_existing_magazine_reads_back_word_for_word(client, settings):
    settings.MODERATION = "after"
    article = make_article()
    ids = [posted_id(post(client, article, name=n, website=w, body=b)) for n, w, b in LONG_REACTIONS]
    page = client.get(f"/articles/{article.slug}/").content.decode()
    for (name, _website, body), number in zip(LONG_REACTIONS, ids, strict=True):
        part = page[page.index(f'id="reaction-{number}"') :]
        part = part[: part.index("</article>")]
        words = part[part.index("e-content") :]
        words = words[words.index(">") + 1 : words.index("</div>")]
        seen = re.sub(r"<br>|</p>|<[^>]+>", lambda tag: " " if tag[0] in ("<br>", "</p>") else "", words)
        for escaped, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
            seen = seen.replace(escaped, sign)
        expected = re.sub(r"^> ", "", body, flags=re.MULTILINE)
        assert seen.split() == expected.split()
        assert name in part[: part.index("e-content")]


@pytest.mark.parametrize("mode", ["first", "before"])
def test_what_waits_is_not_shown_until_an_editor_publishes_it(client, admin_client, settings, mode):
    settings.MODERATION = mode
    article = make_article()
    answer = post(client, article, body="Dit blijft me bij.")
    assert answer.status_code == 303 and "/waiting/" in answer["Location"]
    assert "Dit blijft me bij." in client.get(answer["Location"]).content.decode()
    assert "Dit blijft me bij." not in client.get(f"/articles/{article.slug}/").content.decode()

    row = article.reactions.get()
    admin_client.post(f"/moderation/reactions/{row.pk}/", {"do": "publish", "seen": "held 0"})
    assert "Dit blijft me bij." in client.get(f"/articles/{article.slug}/").content.decode()
    assert client.get(answer["Location"])["Location"] == f"/reactions/{row.pk}/"
