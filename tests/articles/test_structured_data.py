"""What pages say to search engines and to those who share them."""

import re
from datetime import datetime
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.actions import save_article
from articles.models import Article
from tests.articles.test_feeds import add_picture
from tests.factories import make_article, make_author, make_section
from tests.feeds import json_ld
from tests.hostile import STRINGS, markup
from tests.schema_org import faults

pytestmark = pytest.mark.django_db
HOME = "https://luisterkamer.example"


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = HOME


class Head(HTMLParser):
    """meta and link elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: dict[str, list[str]] = {}
        self.canonical: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        name = found.get("property") or found.get("name")
        if tag == "meta" and name:
            self.said.setdefault(name, []).append(found["content"])
        if tag == "link" and found.get("rel") == "canonical":
            self.canonical.append(found["href"])


def head(client, path: str) -> dict[str, list[str]]:
    return Head(client.get(path).text).said


def data(client, path: str) -> dict:
    """The JSON-LD of a page, when all of it is said in schema.org's words."""
    found = json_ld(client.get(path).text)
    assert [fault for block in found.values() for fault in faults(block)] == []
    return found


def test_the_check_against_the_vocabulary_finds_faults():
    assert faults({"@type": "Artikel"}) == ["Artikel: no type Artikel"]
    assert faults({"@type": "Article", "schrijver": "x"}) == ["Article: no property schrijver"]
    assert faults({"@type": "Person", "wordCount": 3}) == ["Person: Person has no wordCount"]
    assert faults({"@type": "Article", "comment": {"@type": "Person", "name": "x"}}) == [
        "Article.comment: no Person belongs there"
    ]
    for name, value in (("wordCount", "veel"), ("datePublished", "gisteren"), ("url", 3), ("headline", "")):
        assert len(faults({"@type": "Article", name: value})) == 1, name
    assert faults({"@type": "Article", "author": [{"@type": "Person", "naam": "x"}]}) == [
        "Article.author: no property naam"
    ]
    assert (
        faults({"@type": "Article", "headline": "x", "author": {"@type": "Person", "url": "https://a.example/"}}) == []
    )


def test_an_article_says_what_it_is(client):
    noor, karim = make_author(name="Noor Terbeek", slug="noor"), make_author(name="Karim", slug="karim")
    section = make_section(name="Stad", slug="stad")
    article = make_article(
        slug="stil",
        title="Stil",
        lead="Een stad.",
        authors=[noor, karim],
        section=section,
        body="een twee drie",
        correction="Het was woensdag.",
        corrected_at=timezone.now(),
    )
    add_picture(article)
    found = data(client, "/articles/stil/")
    said = found["Article"]
    moments = [datetime.fromisoformat(said.pop(name)) for name in ("datePublished", "dateModified")]
    assert moments == [moment.replace(microsecond=0) for moment in (article.published_at, article.updated_at)]
    assert said == {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": f"{HOME}/articles/stil/#article",
        "url": f"{HOME}/articles/stil/",
        "mainEntityOfPage": f"{HOME}/articles/stil/",
        "headline": "Stil",
        "description": "Een stad.",
        "inLanguage": "nl",
        "author": [
            {"@type": "Person", "name": "Noor Terbeek", "url": f"{HOME}/authors/noor/"},
            {"@type": "Person", "name": "Karim", "url": f"{HOME}/authors/karim/"},
        ],
        "publisher": {"@type": "Organization", "name": "Luisterkamer", "url": f"{HOME}/"},
        "articleSection": "Stad",
        "wordCount": 3,
        "commentCount": 0,
        "correction": "Het was woensdag.",
        "image": {"@type": "ImageObject", "url": f"{HOME}/media/articles/x-1600.jpg", "caption": "Een lege straat"},
    }
    assert [(step["position"], step["name"], step["item"]) for step in found["BreadcrumbList"]["itemListElement"]] == [
        (1, "Luisterkamer", f"{HOME}/"),
        (2, "Stad", f"{HOME}/sections/stad/"),
        (3, "Stil", f"{HOME}/articles/stil/"),
    ]


