"""A question to the author: asked, shown, answered, counted; and who may speak with a badge."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Discussion
from forum.ops.worker import remake_old_parts
from forum.reactions.actions import approve, refuse, remove, restore, withdraw
from forum.reactions.models import Reaction
from tests.factories import make_article, make_author
from tests.reactions.posts import inputs, send, text_of, the_reaction
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
TICK = "Dit is een vraag aan de auteur"
ASKED, ANSWERED = "Vraag aan de auteur", "beantwoord door de auteur"


@pytest.fixture(autouse=True)
def at_once(publish_at_once):
    pass


def make_login(name: str, *, role: str = "", **fields) -> User:
    user = User.objects.create_user(name, is_staff=bool(role), **fields)
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def ask(article: Article, body: str = "", **fields) -> Reaction:
    return say(article, body, is_question=True, **fields)


def answer(question: Reaction, **fields) -> Reaction:
    return say(question.article, to=question, author=fields.pop("author", question.article.author), **fields)


def counts(article: Article) -> tuple[int, int]:
    discussion = Discussion.objects.get(pk=article.pk)
    return discussion.questions, discussion.answered


def fresh(reaction: Reaction) -> Reaction:
    return Reaction.objects.get(pk=reaction.pk)


def test_a_reader_ticks_the_box_below_his_words_and_the_page_says_so(client):
    article = make_article()
    form = text_of(client.get(f"/articles/{article.slug}/react/"))
    zone = form[form.index("Zichtbaar voor iedereen") : form.index("Blijft privé")]
    assert zone.index('name="body"') < zone.index('name="question"') < zone.index(TICK)
    assert "Het antwoord komt hier, onder je vraag." in zone
    send(client, article, question="on", website="https://sanne.example")
    said = the_reaction()
    assert said.is_question and counts(article) == (1, 0)
    html = text_of(client.get(article.get_absolute_url()))
    part = html[html.index(f'id="reaction-{said.pk}"') :]
    places = [part.index(words) for words in ("Sanne Kuipers", "sanne.example", ASKED, "e-content")]
    assert places == sorted(places)
    assert "1 vraag, 0 beantwoord" in html and ANSWERED not in html


def test_without_the_tick_it_is_no_question(client):
    article = make_article()
    send(client, article)
    assert not the_reaction().is_question and counts(article) == (0, 0)
    html = text_of(client.get(article.get_absolute_url()))
    assert 'class="asks"' not in html and "beantwoord" not in html


def test_p04_the_tick_stays_through_preview_editing_and_errors(client):
    article = make_article()
    preview = send(client, article, question="on", preview="1")
    page = text_of(preview)
    shown = page[page.index('class="preview') : page.index("<form")]
    assert shown.index("Sanne Kuipers") < shown.index(ASKED) < shown.index("Dit blijft me bij.")
    draft = inputs(preview)
    again = send(client, article, **draft, edit="1")
    assert inputs(again)["question"] == "on" and re.search(r'name="question"[^>]* checked', text_of(again))
    wrong = send(client, article, question="on", name="")
    assert wrong.status_code == 422 and re.search(r'name="question"[^>]* checked', text_of(wrong))
    assert not re.search(r'name="question"[^>]* checked', text_of(send(client, article, name="")))
    assert send(client, article, **draft).status_code == 303
    assert the_reaction().is_question


def test_p04_the_tick_stays_when_the_database_is_away(client):
    article = make_article()

    def away(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            raise OperationalError("locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        refused = send(client, article, question="on")
    assert refused.status_code == 503 and re.search(r'name="question"[^>]* checked', text_of(refused))


def test_who_waits_for_the_editors_sees_that_it_is_a_question(client, settings):
    settings.MODERATION = "before"
    article = make_article()
    where = send(client, article, question="on")["Location"]
    assert ASKED in text_of(client.get(where))
    assert counts(article) == (0, 0)
    approve(the_reaction())
    assert counts(article) == (1, 0)


def test_the_answer_is_named_on_the_question_and_counted(client):
    article = make_article()
    question = ask(article)
    said = answer(question)
    question = fresh(question)
    assert question.answered_by_id == said.pk and counts(article) == (1, 1)
    assert f'<a href="/reactions/{said.pk}/">{ANSWERED}</a>' in question.html
    html = text_of(client.get(article.get_absolute_url()))
    assert "1 vraag, 1 beantwoord" in html and ANSWERED in html
    assert client.get(f"/reactions/{said.pk}/")["Location"].endswith(f"#reaction-{said.pk}")


def test_in_an_english_article_it_says_so_in_english(client):
    article = make_article(language="en")
    answer(ask(article))
    ask(article)
    html = text_of(client.get(article.get_absolute_url()))
    assert "2 questions, 1 answered" in html
    assert "Question to the author" in html and "answered by the author" in html


def test_readers_and_other_authors_do_not_answer_a_question():
    article = make_article()
    question = ask(article)
    say(article, to=question)
    say(article, to=question, by_editors=True, name="Karim")
    assert fresh(question).answered_by is None and counts(article) == (1, 0)


def test_an_answer_belongs_to_the_nearest_question_above_it():
    article = make_article()
    first = ask(article)
    between = say(article, to=first)
    second = ask(article, to=between)
    said = answer(say(article, to=second))
    assert fresh(second).answered_by_id == said.pk
    assert fresh(first).answered_by is None and counts(article) == (2, 1)
    below_first = answer(between)
    assert fresh(first).answered_by_id == below_first.pk and counts(article) == (2, 2)


def test_an_opening_of_the_author_answers_nothing():
    article = make_article()
    question = ask(article)
    say(article, author=article.author)
    assert fresh(question).answered_by is None


def test_the_first_published_answer_counts_and_the_next_takes_its_place():
    article = make_article()
    question = ask(article)
    first, second = answer(question), answer(question)
    assert fresh(question).answered_by_id == first.pk
    remove(fresh(first))
    assert fresh(question).answered_by_id == second.pk and counts(article) == (1, 1)
    withdraw(fresh(second))
    assert fresh(question).answered_by is None and counts(article) == (1, 0)
    assert ANSWERED not in fresh(question).html
    restore(fresh(first))
    assert fresh(question).answered_by_id == first.pk and counts(article) == (1, 1)


@pytest.mark.parametrize("gone", [remove, withdraw])
def test_a_question_that_is_taken_away_leaves_both_counts(gone):
    article = make_article()
    question = ask(article)
    answer(question)
    ask(article)
    gone(fresh(question))
    assert counts(article) == (1, 0)
    assert ASKED not in fresh(question).html
    answer_below = Reaction.objects.get(by_author=True)
    remove(answer_below)
    assert counts(article) == (1, 0)
    restore(fresh(answer_below))
    if gone is remove:
        restore(fresh(question))
        assert counts(article) == (2, 1) and ANSWERED in fresh(question).html


def test_what_is_refused_never_counts():
    article = make_article()
    held = ask(article, honeypot="gevuld")
    assert held.status == "held" and counts(article) == (0, 0)
    refuse(fresh(held))
    assert counts(article) == (0, 0)
    approve(fresh(held))
    assert counts(article) == (1, 0)


def test_the_version_of_the_page_rises_with_the_answer():
    article = make_article()
    question = ask(article)
    before = Discussion.objects.get(pk=article.pk).version
    answer(question)
    assert Discussion.objects.get(pk=article.pk).version > before


def test_old_parts_are_made_again_with_what_is_answered():
    article = make_article()
    question = ask(article)
    said = answer(question)
    Reaction.objects.update(html="oud", html_version=1)
    assert remake_old_parts() == 2
    assert f"/reactions/{said.pk}/" in fresh(question).html


def test_a_question_costs_the_page_nothing_more(client, django_assert_num_queries):
    plain, asked = make_article(), make_article()
    say(plain)
    for _ in range(3):
        answer(ask(asked))
    for article in (plain, asked):
        with django_assert_num_queries(6):
            client.get(article.get_absolute_url())


def test_posting_an_answer_costs_a_fixed_number_of_queries_however_deep_it_stands(django_assert_num_queries):
    article = make_article()
    question = last = ask(article)
    for _ in range(12):
        last = say(article, to=last)

    def cost(to: Reaction) -> int:
        with CaptureQueriesContext(connection) as seen:
            answer(to)
        return len(seen)

    near, deep = cost(fresh(question)), cost(fresh(last))
    assert deep <= near + 1  # the opening of the conversation is looked up on its own


# Who speaks


def test_any_author_of_the_byline_answers_under_his_own_name(client, settings):
    settings.MODERATION = "before"
    noor, imke = (make_author(name=name, user=make_login(name[:4])) for name in ("Noor Terbeek", "Imke Sandel"))
    article = make_article(authors=[noor, imke])
    settings.MODERATION = "after"
    question = ask(article)
    settings.MODERATION = "before"
    client.force_login(imke.user)
    page = client.get(f"/articles/{article.slug}/react/?parent={question.pk}")
    assert inputs(page)["name"] == "Imke Sandel" and "Je antwoordt als auteur van dit artikel." in text_of(page)
    assert TICK not in text_of(page)
    send(client, article, name="Iemand anders", parent=str(question.pk), question="on")
    said = Reaction.objects.latest("pk")
    assert (said.name, said.by_author, said.status, said.is_question) == ("Imke Sandel", True, "published", False)
    assert fresh(question).answered_by_id == said.pk
    assert "by-author" in said.html and ">Auteur</span>" in said.html


def test_somebody_who_left_the_byline_is_a_reader_again(client):
    imke = make_author(name="Imke Sandel", user=make_login("imke"))
    article = make_article(authors=[make_author(), imke])
    article.bylines.filter(author=imke).delete()
    client.force_login(imke.user)
    send(client, article, name="Imke")
    assert not the_reaction().by_author


@pytest.mark.parametrize(("role", "badge"), [("editor", True), ("moderator", True), ("author", False), ("", False)])
def test_staff_that_edits_or_moderates_speaks_for_the_editors(client, settings, role, badge):
    settings.MODERATION = "before"
    article = make_article()
    client.force_login(make_login("karim", role=role, first_name="Karim", last_name="Belhadj"))
    page = client.get(f"/articles/{article.slug}/react/")
    assert ("Je antwoordt namens de redactie." in text_of(page)) == badge
    preview = text_of(send(client, article, name="Iemand", preview="1"))
    assert (">Redactie</span>" in preview) == badge
    send(client, article, name="Iemand")
    said = the_reaction()
    assert (said.by_editors, said.by_author) == (badge, False)
    assert said.name == ("Karim Belhadj" if badge else "Iemand")
    assert said.status == ("published" if badge else "held")
    assert (">Redactie</span>" in said.html) == badge and "by-author" not in said.html


@pytest.mark.parametrize("names", [{}, {"first_name": "\u202e"}, {"first_name": "?"}])
def test_the_name_of_a_login_is_shown_to_nobody(client, names):
    article = make_article()
    client.force_login(make_login("k.belhadj@redactie.example", role="editor", **names))
    send(client, article)
    assert the_reaction().name == "De redactie"
    assert "belhadj" not in text_of(client.get(article.get_absolute_url()))


def test_p13_an_editor_without_proof_of_our_page_is_a_reader(client):
    article = make_article()
    client.force_login(make_login("karim", role="editor", first_name="Karim"))
    send(client, article, headers={})
    assert not the_reaction().by_editors and the_reaction().status == "held"


def test_who_has_no_session_costs_no_query_for_who_he_is(client, django_assert_num_queries):
    article = make_article()
    with django_assert_num_queries(2):  # the article, the sections in the masthead
        client.get(f"/articles/{article.slug}/react/")


def test_a_reader_cannot_say_that_he_is_the_author(client):
    article = make_article()
    send(client, article, by_author="on", author=str(article.author_id), by_editors="on", answered_by="1")
    said = the_reaction()
    assert not said.by_author and not said.by_editors and said.answered_by is None
