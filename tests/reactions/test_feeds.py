"""Feeds of reactions: name and website first, answers that say what they answer, nothing that is hidden."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.actions import withdraw_article
from forum.cleaning import Refused, clean_body, clean_name, clean_website
from forum.reactions import feeds
from forum.reactions.actions import approve, refuse, remove, restore, withdraw
from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.feeds import atom, entries, links
from tests.hostile import STRINGS, markup
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
HOME = "https://luisterkamer.example"
RECENT = "/feeds/reactions.atom"
CANARY = "kanarie@lezers.example"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.MODERATION = HOME, "after"


def read(client, path: str) -> list[dict]:
    return entries(atom(client.get(path).content))


def of(article) -> str:
    return f"{article.get_absolute_url()}reactions.atom"


def test_an_entry_has_name_and_website_on_top_then_the_words(client):
    article = make_article(slug="stil", title="Het stille uur")
    opening = say(
        article,
        "Mooi.\n\n> gezegd\n\nZie https://elders.example/pad",
        name="Sanne & Co",
        website="https://sanne.example/",
    )
    answer = say(article, "Eens.", to=opening, name="Piet")
    for path in (of(article), RECENT):
        second, first = read(client, path)
        assert first["content"] == (
            '<p><strong>Sanne &amp; Co</strong><br><a href="https://sanne.example/" rel="ugc nofollow noopener">'
            "sanne.example</a></p><p>Mooi.</p><blockquote><p>gezegd</p></blockquote><p>Zie "
            '<a href="https://elders.example/pad" rel="ugc nofollow noopener">https://elders.example/pad</a></p>'
        )
        assert first["people"] == [("Sanne & Co", "https://sanne.example/")] and second["people"] == [("Piet", None)]
        assert first["title"] == "Sanne & Co bij ‘Het stille uur’"
        assert first["id"] == first["page"] == f"{HOME}/reactions/{opening.pk}/"
        assert first["published"] == opening.published_at.replace(microsecond=0)
        assert second["content"].startswith("<p><strong>Piet</strong></p>")
        assert second["content"].index("Piet") < second["content"].index("Eens.")
        assert second["in_reply_to"] == {"ref": first["id"], "href": first["page"], "type": "text/html"}
        (entry,) = read(client, "/feeds/articles.atom")
        assert first["in_reply_to"] == {"ref": entry["id"], "href": f"{HOME}/articles/stil/", "type": "text/html"}
    assert answer.pk
    document = atom(client.get(of(article)).content)
    assert document.findtext("{*}title") == "Reacties op ‘Het stille uur’"
    assert links(document) == {"alternate": f"{HOME}/articles/stil/", "self": HOME + of(article)}
    assert atom(client.get(RECENT).content).findtext("{*}title") == "Luisterkamer: nieuwste reacties"


def test_an_edited_reaction_says_when(client):
    reaction = say(make_article())
    assert read(client, RECENT)[0]["updated"] == reaction.published_at.replace(microsecond=0)
    edited = reaction.published_at + timedelta(minutes=5)
    Reaction.objects.update(edited_at=edited)
    (entry,) = read(client, RECENT)
    assert (entry["published"], entry["updated"]) == tuple(
        moment.replace(microsecond=0) for moment in (reaction.published_at, edited)
    )


def test_c08_what_is_held_refused_removed_or_withdrawn_is_in_no_feed(client, settings):
    article = make_article()
    shown, removed, gone = (say(article, f"Nummer {n}.") for n in range(3))
    say(article, "Het antwoord.", to=removed)
    settings.MODERATION = "before"
    held, refused = say(article, "Wacht nog."), say(article, "Mag niet.")
    refuse(refused)
    remove(removed, reason="Huisregels")
    withdraw(gone)
    for path in (of(article), RECENT):
        content = client.get(path).text
        assert [entry["id"] for entry in entries(atom(content.encode()))][1:] == [f"{HOME}/reactions/{shown.pk}/"]
        for words in ("Nummer 1.", "Nummer 2.", "Wacht nog.", "Mag niet.", "Huisregels"):
            assert words not in content
    approve(held)
    restore(removed)
    assert len(read(client, of(article))) == len(read(client, RECENT)) == 4


def test_p23_reactions_to_what_is_not_public_are_in_no_feed(client):
    article = make_article()
    say(article)
    withdraw_article(article)
    assert read(client, RECENT) == []
    assert client.get(of(article)).status_code == 404
    assert client.get("/articles/nergens/reactions.atom").status_code == 404


def test_what_was_taken_away_leaves_at_once_whatever_a_reader_asks(client):
    article = make_article()
    say(article)
    last = say(article)
    for path in (of(article), RECENT):
        answer = client.get(path)
        assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        remove(last)
        for headers in ({"If-None-Match": answer["ETag"]}, {"If-Modified-Since": answer["Last-Modified"]}):
            again = client.get(path, headers=headers)
            assert again.status_code == 200 and len(entries(atom(again.content))) == 1
        restore(last)


def test_the_last_published_comes_first_and_a_feed_ends_somewhere(client, monkeypatch, settings):
    monkeypatch.setattr(feeds, "FEED_SIZE", 3)
    article = make_article()
    settings.MODERATION = "before"
    late = say(article)
    settings.MODERATION = "after"
    others = [say(article) for _ in range(4)]
    approve(late)
    wanted = [f"{HOME}/reactions/{one.pk}/" for one in (late, others[3], others[2])]
    assert [entry["id"] for entry in read(client, of(article))] == wanted
    assert len(read(client, RECENT)) == 3


def test_an_empty_feed_is_valid_and_stays_the_same(client):
    article = make_article()
    for path in (of(article), RECENT):
        first = client.get(path)
        assert entries(atom(first.content)) == []
        assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize("count", [1, 20])
def test_a_feed_costs_a_fixed_number_of_queries(client, count):
    article = make_article()
    for _ in range(count):
        say(article, to=say(article))
    for path, most in ((of(article), 2), (RECENT, 1)):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        assert len(asked) == most, path


def test_p17_a_feed_holds_no_address_of_a_reader(client):
    article = make_article()
    say(article, email=CANARY, name="Sanne")
    for path in (of(article), RECENT, "/feeds/articles.atom", "/feeds/articles.json"):
        assert "Sanne" in client.get(path).text or path.startswith("/feeds/articles")
        assert "kanarie" not in client.get(path).text


def test_p15_a_feed_is_the_same_for_everybody(client, admin_client):
    article = make_article()
    say(article)
    for path in (of(article), RECENT):
        answer, staff = client.get(path), admin_client.get(path)
        assert answer.content == staff.content and not answer.cookies
        assert answer["Cache-Control"] == staff["Cache-Control"] == "public, max-age=60"
        assert client.head(path)["ETag"] == answer["ETag"]
        assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 405


def accepted(clean, texts, **options):
    for text in texts:
        try:
            yield clean(text, **options)
        except Refused:
            continue


def test_p10_readers_text_is_harmless_in_the_feeds(client):
    """Also parsed by feedparser as it is, without the cleaning that feed readers may do. See tests.feeds.atom."""
    evil = [*list(markup())[::41], *STRINGS, "]]>", "</content>x", "\u2028a\u2029"]
    bodies, names = list(accepted(clean_body, evil, max_chars=5000)), list(accepted(clean_name, evil))
    places = [place for place in accepted(clean_website, evil) if place]
    article = make_article(title="</title>]]><script>alert(1)</script>")
    assert len(bodies) > 200 and len(names) > 100 and places
    said = [say(article) for _ in range(50)]
    for start in range(0, len(bodies), len(said)):
        some = bodies[start : start + len(said)]
        for n, body in enumerate(some):
            words = {"body": body, "name": names[(start + n) % len(names)], "website": places[n % len(places)]}
            Reaction.objects.filter(pk=said[n].pk).update(**words)
        for path in (of(article), RECENT):
            found = read(client, path)
            assert len(found) == len(said)
            for entry in found:
                assert re.match(r"<p><strong>.+?</strong><br><a href=\"https?://", entry["content"], re.DOTALL)
