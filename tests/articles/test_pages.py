"""What everybody may read."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from articles.models import Article, Discussion, Section
from articles.skyline import house
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


class Outline(HTMLParser):
    """Every element with its classes and attributes, in document order; text gathered per class."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, set[str]]] = []
        self.text: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in ("meta", "link", "img", "input", "br", "source", "path"):
            self.open.append((tag, set(attributes.get("class", "").split())))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for name in {name for _, classes in self.open for name in classes}:
            self.text[name] = (self.text.get(name, "") + data).strip()

    def having(self, name: str) -> list[tuple[str, dict[str, str]]]:
        return [element for element in self.elements if name in element[1].get("class", "").split()]


def test_an_article_says_who_wrote_what_and_when_in_microformats(client):
    author = make_author(name="Noor Terbeek", slug="noor")
    article = make_article(slug="stil", title="Het stille uur", author=author, lead="Een stad zwijgt.")
    page = Outline(client.get("/articles/stil/").content.decode())

    assert "h-entry" in [c for _, a in page.elements for c in a.get("class", "").split()]
    assert page.text["p-summary"] == "Een stad zwijgt."
    assert page.text["e-content"] == "Eerste alinea."
    assert page.text["p-author"].endswith("Noor Terbeek")
    assert page.text["h-entry"].index("Het stille uur") < page.text["h-entry"].index("Eerste alinea.")
    tag, name = next(e for e in page.having("u-url") if e[1].get("rel") == "author")
    assert (tag, name["href"], "p-name" in name["class"]) == ("a", "/authors/noor/", True)
    _, moment = page.having("dt-published")[0]
    assert moment["datetime"] == timezone.localtime(article.published_at).isoformat(timespec="seconds")
    assert any(a["href"] == "/articles/stil/" for _, a in page.having("u-url"))


def test_a_page_has_one_h1_a_skip_link_and_its_canonical_address(client, settings):
    settings.SITE_URL = "https://luisterkamer.example"
    make_article(slug="stil")
    for path in ("/", "/articles/", "/articles/stil/"):
        html = client.get(path, {"utm_source": "mail"}).content.decode()
        assert html.count("<h1") == 1
        assert '<a class="skip" href="#content">' in html and '<main id="content"' in html
        assert f'<link rel="canonical" href="https://luisterkamer.example{path}">' in html
        assert "style=" not in html and "<script" not in re.sub('<script (src=|type="application/ld.json">)', "", html)


def test_a_page_speaks_the_language_of_its_article(client):
    make_article(slug="quiet", language="en")
    make_article(slug="stil", language="nl")
    assert '<html lang="en">' in client.get("/articles/quiet/").content.decode()
    assert '<html lang="nl">' in client.get("/articles/stil/").content.decode()
    assert '<html lang="nl">' in client.get("/").content.decode()
    assert 'lang="en"><a href="/articles/quiet/">' in client.get("/articles/").content.decode()


