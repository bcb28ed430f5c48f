"""Which come first, what the filters leave, and how far the lists go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, Byline
from forum.reactions.models import Reaction
from forum.search import searching
from forum.search.engines import Filters, engine
from forum.search.searching import search
from forum.search.words import read_query
from tests.factories import make_article, make_author, make_section
from tests.reactions.talk import say
from tests.search.asking import articles_with, reactions_with

pytestmark = pytest.mark.django_db


def test_an_article_comes_by_title_then_lead_then_text_then_by_its_age():
    now = timezone.now()
    plain = {"title": "Iets", "lead": "", "body": "Niets."}
    text = make_article(**{**plain, "body": "Over het veer en nog eens het veer."}, published_at=now)
    older = make_article(**{**plain, "body": "Over het veer."}, published_at=now - timedelta(days=2))
    lead = make_article(**{**plain, "lead": "Het veer vaart."}, published_at=now - timedelta(days=3))
    title = make_article(**{**plain, "title": "Het veer"}, published_at=now - timedelta(days=4))
    assert articles_with("veer") == [title, lead, text, older]
    assert articles_with("veer", order="newest") == [text, older, lead, title]


def test_a_reaction_comes_by_how_well_it_fits_then_by_its_age():
    article = make_article()
    row = say(article, "zij zag de grote boot varen")
    apart = say(article, "de boot was zo grote mensen nog nooit gezien")
    other_form = say(article, "alle boten, en grote ook")
    again = say(article, "grote boot, boot, boot: nog een boot en een grote")
    assert reactions_with("grote boot") == [again, row, apart, other_form]
    assert reactions_with("grote boot", order="newest") == [again, other_form, apart, row]


def test_what_only_begins_like_the_word_comes_behind_the_word_itself():
    article = make_article()
    itself, begins = say(article, "een storm"), say(article, "een stormvloed")
    assert reactions_with("storm") == [itself, begins]


@pytest.fixture
def two_sections() -> tuple[Article, Article]:
    return make_article(title="Een pont"), make_article(title="Nog een pont")


def test_section_and_author_leave_theirs(two_sections):
    one, two = two_sections
    of_one, of_two = say(one, "de pont"), say(two, "de pont")
    assert reactions_with("pont", section=one.section_id) == [of_one]
    assert articles_with("pont", section=one.section_id) == [one]
    assert reactions_with("pont", author=two.author_id) == [of_two]
    assert articles_with("pont", author=two.author_id) == [two]
    assert search("pont", section=one.section_id, author=two.author_id).reactions.count == 0
    assert search("pont", section=make_section().pk).articles.count == 0


def test_the_second_of_the_byline_counts_as_author_too():
    first, second = make_author(), make_author()
    article = make_article(title="Een pont", authors=[first, second])
    reaction = say(article, "de pont")
    for author in (first, second):
        assert articles_with("pont", author=author.pk) == [article]
        assert reactions_with("pont", author=author.pk) == [reaction]
    Byline.objects.filter(author=second).delete()
    assert reactions_with("pont", author=second.pk) == []


def test_a_section_that_changes_takes_its_reactions_along(two_sections):
    one, two = two_sections
    reaction = say(one, "de pont")
    Article.objects.filter(pk=one.pk).update(section=two.section)
    assert reactions_with("pont", section=two.section_id) == [reaction]


@pytest.mark.parametrize("days", [1, 7, 31, 90, 366, 3_000])
def test_a_period_holds_what_was_published_in_it(days):
    article = make_article(title="Een pont")
    inside, outside = say(article, "de pont, binnen"), say(article, "de pont, buiten")
    since = timezone.now() - timedelta(days=days)
    for reaction, moment in ((inside, since + timedelta(minutes=1)), (outside, since - timedelta(minutes=1))):
        Reaction.objects.filter(pk=reaction.pk).update(published_at=moment)
    assert reactions_with("pont", since=since) == [inside]
    Article.objects.filter(pk=article.pk).update(published_at=since - timedelta(minutes=1))
    assert articles_with("pont", since=since) == []
    assert reactions_with("pont", since=since) == [inside]
    assert reactions_with("pont", since=timezone.now() + timedelta(days=1)) == []


def test_only_the_authors_answers_are_left():
    article = make_article(title="Een pont")
    question = say(article, "vaart de pont?")
    answer = say(article, "de pont vaart", to=question, author=article.author)
    found = search("pont", only_authors=True)
    assert [hit.reaction for hit in found.reactions.hits] == [answer]
    assert found.articles.count == 0


def test_one_kind_alone(two_sections):
    say(two_sections[0], "de pont")
    assert search("pont", kind="articles").reactions.count == 0 != search("pont", kind="articles").articles.count
    assert search("pont", kind="reactions").articles.count == 0 != search("pont", kind="reactions").reactions.count


def test_pages_follow_each_other_without_gap_or_double(monkeypatch):
    article = make_article()
    said = [say(article, f"pont {n} {'pont' * (n % 3)}") for n in range(45)]
    monkeypatch.setattr(searching, "RANKED", 10)
    for order in searching.ORDERS:
        seen, after = [], 0
        while after is not None:
            found = search("pont", kind="reactions", order=order, after=after, count=20).reactions
            seen += [hit.reaction for hit in found.hits]
            after = found.following
        assert len(seen) == 45 and set(seen) == set(said)
    assert seen == said[::-1]


def test_the_newest_come_first_however_far_their_numbers_lie_apart():
    article, now = make_article(), timezone.now()
    numbers = [1, 4_095, 4_096, 8_191, 8_192, 20_000, 65_535, 70_000, 300_000, 1_048_576, 2_000_000, 5_000_000, 10**12]
    Reaction.objects.bulk_create(
        Reaction(
            pk=pk, article=article, thread_no=n, reply_no=0, path=b"", name="Karim", body=f"pont {'veer veerpont' if n % 2 else ''}",
            language="nl", status="published", shown=True, created_at=now, published_at=now, fingerprint=str(pk),
        )
        for n, pk in enumerate(numbers)
    )  # fmt: skip
    newest = [reaction.pk for reaction in reactions_with("pont", order="newest", count=20)]
    assert newest == numbers[::-1]
    assert [reaction.pk for reaction in reactions_with("veer", order="newest", count=20)] == numbers[1::2][::-1]
    assert [reaction.pk for reaction in reactions_with("pontj", order="newest", count=20)] == []
    assert [reaction.pk for reaction in reactions_with("veerpo", order="newest", count=20)] == numbers[1::2][::-1]
    for most in range(1, len(numbers) + 1):
        assert engine().newest_reactions(read_query('"pont"'), Filters(), limit=most) == newest[:most]


def test_more_than_the_most_is_said_to_be_more(monkeypatch):
    article = make_article()
    for n in range(6):
        say(article, f"pont {n}")
        make_article(title=f"pont {n}")
    monkeypatch.setattr(searching, "MOST", 5)
    found = search("pont", count=3)
    for kind in (found.articles, found.reactions):
        assert (kind.count, kind.is_more, len(kind.hits), kind.following) == (5, True, 3, 3)
    found = search("pont", count=3, after=3)
    assert (len(found.reactions.hits), found.reactions.following) == (2, None)
    assert (search("5").reactions.count, search("5").reactions.is_more) == (1, False)
