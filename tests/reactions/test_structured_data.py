"""Reactions in an article's JSON-LD: the same names, websites and moments as the page shows, in the thread's order."""

import gzip
import re
from datetime import datetime
from pathlib import Path

import mf2py
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum.reactions import structured_data
from forum.reactions.actions import remove
from forum.reactions.models import Reaction
from forum.reactions.rendering import remake_parts
from tests.articles.test_structured_data import Head
from tests.factories import make_article, make_author
from tests.feeds import comments, json_ld
from tests.hostile import markup
from tests.reactions.talk import say, say_many
from tests.schema_org import faults

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]
SAMPLE = Path(__file__).parent.parent.parent / "articles" / "house_pages" / "privacy.nl.md"
HOME = "https://luisterkamer.example"


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = HOME


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def article_data(client, path: str) -> dict:
    found = json_ld(client.get(path).text)
    assert [fault for block in found.values() for fault in faults(block)] == []
    return found["Article"]


def test_comments_stand_in_the_threads_tree_with_name_website_moment_and_words(client):
    article = make_article(slug="stil")
    opening = say(article, "Mooi & <stil>.", name="Sanne", website="https://sanne.example/")
    answer = say(article, "Eens.", to=opening, name="Piet")
    other = say(article, "Anders.")
    said = article_data(client, "/articles/stil/")
    assert said["commentCount"] == 3
    first, second = said["comment"]
    (below,) = first.pop("comment")
    assert datetime.fromisoformat(first.pop("datePublished")) == opening.published_at.replace(microsecond=0)
    assert first == {
        "@type": "Comment",
        "url": f"{HOME}/reactions/{opening.pk}/",
        "author": {"@type": "Person", "name": "Sanne", "url": "https://sanne.example/"},
        "text": "Mooi & <stil>.",
    }
    assert (below["url"], below["author"]) == (f"{HOME}/reactions/{answer.pk}/", {"@type": "Person", "name": "Piet"})
    assert second["url"] == f"{HOME}/reactions/{other.pk}/" and "comment" not in second


def test_microformats_and_json_ld_read_the_same_as_the_page(client):
    article = make_article(slug="stil", title="Het ‘stille’ uur & zo", author=make_author(name="Noor Terbeek"))
    for n, opening in enumerate(say_many(article, 3, 2)):
        Reaction.objects.filter(pk=opening.pk).update(published_at=opening.published_at.replace(minute=n))
    say(article, name="Müller & Zn <nl>", website="https://sub.voorbeeld.example/pad?x=1&y=2")
    remake_parts(Reaction.objects.select_related("article", "parent"))
    html = client.get("/articles/stil/").text
    (entry,) = [item for item in mf2py.parse(html, url=f"{HOME}/articles/stil/")["items"] if "h-entry" in item["type"]]
    properties, said = entry["properties"], json_ld(html)["Article"]
    assert properties["name"] == [said["headline"]] == [article.title]
    assert moment(properties["published"][0]) == moment(said["datePublished"])
    assert [author["properties"]["name"][0] for author in properties["author"]] == [said["author"][0]["name"]]
    assert properties["author"][0]["properties"]["url"] == [said["author"][0]["url"]]
    cited = [one["properties"] for one in properties["comment"]]
    in_order = comments(said)
    assert len(cited) == len(in_order) == 10
    for one, comment in zip(cited, in_order, strict=True):
        person = one["author"][0]["properties"]
        assert person["name"] == [comment["author"]["name"]]
        assert person.get("url", []) == ([comment["author"]["url"]] if "url" in comment["author"] else [])
        assert moment(one["published"][0]) == moment(comment["datePublished"])
        assert one["url"] == [comment["url"]]
        assert one["content"][0]["value"] == comment["text"]


def test_c08_a_removed_reaction_says_nothing_but_carries_its_answers(client):
    article = make_article(slug="stil")
    gone = say(article, "Weg hiermee.", name="Piet Weg")
    kept = say(article, "Toch wel.", to=gone)
    remove(say(article, "Ook weg."))
    remove(gone, reason="Huisregels")
    html = client.get("/articles/stil/").text
    (comment,) = article_data(client, "/articles/stil/")["comment"]
    assert comment.pop("comment")[0]["url"] == f"{HOME}/reactions/{kept.pk}/"
    assert comment == {"@type": "Comment", "url": f"{HOME}/reactions/{gone.pk}/", "creativeWorkStatus": "Deleted"}
    assert "Weg hiermee" not in html and "Piet Weg" not in html and "Ook weg" not in html


