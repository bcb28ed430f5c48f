"""What stands around an article: its authors, its other language, what to read next."""

import re
from datetime import timedelta

import mf2py
import pytest
from django.utils import timezone

from articles.actions import link_translation, withdraw_article
from articles.models import Article
from articles.reading import around, article_to_read
from tests.factories import make_article, make_author, make_section
from tests.reactions.talk import say_many

pytestmark = pytest.mark.django_db

NOON = timezone.now()


def hours_ago(hours: int, **fields) -> Article:
    return make_article(published_at=NOON - timedelta(hours=hours), **fields)


def pair() -> tuple[Article, Article]:
    dutch = make_article(slug="vier-minuten", title="Vier minuten", language="nl")
    english = make_article(slug="four-minutes", title="Four minutes", language="en")
    link_translation(dutch, english)
    return dutch, english


# Authors


def test_several_authors_are_named_in_order_and_each_is_a_card(client):
    noor, imke, bas = (
        make_author(name=name, slug=name.lower(), bio=f"Over {name}.") for name in ("Noor", "Imke", "Bas")
    )
    make_article(slug="samen", authors=[imke, noor, bas])
    make_article(slug="together", authors=[imke, noor], language="en")
    html = client.get("/articles/samen/").text
    (entry,) = [item for item in mf2py.parse(html)["items"] if "h-entry" in item["type"]]
    cards = [author["properties"] for author in entry["properties"]["author"]]
    assert [card["name"] for card in cards] == [["Imke"], ["Noor"], ["Bas"]]
    assert [card["url"] for card in cards] == [["/authors/imke/"], ["/authors/noor/"], ["/authors/bas/"]]
    byline = re.sub(r"<[^>]+>", "", html[html.index('<p class="byline">') :].partition("</p>")[0])
    assert byline == "Door Imke, Noor en Bas"
    assert re.findall(r'<h2 id="about-\d">([^<]+)</h2>', html) == ["Over Imke", "Over Noor", "Over Bas"]
    english = client.get("/articles/together/").text
    assert "By " in english and "</span> and <span" in english
    assert "Imke, Noor en Bas, <time" in client.get("/articles/").text


def test_an_author_without_a_bio_has_no_box_below_the_article(client):
    make_article(slug="samen", authors=[make_author(name="Noor"), make_author(name="Imke", bio="Schrijft.")])
    assert re.findall(r'<h2 id="about-\d">([^<]+)</h2>', client.get("/articles/samen/").text) == ["Over Imke"]


# Languages


def test_both_languages_of_an_article_lead_to_each_other(client, settings):
    settings.SITE_URL = "https://luisterkamer.example"
    pair()
    alternates = [
        '<link rel="alternate" hreflang="nl" href="https://luisterkamer.example/articles/vier-minuten/">',
        '<link rel="alternate" hreflang="en" href="https://luisterkamer.example/articles/four-minutes/">',
        '<link rel="alternate" hreflang="x-default" href="https://luisterkamer.example/articles/vier-minuten/">',
    ]
    dutch, english = client.get("/articles/vier-minuten/").text, client.get("/articles/four-minutes/").text
    for page in (dutch, english):
        assert re.findall(r'<link rel="alternate" hreflang[^>]+>', page) == alternates
    assert 'href="/articles/four-minutes/" lang="en" hreflang="en" rel="alternate">English</a>' in dutch
    assert 'href="/articles/vier-minuten/" lang="nl" hreflang="nl" rel="alternate">Nederlands</a>' in english


