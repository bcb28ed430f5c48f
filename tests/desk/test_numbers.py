"""The numbers of an article: right, bounded, for who may see them, and made of what readers posted."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from forum.desk import numbers
from forum.desk.numbers import numbers_of
from forum.desk.templatetags.desk_numbers import day_bars, span_words
from forum.reactions.actions import refuse, remove, withdraw
from forum.reactions.models import Reaction
from forum.subscriptions.actions import end, subscribe
from tests.desk.people import make_staff, make_writer
from tests.factories import make_article, make_author
from tests.reactions.posts import text_of
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.MODERATION = "after"


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(reaction: Reaction, moment: datetime) -> Reaction:
    Reaction.objects.filter(pk=reaction.pk).update(published_at=moment)
    return reaction


def fresh(reaction: Reaction) -> Reaction:
    return Reaction.objects.get(pk=reaction.pk)


def address(article: Article) -> str:
    return f"/desk/articles/{article.pk}/numbers/"


def test_reactions_are_counted_by_the_local_day_of_the_last_sixty():
    article, other = make_article(), make_article()
    midnight = timezone.localtime(NOW).replace(hour=0, minute=0, second=0, microsecond=0)
    for moment in (midnight, midnight - timedelta(seconds=1), midnight - timedelta(minutes=5)):
        at(say(article), moment)
    at(say(article), midnight - timedelta(days=59))
    at(say(article), midnight - timedelta(days=59, seconds=1))
    remove(fresh(at(say(article), midnight)))
    say(article, honeypot="gevuld")
    say(other)
    days = numbers_of(article).days
    assert len(days) == 60 and days[-1][0] == timezone.localdate()
    counted = [count for _, count in days]
    assert (counted[0], counted[-2], counted[-1], sum(counted)) == (1, 2, 1, 4)


def test_the_newest_are_counted_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(numbers, "COUNTED", 3)
    article = make_article()
    for n in range(5):
        at(say(article), NOW - timedelta(days=n))
    found = numbers_of(article)
    assert [count for _, count in found.days][-5:] == [0, 0, 1, 1, 1] and found.is_cut


def test_waiting_times_are_medians_of_what_was_answered():
    article = make_article()
    for minutes in (10, 20, 60):
        question = at(say(article, is_question=True), NOW - timedelta(hours=5))
        at(say(article, to=question), NOW - timedelta(hours=5) + timedelta(minutes=minutes / 2))
        at(say(article, to=question, author=article.author), NOW - timedelta(hours=5) + timedelta(minutes=minutes))
    say(article, is_question=True)
    found = numbers_of(article)
    assert (found.questions.asked, found.questions.answered, found.questions.median) == (4, 3, timedelta(minutes=20))
    assert (found.openings.asked, found.openings.answered, found.openings.median) == (4, 3, timedelta(minutes=10))


def test_the_first_answer_that_still_stands_counts():
    article = make_article()
    opening = at(say(article), NOW - timedelta(hours=3))
    first = at(say(article, to=opening), NOW - timedelta(hours=2))
    at(say(article, to=opening), NOW - timedelta(hours=1))
    assert numbers_of(article).openings.median == timedelta(hours=1)
    remove(fresh(first))
    assert numbers_of(article).openings.median == timedelta(hours=2)


def test_with_nothing_answered_there_is_no_time():
    article = make_article()
    assert numbers_of(article).openings.median is None
    say(article, is_question=True)
    found = numbers_of(article)
    assert found.questions.median is None and found.openings.median is None


def test_what_waits_and_what_was_decided_is_counted():
    article = make_article()
    held = [say(article, honeypot="gevuld") for _ in range(5)]
    refuse(fresh(held[0]))
    refuse(fresh(held[1]), as_spam=True)
    remove(say(article))
    withdraw(say(article))
    withdraw(fresh(held[2]))
    say(make_article(), honeypot="gevuld")
    found = numbers_of(article)
    assert found.held == 2
    assert {status: found.by_status[status] for status in ("refused", "spam", "removed", "withdrawn")} == {
        "refused": 1,
        "spam": 1,
        "removed": 1,
        "withdrawn": 2,
    }


def test_followers_are_those_who_confirmed_and_did_not_leave():
    article = make_article()

    def follow(who: str, **how: bool):
        fields = {"scope": "article", "client_key": "", "now": NOW, "proven": True, **how}
        return subscribe(email=f"{who}@voorbeeld.example", article=article, **fields)

    follow("anna")
    follow("bram", proven=False)
    end(follow("chris"), how="link")
    assert numbers_of(article).followers == 1


def test_the_page_says_it_in_words_and_shows_it_in_bars():
    noor = make_writer("Noor Terbeek")
    article = make_article(author=noor, title="Het stille uur")
    question = at(say(article, is_question=True), NOW - timedelta(hours=4))
    at(say(article, to=question, author=noor), NOW - timedelta(hours=1))
    answer = as_user(noor.user).get(address(article))
    page = " ".join(re.sub(r"<[^>]+>", " ", text_of(answer)).split())
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cijfers van ‘Het stille uur’" in page
    assert "In de laatste 60 dagen kwamen er 2 reacties bij die er nog staan." in page
    assert "Vragen aan de auteur 1" in page and "Beantwoord door de auteur 1 (100%)" in page
    assert "Tijd tot de auteur een vraag beantwoordt 3 uur" in page
    assert "Volgers per mail 0" in page and "Wacht op de redactie 0" in page
    svg = re.search(r'<svg class="bars"[^>]*aria-hidden="true">.*?</svg>', answer.content.decode(), re.DOTALL)[0]
    assert 1 <= svg.count("<rect ") <= 2 and "style=" not in svg


def test_an_article_nobody_reacted_to_says_so():
    article = make_article()
    page = text_of(as_user(make_staff("editor")).get(address(article)))
    assert "In de laatste 60 dagen reageerde niemand." in page and '<svg class="bars"' not in page
    assert page.count("nog niets te meten") == 2


def test_an_author_sees_the_numbers_of_his_own_articles_and_an_editor_all(client):
    noor = make_writer("Noor Terbeek")
    own, other = make_article(authors=[make_author(), noor]), make_article()
    Article.objects.filter(pk=own.pk).update(status=Article.Status.WITHDRAWN)
    author, editor = as_user(noor.user), as_user(make_staff("editor"))
    assert [author.get(address(article)).status_code for article in (own, other)] == [200, 404]
    assert [editor.get(address(article)).status_code for article in (own, other)] == [200, 200]
    assert client.get(address(own)).status_code == 302
    assert as_user(make_staff("moderator")).get(address(own)).status_code == 403
    assert editor.post(address(own)).status_code == 405
    assert editor.get("/desk/articles/0/numbers/").status_code == 404


def test_the_overview_lists_what_was_talked_about_the_most_first():
    noor = make_writer("Noor Terbeek")
    much, little, others, old = (
        make_article(title=title, author=author)
        for title, author in [("Veel", noor), ("Weinig", noor), ("Ander", make_author()), ("Oud", noor)]
    )
    for article, count in [(much, 3), (little, 1), (others, 2)]:
        for _ in range(count):
            say(article, is_question=article == much)
    say(old)
    old.discussion.__class__.objects.filter(pk=old.pk).update(last_reaction_at=NOW - timedelta(days=31))
    say(much, honeypot="gevuld")
    page = text_of(as_user(make_staff("editor")).get("/desk/numbers/"))
    assert re.findall(r'numbers/">(\w+)</a>', page) == ["Veel", "Ander", "Weinig"]
    row = re.search(r">Veel</a></th>(.*?)</tr>", page, re.DOTALL)[1]
    assert re.findall(r"<td>(\d+)</td>", row) == ["3", "3", "1"]
    page = text_of(as_user(noor.user).get("/desk/numbers/"))
    assert re.findall(r'numbers/">(\w+)</a>', page) == ["Veel", "Weinig"]


@pytest.mark.parametrize("count", [1, 12])
def test_the_numbers_cost_six_queries_and_the_pages_a_fixed_number(count, django_assert_num_queries):
    noor = make_writer("Noor Terbeek")
    for _ in range(count):
        article = make_article(author=noor)
        say(article, to=say(article, is_question=True), author=noor)
    with django_assert_num_queries(6):
        numbers_of(article)
    client = as_user(noor.user)
    with django_assert_num_queries(13):  # session, user, roles, article, six, three for the bar
        client.get(address(article))
    with django_assert_num_queries(8):  # session, user, roles, discussions, what waits, three for the bar
        client.get("/desk/numbers/")


def test_no_query_of_the_numbers_walks_through_all_reactions_of_an_article(engine):
    """Each has the index that it was given, without statistics as well. Only SQLite's plan does not depend on how many
    rows there are.
    """
    if engine != "sqlite":
        return
    article = make_article()
    say(article, is_question=True)
    with CaptureQueriesContext(connection) as seen:
        numbers_of(article)
    used = set()
    for query in seen:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plans = [row[-1] for row in cursor.fetchall()]
        assert not [plan for plan in plans if "SCAN" in plan and "INDEX" not in plan and "SUBQUERY" not in plan], plans
        used |= set(re.findall(r"INDEX (reaction_\w+|subscription_\w+)", " ".join(plans)))
    expected = {"days", "decided", "openings", "questions", "queue"}
    assert {f"reaction_{name}" for name in expected} <= used, used


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "0 minuten"),
        (timedelta(minutes=1), "1 minuut"),
        (timedelta(minutes=59, seconds=40), "1 uur"),
        (timedelta(hours=30), "30 uur"),
        (timedelta(days=2), "2 dagen"),
        (timedelta(days=24), "24 dagen"),
    ],
)
def test_a_span_is_said_in_one_unit(span, words):
    assert span_words(span) == words


def test_bars_keep_their_place_when_days_are_empty():
    day = NOW.date()
    drawn = day_bars([(day, 0), (day, 4), (day, 1)])
    assert re.findall(r'x="(\d+)" y="(\d+)" width="8" height="(\d+)"', drawn) == [("10", "0", "80"), ("20", "60", "20")]
    assert "<rect" not in day_bars([(day, 0)])