def test_titles_and_names_are_escaped_everywhere(client):
    evil = '<img src=x onerror="alert(1)">'
    author = make_author(name=evil, bio=evil)
    section = make_section(name=evil, description=evil)
    make_article(slug="evil", title=evil, lead=evil, author=author, section=section, correction=evil)
    for path in ("/", "/articles/", "/articles/evil/", section.get_absolute_url(), author.get_absolute_url()):
        assert "<img src=x" not in client.get(path).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Article.Status.DRAFT, "published_at": None},
        {"published_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_is_not_published_yet_does_not_exist(client, fields):
    article = make_article(slug="later", title="Nog geheim", **fields)
    assert client.get("/articles/later/").status_code == 404
    for path in ("/", "/articles/", article.section.get_absolute_url(), article.author.get_absolute_url()):
        assert "Nog geheim" not in client.get(path).content.decode()


def test_a_withdrawn_article_is_gone_and_says_so(client):
    make_article(slug="weg", title="Ingetrokken stuk", status=Article.Status.WITHDRAWN)
    answer = client.get("/articles/weg/")
    assert answer.status_code == 410
    assert "Ingetrokken stuk" not in answer.content.decode()
    assert "<h1>" in answer.content.decode()
    assert client.get("/articles/nooit/").status_code == 404


def test_an_empty_site_says_that_there_are_no_articles(client):
    for path in ("/", "/articles/"):
        html = client.get(path).content.decode()
        assert client.get(path).status_code == 200
        assert '<svg class="gables"' not in html


def test_lists_are_paged_newest_first(client):
    section, author = make_section(), make_author()
    moment = timezone.now()
    for n in range(41):
        make_article(
            slug=f"stuk-{n}",
            section=section,
            author=author,
            published_at=moment - timedelta(hours=n),
            title=f"Stuk {n}.",
        )
    for path in ("/articles/", section.get_absolute_url(), author.get_absolute_url()):
        first, second, third = (client.get(path, {"page": n}).content.decode() for n in (1, 2, 3))
        titles = [re.findall(r"Stuk (\d+)\.</a>", page) for page in (first, second, third)]
        assert titles == [[str(n) for n in range(20)], [str(n) for n in range(20, 40)], ["40"]]
        assert 'href="?page=2" rel="next"' in first and 'rel="prev"' not in first
        assert f'href="{path}" rel="prev"' in second and 'href="?page=3" rel="next"' in second
        assert 'href="?page=2" rel="prev"' in third and 'rel="next"' not in third


@pytest.mark.parametrize("typed", ["0", "2", "-1", "x", "", "1.5", "９", "99999999999999999999", str(2**63 - 1), "1 "])
def test_a_page_that_is_not_there_is_not_found(client, typed):
    article = make_article()
    for path in ("/articles/", article.section.get_absolute_url(), article.author.get_absolute_url()):
        assert client.get(path, {"page": typed}).status_code == 404


def test_unknown_sections_and_authors_are_not_found(client):
    assert client.get("/sections/nergens/").status_code == 404
    assert client.get("/authors/niemand/").status_code == 404
    assert client.get("/sections/%00/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_pages_are_only_read(client, method):
    article = make_article()
    for path in ("/", "/articles/", article.get_absolute_url(), article.section.get_absolute_url()):
        answer = getattr(client, method)(path, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, HEAD"


def test_head_answers_like_get(client):
    path = make_article().get_absolute_url()
    assert client.head(path).status_code == 200
    assert client.head(path).content == b""


def test_p15_no_public_page_sets_a_cookie_or_varies_by_one(client):
    article = make_article()
    gone = make_article(status=Article.Status.WITHDRAWN)
    for path in (
        "/",
        "/articles/",
        *(o.get_absolute_url() for o in (article, gone, article.section, article.author)),
        "/x/",
    ):
        answer = client.get(path)
        assert not answer.cookies, path
        assert "cookie" not in answer.get("Vary", "").lower(), path


def test_p15_unknown_parameters_and_forwarded_hosts_change_nothing(client):
    article = make_article()
    for path in ("/", "/articles/", article.get_absolute_url()):
        plain = client.get(path).content
        assert client.get(path, {"fbclid": "1"}, headers={"X-Forwarded-Host": "evil.example"}).content == plain


def test_the_count_of_reactions_is_a_sentence_when_it_is_zero(client):
    make_article(slug="leeg")
    make_article(slug="dicht", discussion={"state": Discussion.State.CLOSED})
    street = house(words=9, depth=0, by_author=False)
    make_article(slug="een", discussion={"visible": 1, "skyline": street})
    pages = {slug: client.get(f"/articles/{slug}/").content.decode() for slug in ("leeg", "dicht", "een")}
    assert re.search(r'<p><a href="#reactions">[^<]*\?</a>', pages["leeg"])
    assert not re.search(r'<p><a href="#reactions">', pages["dicht"])
    assert re.search(r'<p><a href="#reactions">1 \w+</a>', pages["een"])


def test_home_shows_what_was_talked_about_this_week(client):
    now = timezone.now()
    street = house(words=9, depth=0, by_author=False)
    for title, visible, last in [("Veel.", 30, 1), ("Meer.", 40, 2), ("Oud.", 90, 8)]:
        talk = {"visible": visible, "last_reaction_at": now - timedelta(days=last), "skyline": street * visible}
        make_article(title=title, discussion=talk)
    make_article(title="Stil.")
    html = client.get("/").content.decode()
    street_list = html[html.index('<ol class="street">') :]
    assert re.findall(r"<a href=\"/articles/[\w-]+/\">(\w+\.)</a>", street_list[: street_list.index("</ol>")]) == [
        "Meer.",
        "Veel.",
    ]


@pytest.mark.parametrize("count", [1, 25])
def test_pages_cost_a_fixed_number_of_queries(client, django_assert_max_num_queries, count):
    section, author = make_section(), make_author()
    street = house(words=9, depth=0, by_author=False)
    for _ in range(count):
        talk = {"visible": 1, "skyline": street, "last_reaction_at": timezone.now()}
        article = make_article(section=section, author=author, discussion=talk)
    with django_assert_max_num_queries(10):
        client.get("/")
    with django_assert_max_num_queries(6):
        client.get(article.get_absolute_url())
    for path in ("/articles/", section.get_absolute_url(), author.get_absolute_url()):
        with django_assert_max_num_queries(6):
            client.get(path)


def test_what_stands_around_a_page_changes_at_once(client, settings):
    section = make_article().section
    assert section.name in client.get("/").text
    Section.objects.filter(pk=section.pk).update(name="Op het water")
    settings.SITE_NAME, settings.CONTACT = "De Kade", "https://kade.example/schrijf"
    page = client.get("/").text
    assert "Op het water" in page and page.count("De Kade") >= 3 and "https://kade.example/schrijf" in page


def test_the_masthead_marks_the_section_you_are_in(client):
    section = make_section(name="Stad", slug="stad")
    article = make_article(section=section)
    make_section(name="Kunst", slug="kunst")
    assert '<a href="/sections/stad/" aria-current="page">Stad</a>' in client.get("/sections/stad/").content.decode()
    html = client.get(article.get_absolute_url()).content.decode()
    assert '<a href="/sections/stad/" aria-current="true">Stad</a>' in html
    assert '<a href="/sections/kunst/">Kunst</a>' in html


def test_the_room_of_the_readers_follows_the_article(client):
    html = client.get(make_article().get_absolute_url()).content.decode()
    assert html.index("</article>") < html.index('<section class="room cols" id="reactions"') < html.index("</main>")
    assert html.index('id="reactions"') < html.index('id="react"')


def test_the_foot_of_every_page_leads_to_the_editors_when_they_can_be_reached(client, settings):
    assert "Schrijf de redactie" not in client.get("/privacy/").content.decode()
    settings.CONTACT = "mailto:redactie@example.org"
    assert '<a href="mailto:redactie@example.org">Schrijf de redactie</a>' in client.get("/privacy/").content.decode()
