"""The room under an article and the page of one conversation: what stands there, in which order, at which price."""

import re

import pytest

from articles.models import Discussion
from forum.reactions.actions import remove
from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.reactions.talk import say, say_many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]

ARTICLE_PAGE_QUERIES = 6


def ids(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="reaction-(\d+)"', page)]


def linked(page: str, rel: str) -> str:
    link = re.search(rf'href="([^"]*)#reactions" rel="{rel}"', page)
    return link[1].replace("&amp;", "&") if link else ""


def get(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_the_nameplate_stands_above_the_words(client):
    article = make_article()
    say(article, "De woorden zelf.", name="Thijs <b>Bogaard</b>", website="https://thijs.example/")
    page = get(client, article.get_absolute_url())
    name, site, words = "Thijs &lt;b&gt;Bogaard&lt;/b&gt;", "thijs.example</a>", "De woorden zelf."
    assert page.index(name) < page.index(site) < page.index(words)
    assert '<a class="site u-url" href="https://thijs.example/" rel="ugc nofollow noopener">' in page
    assert "<b>Bogaard" not in page


def test_a_short_article_shows_everything_in_reading_order(client):
    article = make_article()
    first, second = say(article), say(article)
    to_second = say(article, to=second)
    to_first = say(article, to=first)
    page = get(client, article.get_absolute_url())
    assert ids(page) == [first.pk, to_first.pk, second.pk, to_second.pk]
    newest = get(client, article.get_absolute_url() + "?order=newest")
    assert ids(newest) == [second.pk, to_second.pk, first.pk, to_first.pk]
    for order in ("", "nonsense", "NEWEST", "oldest"):
        assert ids(get(client, f"{article.get_absolute_url()}?order={order}")) == ids(page)


def test_nobody_yet_is_said_in_a_sentence(client):
    page = get(client, make_article().get_absolute_url())
    assert 'id="reactions"' in page and 'class="gables"' not in page.split('id="reactions"')[1]
    assert 'class="thread"' not in page and 'class="order"' not in page


def test_a_closed_discussion_keeps_its_reactions_and_takes_none(client):
    article = make_article()
    said = say(article)
    Discussion.objects.filter(pk=article.pk).update(state="closed")
    page = get(client, article.get_absolute_url())
    assert ids(page) == [said.pk]
    assert 'href="#react"' not in page and 'id="react"' not in page


def test_a_long_article_is_walked_by_its_links(client, short_pages):
    article = make_article()
    openings = [say_many(article, openings=1, replies=4) for _ in range(7)]
    for order in ("", "?order=newest"):
        address, seen, pages = article.get_absolute_url() + order, [], []
        while address:
            page = get(client, address)
            pages.append(address)
            seen += ids(page)
            address = linked(page, "next")
        expected = [[r.pk for r in conversation[:3]] for conversation in openings]
        if order:
            expected.reverse()
        assert seen == [pk for conversation in expected for pk in conversation]
        assert len(pages) == 3
        assert [linked(get(client, address), "prev") for address in pages] == ["", *pages[:-1]]


def test_a_conversation_that_does_not_fit_has_a_page_of_its_own(client, short_pages):
    article = make_article()
    say_many(article, openings=3)
    said = say_many(article, openings=1, replies=9)
    page = get(client, article.get_absolute_url() + "?after=1")
    address = f"/articles/{article.slug}/conversations/4/"
    assert f'href="{address}"' in page and "(9)" in page
    assert f"/conversations/{1}/" not in page

    seen = []
    while address:
        page = get(client, address)
        above, below = page.split('<ol class="thread"')
        assert set(ids(above)) <= set(seen)
        seen += ids(below)
        address = linked(page, "next")
    by_path = Reaction.objects.filter(article=article, thread_no=4).order_by("path")
    assert seen == [reaction.pk for reaction in by_path]
    assert len(seen) == len(said)


def test_a_page_that_starts_deep_shows_the_chain_above_it(client, short_pages):
    article = make_article()
    chain = [say(article)]
    for _ in range(8):
        chain.append(say(article, to=chain[-1]))
    page = get(client, f"/articles/{article.slug}/conversations/1/?after=4")
    above, below = page.split('<ol class="thread"')
    assert ids(above) == [reaction.pk for reaction in chain[:5]] and above.count('class="quote"') == 5
    assert ids(below) == [reaction.pk for reaction in chain[5:]]


WRONG = ["", "x", "-1", "0", "1.5", "9" * 19, "9" * 40, "٣", "999", "1'--"]


@pytest.mark.parametrize("after", WRONG)
def test_p05_a_cursor_that_no_page_has_is_not_found(client, short_pages, after):
    article = make_article()
    say_many(article, openings=5, replies=6)
    for order in ("oldest", "newest"):
        assert client.get(f"{article.get_absolute_url()}?order={order}&after={after}").status_code == 404
    assert client.get(f"/articles/{article.slug}/conversations/1/?after={after}").status_code == 404


def test_beyond_the_end_is_not_found(client, short_pages):
    article = make_article()
    say_many(article, openings=5, replies=6)
    url = article.get_absolute_url()
    assert client.get(f"{url}?after=4").status_code == 200
    assert client.get(f"{url}?after=5").status_code == 404
    assert client.get(f"{url}?order=newest&after=2").status_code == 200
    assert client.get(f"{url}?order=newest&after=1").status_code == 404
    last = Reaction.objects.filter(thread_no=1, article=article).order_by("path").last()
    assert client.get(f"/articles/{article.slug}/conversations/1/?after={last.reply_no}").status_code == 404
    for number in ("6", "0", "9" * 19):
        assert client.get(f"/articles/{article.slug}/conversations/{number}/").status_code == 404


def test_an_article_without_reactions_has_no_next_page(client):
    article = make_article()
    assert client.get(f"{article.get_absolute_url()}?after=1").status_code == 404


def test_an_article_that_was_moderated_beyond_measure_is_paged(client, short_pages):
    article = make_article()
    chain = [say(article)]
    for _ in range(16):
        chain.append(say(article, to=chain[-1]))
    for reaction in chain[:-1]:
        remove(reaction)
    assert Discussion.objects.get(pk=article.pk).visible == 1
    page = get(client, article.get_absolute_url())
    assert ids(page) == [reaction.pk for reaction in chain[:3]]
    assert "/conversations/1/" in page
    answer = client.get(f"/reactions/{chain[-1].pk}/")
    assert "/conversations/1/?after=" in answer["Location"]


def test_the_article_page_costs_the_same_queries_however_many_there_are(client, django_assert_max_num_queries):
    article = make_article()
    say_many(article, openings=2, replies=2)
    with django_assert_max_num_queries(ARTICLE_PAGE_QUERIES):
        get(client, article.get_absolute_url())
    say_many(article, openings=4, replies=4)
    with django_assert_max_num_queries(ARTICLE_PAGE_QUERIES):
        get(client, article.get_absolute_url())


def test_the_room_takes_two_queries_and_three_on_a_later_page_of_a_long_article(
    rf, django_assert_num_queries, monkeypatch
):
    from articles.models import Article
    from forum.reactions import threads
    from forum.reactions.templatetags.reactions import reaction_section

    said = say_many(make_article(), openings=8, replies=5)
    article = Article.objects.select_related("discussion").get(pk=said[0].article_id)
    with django_assert_num_queries(2):
        reaction_section({"request": rf.get("/")}, article)
    monkeypatch.setattr(threads, "INLINE_LIMIT", 5)
    monkeypatch.setattr(threads, "OPENINGS_PER_PAGE", 3)
    with django_assert_num_queries(2):
        reaction_section({"request": rf.get("/")}, article)
    with django_assert_num_queries(3):
        reaction_section({"request": rf.get("/?after=3")}, article)


def test_a_page_of_a_conversation_costs_the_same_queries_everywhere(client, short_pages, django_assert_num_queries):
    article = make_article()
    say_many(article, openings=1, replies=12)
    address = f"/articles/{article.slug}/conversations/1/"
    get(client, address)
    with django_assert_num_queries(4):  # article, sections, opening, replies
        get(client, address)
    with django_assert_num_queries(6):  # article, sections, cursor, replies, page before, opening and chain above
        get(client, address + "?after=5")


def test_a_later_page_of_a_long_article_stays_within_six_queries(client, short_pages, django_assert_num_queries):
    article = make_article()
    say_many(article, openings=9, replies=2)
    get(client, article.get_absolute_url())
    with django_assert_num_queries(6):  # article, pictures, sections, openings, replies, page before
        get(client, article.get_absolute_url() + "?after=3")


def test_the_front_page_hears_the_newest_voices(client, django_assert_num_queries):
    from forum.reactions.templatetags.reactions import recent_reactions

    make_article(status="withdrawn")
    article = make_article(title="Het stille uur")
    old, new = say(article, "Oud.", website="https://oud.example/"), say(article, "Nieuw.")
    remove(say(article, "Weg."))
    say(article, "Wacht.", honeypot="gevuld")
    with django_assert_num_queries(1):
        voices = recent_reactions(7)
    assert voices.index("Nieuw.") < voices.index("Oud.") and "oud.example" in voices
    assert "Weg." not in voices and "Wacht." not in voices
    assert new.get_absolute_url() in voices and article.get_absolute_url() in voices
    assert recent_reactions(1).count("<li>") == 1
    assert old.name in voices
