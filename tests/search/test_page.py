"""The page: the same for everybody, safe whatever is typed, few queries."""

import re
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from tests import hostile
from tests.factories import make_article
from tests.reactions.talk import say
from tests.search.asking import search
from tests.test_hostile_matrix import check_page

pytestmark = pytest.mark.django_db

MOST_QUERIES = 6


@pytest.fixture
def article() -> Article:
    article = make_article(title="De pont van Hallerwaard", lead="Over een pont.", body_html="<p>Een pont &amp; water.</p>",
                           body="Een pont & water.")  # fmt: skip
    say(article, "Ik nam de pont <b>gisteren</b>.", name="Karim", website="https://karim.example/blog")
    return article


def test_it_shows_articles_and_reactions_with_the_name_above_the_words(article, client):
    page = client.get("/search/", {"q": "pont"}).text
    assert "1 artikel" in page and "1 reactie" in page
    assert "De <mark>pont</mark> van Hallerwaard" in page and "Een <mark>pont</mark> &amp; water." in page
    assert "Ik nam de <mark>pont</mark> &lt;b&gt;gisteren&lt;/b&gt;." in page
    assert page.index("<bdi>Karim</bdi>") < page.index(">karim.example</a>") < page.index("Ik nam de")
    reaction = search("gisteren").reactions.hits[0].reaction
    assert f'href="/reactions/{reaction.pk}/"' in page and f'href="{article.get_absolute_url()}"' in page


def test_it_asks_for_a_word_and_says_when_nothing_is_found(article, client):
    assert "Vul een zoekwoord in" not in client.get("/search/").text
    for typed in ("", "   ", "!?", "-pont"):
        assert "Vul een zoekwoord in" in client.get("/search/", {"q": typed}).text
    page = client.get("/search/", {"q": "<xyz>"}).text
    assert "Niets gevonden voor ‘&lt;xyz&gt;’. Probeer een ander woord of minder woorden." in page


def test_p15_it_is_the_same_for_everybody_and_kept_out_of_other_search_engines(article, client):
    first = client.get("/search/", {"q": "pont"})
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate" and first["ETag"]
    assert not first.cookies and "Cookie" not in first.get("Vary", "")
    assert '<meta name="robots" content="noindex">' in first.text
    assert client.get("/search/", {"q": "pont", "utm_source": "x", "page": "7", "kind": "x"}).content == first.content
    assert client.get("/search/", {"q": "pont"}, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.head("/search/", {"q": "pont"})["ETag"] == first["ETag"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "reactions"}, {"kind": "articles"}, {"section": "s"}, {"author": "a", "period": "month"},
     {"answers": "1"}, {"order": "newest"}],
)  # fmt: skip
def test_it_costs_few_queries(article, client, fields):
    article.section.slug, article.author.slug = "s", "a"
    article.section.save()
    article.author.save()
    for n in range(30):
        say(article, f"nog een pont {n}", author=None if n % 2 else article.author)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/search/", {"q": "pont", **fields})
    assert "<mark>pont</mark>" in page.text
    assert len(queries) <= MOST_QUERIES, [query["sql"][:80] for query in queries]


def test_without_a_question_it_costs_next_to_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/search/")


def test_filters_stay_in_the_form_and_in_the_links(article, client):
    fields = {"q": "pont", "section": article.section.slug, "author": article.author.slug, "period": "year"}
    page = client.get("/search/", fields).text
    assert f'<option value="{article.section.slug}" selected>' in page and "<details open>" in page
    links = re.findall(r'href="(/search/\?[^"]+)"', page)
    assert links and all(f"section={article.section.slug}" in link and "period=year" in link for link in links)
    for fields in ({"section": "nergens"}, {"author": "niemand"}, {"period": "eeuw"}, {"order": "willekeurig"}):
        assert client.get("/search/", {"q": "pont", **fields}).content == client.get("/search/?q=pont").content


def test_a_list_of_one_kind_has_pages_up_to_the_last(article, client):
    for n in range(45):
        say(article, f"nog een pont {n}")
    page = client.get("/search/", {"q": "pont", "kind": "reactions"})
    seen = re.findall(r'href="/reactions/(\d+)/"', page.text)
    while further := re.search(r'href="([^"]+)" rel="next"', page.text):
        page = client.get(further[1].replace("&amp;", "&"))
        assert 'rel="prev"' in page.text
        seen += re.findall(r'href="/reactions/(\d+)/"', page.text)
    assert len(seen) == len(set(seen)) == 46
    for number in ("0", "4", "51", "x", "", "9" * 30, "١", "-1"):
        assert client.get("/search/", {"q": "pont", "kind": "reactions", "page": number}).status_code == 404, number


def test_p10_p05_whatever_is_typed_or_was_written_the_page_is_safe(client):
    payloads = [*list(hostile.markup())[:: 9248 // 60], *hostile.STRINGS[::4]]
    article = make_article()
    for payload in payloads:
        words = payload.encode("utf-8", "replace").decode().replace("\x00", "")
        Article.objects.filter(pk=article.pk).update(title=f"pont {words}"[:160], lead=f"pont {words}", body_html="")
        type(article).objects.filter(pk=article.pk).update(body=f"pont {words}")
        for fields in ({"q": words}, {"q": f"pont {words}"}, {"q": "pont"}):
            answer = client.get(
                "/search/", {**fields, "section": words, "kind": words, "order": words, "author": words}
            )
            assert answer.status_code == 200, words
            check_page(answer.text)
    reaction = say(article, "pont")
    for payload in payloads[::4]:
        words = payload.encode("utf-8", "replace").decode().replace("\x00", "")
        type(reaction).objects.filter(pk=reaction.pk).update(body=f"pont {words}", name=words[:60] or "x")
        check_page(client.get("/search/", {"q": "pont"}).text)


def test_only_get_and_head(client):
    for method in ("POST", "PUT", "DELETE"):
        answer = client.generic(method, "/search/?q=pont", headers={"Sec-Fetch-Site": "same-origin"})
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_a_browser_learns_how_to_search_here(client, settings):
    answer = client.get("/opensearch.xml")
    assert answer["Content-Type"].startswith("application/opensearchdescription+xml") and not answer.cookies
    names = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    tree = ElementTree.fromstring(answer.text)
    url = tree.find("o:Url", names)
    assert url is not None and url.attrib["template"] == f"{settings.SITE_URL}/search/?q={{searchTerms}}"
    name = tree.find("o:ShortName", names)
    assert name is not None and 0 < len(name.text or "") <= 16
    assert '<link rel="search" href="/opensearch.xml"' in client.get("/").text


def test_every_page_leads_to_it(article, client):
    for path in ("/", article.get_absolute_url(), "/search/", "/privacy/"):
        assert '<a href="/search/">Zoeken</a>' in client.get(path).text
    assert 'name="q"' in client.get("/nergens/").text
