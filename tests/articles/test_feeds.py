"""Feeds of articles, as feed readers meet them: valid, whole, right about moments, and only of what is public."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import feeds
from articles.actions import publish_article, save_article, save_section, withdraw_article
from articles.models import Article, ArticleImage
from tests.factories import make_article, make_author, make_section
from tests.feeds import atom, entries, json_feed, links
from tests.hostile import STRINGS, markup

pytestmark = pytest.mark.django_db
HOME = "https://luisterkamer.example"
ALL, AS_JSON = "/feeds/articles.atom", "/feeds/articles.json"


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = HOME


def add_picture(article: Article, **fields) -> ArticleImage:
    renditions = [
        {"width": width, "height": width // 2, "avif": f"articles/x-{width}.avif", "jpeg": f"articles/x-{width}.jpg"}
        for width in (640, 960, 1600)
    ]
    fields = {"number": 1, "alt": "Een lege straat", "width": 1600, "height": 800, "renditions": renditions, **fields}
    return ArticleImage.objects.create(article=article, **fields)


def titles(client, path: str) -> list[str]:
    content = client.get(path).content
    if path == AS_JSON:
        return [item["title"] for item in json_feed(content)["items"]]
    return [entry["title"] for entry in entries(atom(content))]


def doors(article: Article) -> list[str]:
    return [
        ALL,
        AS_JSON,
        f"/sections/{article.section.slug}/articles.atom",
        f"/authors/{article.author.slug}/articles.atom",
    ]


def test_a_feed_has_articles_whole_with_their_authors_moments_picture_and_links(client, settings):
    noor, karim = make_author(name="Noor Terbeek", slug="noor"), make_author(name="Karim & Co", slug="karim")
    section = make_section(name="Stad & Land", slug="stad", description="Over de stad.")
    article = make_article(
        slug="stil",
        title="Stil < luid & zo",
        lead="Een stad “zwijgt”.",
        body="Eerste [hier](/articles/elders/).\n\n![](image:2)\n\n> Stilte.\n>\n> — Iemand",
        authors=[noor, karim],
        section=section,
        correction="Het was woensdag.",
        corrected_at=timezone.now(),
        language="en",
        discussion={"visible": 3, "last_reaction_at": datetime(2026, 11, 1, tzinfo=UTC)},
    )
    add_picture(article)
    add_picture(article, number=2, alt="Een boom", caption="Bij de beek", credit="Lot")
    save_article(article, authors=[noor, karim])
    document = atom(client.get(ALL).content)
    (entry,) = entries(document)
    assert (
        entry["title"] == "Stil < luid & zo" and entry["language"] == "en" and entry["summary"] == "Een stad “zwijgt”."
    )
    assert entry["page"] == f"{HOME}/articles/stil/"
    assert entry["people"] == [("Noor Terbeek", f"{HOME}/authors/noor/"), ("Karim & Co", f"{HOME}/authors/karim/")]
    assert entry["published"] == article.published_at.replace(microsecond=0)
    assert entry["updated"] == article.updated_at.replace(microsecond=0)
    assert entry["replies"]["href"] == f"{HOME}/articles/stil/reactions.atom"
    assert entry["replies"]["{http://purl.org/syndication/thread/1.0}count"] == "3"
    for part in (
        f'<img src="{HOME}/media/articles/x-960.jpg" width="1600" height="800" alt="Een lege straat">',
        f'<img src="{HOME}/media/articles/x-960.jpg" width="1600" height="800" alt="Een boom">',
        f'<a href="{HOME}/articles/elders/">hier</a>',
        "<p>Stilte.</p>\n</blockquote><figcaption>Iemand</figcaption>",
        "<strong>Een stad “zwijgt”.</strong>",
        "Het was woensdag.",
    ):
        assert part in entry["content"], part
    assert entry["content"].index("Een lege straat") < entry["content"].index("Eerste")
    assert "class=" not in entry["content"] and "source" not in entry["content"]
    assert links(document) == {"alternate": f"{HOME}/", "self": HOME + ALL}

    item = json_feed(client.get(AS_JSON).content)["items"][0]
    assert item["content_html"] == entry["content"] and item["id"] == entry["id"] and item["url"] == entry["page"]
    assert [(one["name"], one["url"]) for one in item["authors"]] == entry["people"]
    assert datetime.fromisoformat(item["date_published"]) == entry["published"]
    assert datetime.fromisoformat(item["date_modified"]) == entry["updated"]
    assert item["image"] == f"{HOME}/media/articles/x-1600.jpg" and item["tags"] == ["Stad & Land"]
    assert item["language"] == "en" and item["summary"] == entry["summary"]


def test_sections_and_authors_have_feeds_of_their_own(client):
    noor, karim, section = make_author(slug="noor", name="Noor"), make_author(slug="karim"), make_section(slug="stad")
    make_article(title="Samen", authors=[noor, karim], section=section)
    make_article(title="Alleen", authors=[karim])
    assert sorted(titles(client, ALL)) == sorted(titles(client, AS_JSON)) == ["Alleen", "Samen"]
    assert titles(client, "/sections/stad/articles.atom") == titles(client, "/authors/noor/articles.atom") == ["Samen"]
    assert sorted(titles(client, "/authors/karim/articles.atom")) == ["Alleen", "Samen"]
    document = atom(client.get("/authors/noor/articles.atom").content)
    assert document.findtext("{*}title") == "Luisterkamer: Noor"
    assert links(document) == {"alternate": f"{HOME}/authors/noor/", "self": f"{HOME}/authors/noor/articles.atom"}
    for path in ("/sections/nergens/articles.atom", "/authors/niemand/articles.atom"):
        assert client.get(path).status_code == 404


def test_p23_what_is_not_public_is_in_no_feed(client):
    article = make_article(title="Zichtbaar")
    others = {
        "Concept": {"status": Article.Status.DRAFT, "published_at": None},
        "Ingepland": {"status": Article.Status.SCHEDULED, "published_at": timezone.now() + timedelta(days=1)},
        "Morgen": {"published_at": timezone.now() + timedelta(days=1)},
        "Teruggetrokken": {"status": Article.Status.WITHDRAWN},
    }
    for title, fields in others.items():
        make_article(title=title, section=article.section, author=article.author, **fields)
    for path in doors(article):
        assert titles(client, path) == ["Zichtbaar"], path
    withdraw_article(article)
    for path in doors(article):
        assert titles(client, path) == [], path


def test_an_empty_feed_is_valid_and_stays_the_same(client):
    make_section(slug="leeg")
    for path in (ALL, "/sections/leeg/articles.atom"):
        first = client.get(path)
        assert entries(atom(first.content)) == []
        assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert json_feed(client.get(AS_JSON).content)["items"] == []


def test_a_feed_is_newest_first_and_ends_somewhere(client, monkeypatch):
    monkeypatch.setattr(feeds, "FEED_SIZE", 3)
    now = timezone.now()
    for hours in (3, 1, 4, 2):
        make_article(title=str(hours), published_at=now - timedelta(hours=hours))
    assert titles(client, ALL) == titles(client, AS_JSON) == ["1", "2", "3"]


def test_an_id_stays_when_the_address_changes_and_updated_moves_when_it_is_saved(client, time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False)
    article = save_article(make_article(slug="eerst"))
    before = entries(atom(client.get(ALL).content))[0]
    assert before["updated"] == before["published"] == datetime(2026, 11, 20, 9, tzinfo=UTC)
    time_machine.move_to(datetime(2026, 11, 22, 9, tzinfo=UTC), tick=False)
    article.slug, article.correction = "daarna", "Een naam was fout."
    save_article(article)
    after = entries(atom(client.get(ALL).content))[0]
    assert after["id"] == before["id"] == f"tag:luisterkamer.example,2026-11-20:articles/{article.pk}"
    assert after["page"] == f"{HOME}/articles/daarna/"
    assert (after["published"], after["updated"]) == (before["published"], datetime(2026, 11, 22, 9, tzinfo=UTC))


def test_a_feed_is_asked_for_again_only_when_it_changed(client, time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False)
    kept, leaving = make_article(), make_article(status=Article.Status.DRAFT, published_at=None)
    for path in (ALL, AS_JSON):
        time_machine.move_to(datetime(2026, 11, 20, 10, tzinfo=UTC), tick=False)
        publish_article(leaving)
        answer = client.get(path)
        by_tag, by_moment = {"If-None-Match": answer["ETag"]}, {"If-Modified-Since": answer["Last-Modified"]}
        assert answer["Last-Modified"] == "Fri, 20 Nov 2026 10:00:00 GMT"
        for headers in (by_tag, by_moment):
            again = client.get(path, headers=headers)
            assert (again.status_code, again.content) == (304, b"")
        time_machine.move_to(datetime(2026, 11, 20, 11, tzinfo=UTC), tick=False)
        withdraw_article(leaving)
        for headers in (by_tag, by_moment):
            assert client.get(path, headers=headers).status_code == 200
    assert titles(client, ALL) == [kept.title]


def test_p15_a_feed_is_the_same_for_everybody(client, admin_client):
    article = make_article()
    for path in doors(article):
        answer, staff = client.get(path), admin_client.get(path, headers={"X-Forwarded-Host": "evil.example"})
        other_host = client.get(f"{path}?utm=1", SERVER_NAME="localhost")
        assert answer.content == staff.content == other_host.content
        assert answer["Cache-Control"] == staff["Cache-Control"] == "public, max-age=60"
        assert not answer.cookies and "Vary" not in answer
        head = client.head(path)
        assert (head.status_code, head["ETag"], head["Content-Type"]) == (200, answer["ETag"], answer["Content-Type"])
        assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 405
    assert client.get(ALL)["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert client.get(AS_JSON)["Content-Type"] == "application/feed+json"


@pytest.mark.parametrize("count", [1, 12])
def test_a_feed_costs_a_fixed_number_of_queries(client, count):
    article = make_article()
    for _ in range(count):
        add_picture(make_article(section=article.section, author=article.author))
    for path, most in zip(doors(article), (3, 3, 4, 4), strict=True):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(path)
        assert len(asked) == most, path


def test_p10_editors_text_is_harmless_in_every_feed(client):
    evil = [
        *list(markup())[::97],
        *STRINGS,
        "]]>",
        "</content>",
        "<![CDATA[x]]>",
        "a\x0bb\x0cc\ufffed\uffffe",
        "\u2028",
    ]
    author, section = make_author(), make_section()
    article = make_article(author=author, section=section)
    add_picture(article)
    storable = [text.replace("\0", "").encode("utf-8", "ignore").decode() for text in evil]
    for start in range(0, len(storable), 60):
        some = storable[start : start + 60]
        short = "".join(some)[:140]
        article.title, article.lead, article.correction, article.body = short, short, short, "\n\n".join(some)
        section.name = author.name = short[:60]
        author.save()
        save_section(section)
        save_article(article)
        ArticleImage.objects.update(alt=short or "x", caption=short)
        for path in doors(article):
            assert titles(client, path), path


def test_text_comes_out_of_a_feed_as_it_went_in(client):
    make_article(title="Tab\tregel & <b>\u2028]]>\x0b’", lead="Vijf > vier \x1b& ]]>")
    (entry,) = entries(atom(client.get(ALL).content))
    assert entry["title"] == "Tab\tregel & <b>\u2028]]>’"
    assert entry["summary"] == "Vijf > vier & ]]>"
    assert json.loads(client.get(AS_JSON).content)["items"][0]["title"] == "Tab\tregel & <b>\u2028]]>\x0b’"


def test_pages_name_their_feeds(client):
    article = make_article(title="Het stille uur")
    wanted = {
        "/": (ALL, AS_JSON, "/feeds/reactions.atom"),
        "/articles/": (ALL, AS_JSON),
        article.section.get_absolute_url(): (f"/sections/{article.section.slug}/articles.atom",),
        article.author.get_absolute_url(): (f"/authors/{article.author.slug}/articles.atom",),
        article.get_absolute_url(): (f"{article.get_absolute_url()}reactions.atom", ALL),
    }
    for page, paths in wanted.items():
        html = client.get(page).text
        for path in paths:
            kind = "feed+json" if path == AS_JSON else "atom+xml"
            assert f'type="application/{kind}" title="' in html and f'href="{path}">' in html.partition("</head>")[0]
            assert client.get(path).status_code == 200
        assert f'<a href="{ALL}">Volg via RSS</a>' in html
    assert 'title="Reacties op ‘Het stille uur’"' in client.get(article.get_absolute_url()).text
    assert 'title="Luisterkamer: nieuwste artikelen"' in client.get("/").text