@pytest.mark.parametrize("state", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_a_translation_that_is_not_public_is_not_named(client, state):
    _, english = pair()
    Article.objects.filter(pk=english.pk).update(status=state)
    page = client.get("/articles/vier-minuten/").text
    assert "four-minutes" not in page and "hreflang" not in page.partition("</head>")[0]


def test_linking_takes_both_from_their_former_partners_and_raises_every_version():
    dutch, english = pair()
    other = make_article(language="en")
    link_translation(dutch, other)
    rows = [Article.objects.select_related("discussion").get(pk=row.pk) for row in (dutch, english, other)]
    assert [row.translation_id for row in rows] == [other.pk, None, dutch.pk]
    assert [row.discussion.version for row in rows] == [3, 3, 2]
    link_translation(dutch, None)
    assert not Article.objects.filter(translation__isnull=False).exists()
    with pytest.raises(ValueError):
        link_translation(english, other)


# What to read next


def test_the_neighbours_are_those_of_the_section(client):
    stad, kunst = make_section(), make_section()
    oldest, older, middle, newer, newest = (hours_ago(hours, section=stad) for hours in (50, 40, 30, 20, 10))
    hours_ago(31, section=kunst)
    hours_ago(29, section=kunst)
    found = around(middle)
    assert (found.previous, found.following) == (older, newer)
    assert (around(oldest).previous, around(oldest).following) == (None, older)
    assert (around(newest).previous, around(newest).following) == (newer, None)
    html = client.get(middle.get_absolute_url()).text
    assert f'<a href="{older.get_absolute_url()}" rel="prev">{older.title}</a>' in html
    assert f'<a href="{newer.get_absolute_url()}" rel="next">{newer.title}</a>' in html


def test_of_the_same_moment_the_later_made_one_is_the_newer():
    stad = make_section()
    first, second, third = (hours_ago(5, section=stad) for _ in range(3))
    assert (around(second).previous, around(second).following) == (first, third)


def test_related_is_what_shares_rare_words_before_what_shares_a_section():
    stad = make_section()
    mine = hours_ago(9, section=stad, title="De klok van de toren", body="De klokkenmaker olie't het uurwerk.")
    for n in range(4):
        hours_ago(n + 10, section=stad, title=f"Straat {n}", lead="Over niets.")
    far = hours_ago(90, title="Het uurwerk", lead="Een klokkenmaker vertelt.")
    hours_ago(1, title="Iets heel anders", lead="Over tuinen.")
    related = around(mine).related
    assert related[0] == far
    assert [one.section for one in related[1:]] == [stad, stad]
    assert around(mine).related == related


def test_related_puts_the_same_author_before_strangers_and_the_same_language_before_all():
    imke, bas = make_author(), make_author()
    mine = hours_ago(9, authors=[imke, bas], title="Aa")
    by_second = hours_ago(80, author=bas, title="Bb", lead="")
    strangers = [hours_ago(n, title=f"C{n}", lead="") for n in (1, 2, 3)]
    english = hours_ago(4, author=imke, language="en", title="Dd", lead="")
    assert around(mine).related == [by_second, strangers[0], strangers[1]]
    assert english not in around(mine).related


def test_what_is_not_public_and_the_translation_are_not_related():
    dutch, english = pair()
    gone = make_article(section=dutch.section)
    withdraw_article(gone)
    make_article(section=dutch.section, published_at=timezone.now() + timedelta(days=1))
    make_article(section=dutch.section, status=Article.Status.DRAFT, published_at=None)
    found = around(Article.objects.get(pk=dutch.pk))
    assert (found.previous, found.following, found.related) == (None, None, [])
    assert english.is_public


def test_what_is_around_costs_one_query_whatever_the_number_of_articles(django_assert_num_queries):
    section, authors = make_section(), [make_author(), make_author()]
    for n in range(60):
        mine = hours_ago(n, section=section, authors=authors)
    article = article_to_read(mine.slug)
    with django_assert_num_queries(1):
        found = around(article)
        assert [other.discussion.visible for other in found.related] == [0, 0, 0]
        assert {other.section.name for other in found.related} == {section.name}


@pytest.mark.parametrize("later_page", [False, True])
def test_an_article_with_everything_costs_six_queries(
    client, settings, monkeypatch, django_assert_max_num_queries, later_page
):
    from forum.reactions import threads

    monkeypatch.setattr(threads, "INLINE_LIMIT", 4)
    monkeypatch.setattr(threads, "OPENINGS_PER_PAGE", 2)
    settings.MODERATION = "after"
    section, authors = make_section(), [make_author(bio="Schrijft."), make_author(bio="Ook.")]
    for n in range(5):
        hours_ago(n + 1, section=section, authors=authors)
    dutch, english = hours_ago(3, section=section, authors=authors), hours_ago(3, section=section, language="en")
    link_translation(dutch, english)
    say_many(dutch, 6, 2)
    with django_assert_max_num_queries(6):
        answer = client.get(dutch.get_absolute_url(), {"after": 2} if later_page else {})
    assert answer.status_code == 200
    assert answer.text.count('class="bio"') == 2 and 'hreflang="en"' in answer.text
    assert ('class="related"' in answer.text) != later_page


def test_the_page_offers_to_copy_its_address_by_a_script_of_its_own(client):
    html = client.get(make_article(slug="stil").get_absolute_url()).text
    assert 'data-copy="Kopieer het adres" data-copied="Gekopieerd"' in html
    assert re.search(
        r'<li data-share><label for="address">[^<]+</label><input id="address" readonly value="http[^"]+/articles/stil/">',
        html,
    )