@pytest.mark.usefixtures("short_pages")
def test_every_page_of_a_long_thread_says_what_it_shows_under_its_own_address(client):
    article = make_article(slug="stil")
    say_many(article, 7, 4)
    path, seen = "/articles/stil/", []
    while path:
        html = client.get(path).text
        assert Head(html).canonical == [HOME + path]
        data = json_ld(html)["Article"]
        shown = {
            f"{HOME}/reactions/{n}/"
            for n in Reaction.objects.values_list("pk", flat=True)
            if f'id="reaction-{n}"' in html
        }
        assert {comment["url"] for comment in comments(data)} == shown and shown
        assert data["url"] == f"{HOME}/articles/stil/" and data["commentCount"] == 35
        seen += [comment["url"] for comment in data["comment"]]
        following = re.search(r'href="(/articles/stil/\?after=\d+)#reactions" rel="next"', html)
        path = following[1] if following else ""
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.usefixtures("short_pages")
def test_another_order_is_the_article_once_more_and_a_conversation_is_itself(client):
    article = make_article(slug="stil")
    say_many(article, 7, 6)
    for query in ("?order=newest", "?order=newest&after=3", "?order=oldest", "?x=1"):
        assert Head(client.get(f"/articles/stil/{query}").text).canonical == [f"{HOME}/articles/stil/"], query
    assert Head(client.get("/articles/stil/?after=03&order=oldest").text).canonical == [
        f"{HOME}/articles/stil/?after=3"
    ]
    whole = "/articles/stil/conversations/1/"
    for path in (whole, f"{whole}?after=4"):
        html = client.get(f"{path}{'&' if '?' in path else '?'}x=1").text
        assert Head(html).canonical == [HOME + path]
        assert [fault for block in json_ld(html).values() for fault in faults(block)] == []
        assert len(comments(json_ld(html)["Article"])) >= 2


def test_a_later_page_of_a_short_thread_is_the_article_once_more(client):
    article = make_article(slug="stil")
    say_many(article, 3)
    assert Head(client.get("/articles/stil/?after=1").text).canonical == [f"{HOME}/articles/stil/"]


def test_json_ld_costs_no_query(client):
    article = make_article(slug="stil")
    counts = []
    for _ in range(2):
        say_many(article, 5, 2)
        with CaptureQueriesContext(connection) as asked:
            client.get("/articles/stil/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6
    reactions = [query["sql"] for query in asked if "reactions_reaction" in query["sql"]]
    assert len(reactions) == 2  # openings, and what is below them


def test_many_words_are_cut_until_they_fit_and_short_ones_stay_whole(client, monkeypatch):
    monkeypatch.setattr(structured_data, "MOST_CHARS", 300)
    article = make_article(slug="stil")
    long = " ".join(["woord"] * 100)
    for body in ("kort", long, "nog kort", "langer " * 60):
        say(article, body)
    words = [comment["text"] for comment in article_data(client, "/articles/stil/")["comment"]]
    assert (words[0], words[2]) == ("kort", "nog kort")
    assert words[1].startswith("woord woord") and words[1].endswith("…") and words[3].endswith("…")
    assert 250 < sum(map(len, words)) <= 300
    monkeypatch.setattr(structured_data, "MOST_CHARS", 5000)
    words = [comment["text"] for comment in article_data(client, "/articles/stil/")["comment"]]
    assert words[1] == long


def test_p10_readers_words_end_no_block_of_data(client):
    article = make_article(slug="stil")
    evil = [*list(markup())[::151], "</script>", "<!--<script>", "\u2028\u2029", "]]>", "&lt;/script&gt;"]
    said = [say(article) for _ in evil]
    for reaction, text in zip(said, evil, strict=True):
        Reaction.objects.filter(pk=reaction.pk).update(
            body=text, name=text[:60], website="https://a.example/?" + "x<'\"&"
        )
    html = client.get("/articles/stil/").text
    block = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert not set(block) & set("<>&\u2028\u2029")
    found = comments(json_ld(html)["Article"])
    assert [comment["author"]["name"] for comment in found] == [text[:60] for text in evil]


def test_a_hundred_reactions_weigh_little_more_with_it(client):
    """The page, its style sheet and its scripts shall fit in 45 kB, compressed; docs/decisions/0011."""
    words = SAMPLE.read_text().split()
    article = make_article(slug="stil")
    say(article)
    copied = ("language", "status", "shown", "created_at", "published_at", "reply_no", "path", "fingerprint")
    as_first = {"article": article, **Reaction.objects.values(*copied).get()}
    rows = []
    for n in range(2, 101):
        body = " ".join(words[(37 * n + k * k) % len(words)] for k in range(40))
        fields = {
            "thread_no": n,
            "body": body,
            "name": f"Lezer {n * 7919 % 1000}",
            "website": f"https://site{n}.example/",
        }
        rows.append(Reaction(**{**as_first, **fields}))
    Reaction.objects.bulk_create(rows)
    remake_parts(Reaction.objects.select_related("article", "parent"))
    html = client.get("/articles/stil/").content
    without = re.sub(rb"<script type=.application/ld.json.>.*?</script>", b"", html, flags=re.DOTALL)
    assert html.count(b'id="reaction-') == 100 and len(comments(json_ld(html.decode())["Article"])) == 100
    assert len(gzip.compress(html, 9)) - len(gzip.compress(without, 9)) < 5_000
