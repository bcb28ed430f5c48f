"""What search engines may fetch, and where everything is."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import sitemaps
from articles.models import Article, Discussion
from tests.factories import make_article, make_author, make_section
from tests.feeds import places, sitemap

pytestmark = pytest.mark.django_db
HOME = "https://luisterkamer.example"
NEWS, PAGES = "/sitemaps/news.xml", "/sitemaps/pages.xml"
UNSEEN = (
    {"status": Article.Status.DRAFT, "published_at": None},
    {"status": Article.Status.SCHEDULED, "published_at": timezone.now() + timedelta(days=1)},
    {"published_at": timezone.now() + timedelta(days=1)},
    {"status": Article.Status.WITHDRAWN},
)


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = HOME


def read(client, path: str):
    """Valid, so it holds something."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/xml; charset=utf-8"
    return sitemap(answer.content)


def paths(client, path: str) -> list[str]:
    return [place.removeprefix(HOME) for place in places(read(client, path))]


def lists_of_articles(client) -> list[str]:
    return [path for path in paths(client, "/sitemap.xml") if path.startswith("/sitemaps/articles-")]


def last_changes(document) -> dict[str, datetime]:
    return {
        url.findtext("{*}loc").removeprefix(HOME): datetime.fromisoformat(url.findtext("{*}lastmod"))
        for url in document
        if url.findtext("{*}lastmod")
    }


def test_the_index_leads_to_every_article_once_however_they_are_split(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "SPLIT", 3)
    public = [make_article() for _ in range(8)]
    unseen = [make_article(**fields) for fields in UNSEEN]
    made = lists_of_articles(client)
    assert len(made) >= 3
    found = [paths(client, path) for path in made]
    assert all(1 <= len(some) <= 3 for some in found)
    everything = [path for some in found for path in some]
    assert sorted(everything) == sorted(article.get_absolute_url() for article in public)
    assert not {article.get_absolute_url() for article in unseen} & set(everything)
    assert paths(client, "/sitemap.xml")[:2] == [PAGES, NEWS]


def test_an_article_stays_in_its_sitemap_when_others_come_and_go(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "SPLIT", 2)
    first, second, third = (make_article() for _ in range(3))
    holder = {path: paths(client, path) for path in lists_of_articles(client)}
    Article.objects.filter(pk=first.pk).update(status=Article.Status.WITHDRAWN)
    make_article()
    for article in (second, third):
        (path,) = [path for path, held in holder.items() if article.get_absolute_url() in held]
        assert article.get_absolute_url() in paths(client, path)