def test_an_article_that_has_only_what_it_must_says_no_more(client):
    make_article(slug="kaal", lead="")
    said = data(client, "/articles/kaal/")["Article"]
    assert not {"description", "correction", "image", "comment"} & set(said)


def test_the_other_pages_say_what_they_are(client):
    author = make_author(name="Noor", slug="noor", bio="Schrijft.", website="https://noor.example/")
    section = make_section(name="Stad", slug="stad", description="Over de stad.")
    make_article(author=author, section=section)
    site = data(client, "/")["WebSite"]
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{HOME}/search/?q={{search_term_string}}"
    assert (site["name"], site["url"], site["inLanguage"]) == ("Luisterkamer", f"{HOME}/", "nl")
    found = data(client, "/authors/noor/")
    assert found["ProfilePage"]["mainEntity"] == {
        "@type": "Person",
        "name": "Noor",
        "url": f"{HOME}/authors/noor/",
        "description": "Schrijft.",
        "sameAs": "https://noor.example/",
    }
    assert found["BreadcrumbList"]["itemListElement"][1]["name"] == "Noor"
    found = data(client, "/sections/stad/")
    assert (found["CollectionPage"]["name"], found["CollectionPage"]["description"]) == ("Stad", "Over de stad.")
    assert found["BreadcrumbList"]["itemListElement"][1]["item"] == f"{HOME}/sections/stad/"
    assert data(client, "/articles/")["BreadcrumbList"]["itemListElement"][1]["name"] == "Nieuwste artikelen"


def test_a_shared_article_shows_its_title_lead_picture_and_moments(client):
    english, author = make_article(slug="quiet", language="en"), make_author(slug="noor")
    article = make_article(
        slug="stil", title='Stil "luid" & <zo>', lead="Een stad.", author=author, translation=english
    )
    add_picture(article)
    said = head(client, "/articles/stil/")
    assert {name: values for name, values in said.items() if name.startswith(("og:", "twitter:", "desc"))} == {
        "description": ["Een stad."],
        "og:site_name": ["Luisterkamer"],
        "og:type": ["article"],
        "og:title": ['Stil "luid" & <zo>'],
        "og:description": ["Een stad."],
        "og:url": [f"{HOME}/articles/stil/"],
        "og:locale": ["nl_NL"],
        "og:locale:alternate": ["en_GB"],
        "og:image": [f"{HOME}/media/articles/x-1600.jpg"],
        "og:image:width": ["1600"],
        "og:image:height": ["800"],
        "og:image:alt": ["Een lege straat"],
        "twitter:card": ["summary_large_image"],
    }
    assert said["article:author"] == [f"{HOME}/authors/noor/"] and said["article:section"] == [article.section.name]
    assert datetime.fromisoformat(said["article:published_time"][0]) == article.published_at.replace(microsecond=0)
    assert datetime.fromisoformat(said["article:modified_time"][0]) == article.updated_at.replace(microsecond=0)
    Article.objects.filter(pk=english.pk).update(status=Article.Status.WITHDRAWN)
    assert "og:locale:alternate" not in head(client, "/articles/stil/")


def test_the_picture_made_from_the_title_comes_first_and_without_any_there_is_a_small_card(client):
    article = make_article(slug="stil", title="Stil")
    said = head(client, "/articles/stil/")
    assert said["twitter:card"] == ["summary"] and "og:image" not in said
    add_picture(article, alt="", decorative=True)
    assert "og:image:alt" not in head(client, "/articles/stil/")
    Article.objects.update(social_image="social/abc.jpg")
    said = head(client, "/articles/stil/")
    picture = [said[f"og:image{part}"] for part in ("", ":width", ":height", ":alt")]
    assert picture == [[f"{HOME}/media/social/abc.jpg"], ["1200"], ["630"], ["Stil"]]
    assert data(client, "/articles/stil/")["Article"]["image"]["url"] == f"{HOME}/media/social/abc.jpg"


def test_the_other_pages_have_a_card_and_a_description(client):
    author, section = make_author(name="Noor", slug="noor", bio="Schrijft."), make_section(name="Stad", slug="stad")
    make_article(author=author, section=section)
    cards = {
        "/": ("Luisterkamer", "website"),
        "/articles/": ("Nieuwste artikelen", "website"),
        "/sections/stad/": ("Stad", "website"),
        "/authors/noor/": ("Noor", "profile"),
    }
    for path, (title, kind) in cards.items():
        said = head(client, path)
        assert (said["og:title"], said["og:type"], said["og:url"]) == ([title], [kind], [HOME + path])
        assert said["description"] == said["og:description"] and said["og:description"][0]
    assert head(client, "/authors/noor/")["description"] == ["Schrijft."]


def test_a_page_has_one_canonical_address_and_later_pages_their_own(client):
    section = make_section(slug="stad")
    for _ in range(21):
        make_article(section=section)
    for path in ("/", "/articles/", "/sections/stad/", "/articles/?page=2", "/sections/stad/?page=2"):
        page = client.get(path + ("&" if "?" in path else "?") + "utm_source=mail")
        assert Head(page.text).canonical == [HOME + path]


def test_p10_nothing_that_editors_write_ends_a_block_of_data_or_a_card(client):
    evil = [
        *list(markup())[::97],
        *STRINGS,
        "</script>",
        "<!--<script>",
        "]]>",
        "\u2028\u2029",
        "&quot;",
        "\\u003c/script>",
    ]
    author, section = make_author(slug="noor"), make_section(slug="stad")
    article = make_article(slug="stil", author=author, section=section)
    storable = [text.replace("\0", "").encode("utf-8", "ignore").decode() for text in evil]
    for start in range(0, len(storable), 60):
        text = "".join(storable[start : start + 60])
        article.title = article.lead = article.correction = text[:140]
        section.name, section.description, author.name, author.bio = text[:60], text[:200], text[:60], text[:900]
        author.save()
        section.save()
        save_article(article)
        for path in ("/articles/stil/", "/sections/stad/", "/authors/noor/", "/", "/articles/"):
            html = client.get(path).text
            blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
            assert blocks and not any(sign in block for block in blocks for sign in "<>&\u2028\u2029")
            assert len(json_ld(html)) == len(blocks)
        assert json_ld(client.get("/articles/stil/").text)["Article"]["headline"] == article.title
        assert head(client, "/articles/stil/")["og:title"] == [article.title.replace("\r\n", "\n").replace("\r", "\n")]


def test_a_preview_says_nothing_to_search_engines(rf):
    article = Article.objects.with_byline().with_picture().get(pk=make_article().pk)
    html = render_to_string("articles/article.html", {"article": article, "preview": True}, rf.get("/"))
    assert "noindex" in html and "ld+json" not in html and "og:" not in html and "canonical" not in html


def test_a_translation_costs_an_articles_page_no_query(client):
    other = make_article(slug="quiet", language="en")
    make_article(slug="stil", translation=other)
    make_article(slug="alleen")
    counts = []
    for path in ("/articles/stil/", "/articles/alleen/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


def test_pictures_may_be_shown_by_feed_readers_and_cards(client, settings):
    folder = settings.MEDIA_ROOT / "articles"
    folder.mkdir(parents=True)
    (folder / "x.jpg").write_bytes(b"jpeg")
    picture = client.get("/media/articles/x.jpg")
    assert (picture.getvalue(), picture["Cross-Origin-Resource-Policy"]) == (b"jpeg", "cross-origin")
    assert client.get("/media/articles/y.jpg")["Cross-Origin-Resource-Policy"] == "same-origin"