@pytest.mark.parametrize("number", ["0", "999999", "9223372036854775807", "9223372036854775808", "x", "-1"])
def test_a_sitemap_that_is_not_there_is_not_found(client, number):
    make_article()
    assert client.get(f"/sitemaps/articles-{number}.xml").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_a_sitemap_costs_the_same_queries_however_much_it_holds(client, monkeypatch, count):
    monkeypatch.setattr(sitemaps, "SPLIT", 10)
    section = make_section()
    for _ in range(count):
        article = make_article(section=section)
    last = (article.pk - 1) // 10 + 1
    for path, most in (
        ("/sitemap.xml", 2),
        (f"/sitemaps/articles-{last}.xml", 1),
        (NEWS, 1),
        (PAGES, 2),
        ("/robots.txt", 0),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        assert len(asked) == most, path


def test_lastmod_is_the_last_change_of_the_article_or_of_its_reactions(client, time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False)
    quiet, loud = make_article(), make_article()
    said = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    Discussion.objects.filter(article=loud).update(last_reaction_at=said)
    (path,) = lists_of_articles(client)
    changes = last_changes(read(client, path))
    assert changes == {quiet.get_absolute_url(): datetime(2026, 11, 20, 9, tzinfo=UTC), loud.get_absolute_url(): said}
    assert last_changes(read(client, "/sitemap.xml")) == {path: said}


def test_translations_name_each_other_only_when_both_are_public(client):
    dutch, english = make_article(slug="stil", language="nl"), make_article(slug="quiet", language="en")
    Article.objects.filter(pk=dutch.pk).update(translation=english)
    Article.objects.filter(pk=english.pk).update(translation=dutch)

    def alternates() -> dict[str, list[tuple[str, str]]]:
        (path,) = lists_of_articles(client)
        return {
            url.findtext("{*}loc"): [(link.get("hreflang"), link.get("href")) for link in url.iterfind("{*}link")]
            for url in read(client, path)
        }

    both = {("nl", f"{HOME}/articles/stil/"), ("en", f"{HOME}/articles/quiet/")}
    assert [set(links) for links in alternates().values()] == [both, both]
    Article.objects.filter(pk=english.pk).update(status=Article.Status.WITHDRAWN)
    assert alternates() == {f"{HOME}/articles/stil/": []}


def test_news_are_the_articles_of_two_days(client, settings):
    settings.SITE_NAME = "Stad & Land"
    make_article(
        slug="vers", title="Vers & <nieuw>\x0b", language="en", published_at=timezone.now() - timedelta(hours=47)
    )
    make_article(slug="oud", published_at=timezone.now() - timedelta(hours=49))
    for fields in UNSEEN:
        make_article(**fields)
    document = read(client, NEWS)
    assert places(document) == [f"{HOME}/articles/vers/"]
    said = {name: document.findtext(f".//{{*}}{name}") for name in ("name", "language", "title")}
    assert said == {"name": "Stad & Land", "language": "en", "title": "Vers & <nieuw>"}


def test_pages_are_lists_sections_authors_and_the_house(client):
    moment = datetime(2026, 11, 1, 12, tzinfo=UTC)
    noor, karim = make_author(slug="noor"), make_author(slug="karim")
    section = make_section(slug="stad")
    make_article(section=section, authors=[noor, karim], published_at=moment)
    make_article(section=section, authors=[noor], published_at=moment - timedelta(days=3))
    make_section(slug="leeg")
    make_author(slug="zwijgt")
    make_article(section=make_section(slug="geheim"), status=Article.Status.DRAFT, published_at=None)
    found = paths(client, PAGES)
    assert found == [
        "/",
        "/articles/",
        "/archive/",
        "/about/",
        "/house-rules/",
        "/privacy/",
        "/accessibility/",
        "/contact/",
        "/sections/stad/",
        "/authors/noor/",
        "/authors/karim/",
    ]
    assert set(last_changes(read(client, PAGES)).values()) == {moment}
    for path in found:
        assert client.get(path).status_code == 200


def test_an_empty_site_names_no_empty_sitemap(client):
    assert paths(client, "/sitemap.xml") == [PAGES] and len(paths(client, PAGES)) == 8
    assert client.get(NEWS).status_code == 200 and b"<url>" not in client.get(NEWS).content
    make_article(published_at=timezone.now() - timedelta(days=3))
    assert NEWS not in paths(client, "/sitemap.xml")


def test_robots_may_fetch_what_is_public_and_nothing_else(client):
    article = make_article()
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())
    assert robots.site_maps() == [f"{HOME}/sitemap.xml"]
    page = article.get_absolute_url()
    for path in ("/", "/articles/", page, f"{page}conversations/1/", "/reactions/1/", "/feeds/articles.atom", PAGES):
        assert robots.can_fetch("Elk", HOME + path), path
    assert robots.can_fetch("Elk", f"{HOME}{page}reactions.atom")
    for path in (
        "/desk/",
        "/admin/",
        "/accounts/login/",
        "/moderation/",
        "/search/?q=x",
        "/mailbox/",
        "/subscriptions/x/",
        "/preview/x/",
    ):
        assert not robots.can_fetch("Elk", HOME + path), path
    lines = answer.text.splitlines()  # Python's reader knows no stars
    for form in ("react", "reader", "reactions"):
        assert f"Disallow: /articles/*/{form}/" in lines


def test_p15_they_are_the_same_for_everybody_and_are_asked_for_again_only_when_changed(client, admin_client):
    make_article()
    for path in ("/sitemap.xml", NEWS, PAGES, lists_of_articles(client)[0], "/robots.txt"):
        answer = client.get(path)
        assert not answer.cookies and answer["Cache-Control"].startswith("public, max-age=")
        assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert client.head(path)["ETag"] == answer["ETag"]
        assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 405
        assert admin_client.get(path).content == answer.content
