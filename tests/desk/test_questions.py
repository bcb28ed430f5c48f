"""What readers ask, at the desk: who sees what, and the answer that is written right there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Discussion
from forum.desk import questions
from forum.reactions.actions import remove
from forum.reactions.models import Reaction
from tests.desk.people import make_staff, make_writer
from tests.factories import make_article, make_author
from tests.reactions.posts import text_of
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
DESK = "/desk/questions/"
HOSTILE = "<script>alert(1)</script> <b>vet</b> {{ settings }} \u202e</li></ol>"


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.MODERATION = "after"


@pytest.fixture
def noor():
    return make_writer("Noor Terbeek")


def as_user(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(article: Article, body: str = "", **fields) -> Reaction:
    return say(article, body, is_question=True, **fields)


def post_answer(client: Client, question: Reaction, body: str):
    return client.post(f"{DESK}{question.pk}/", {"body": body})


def fresh(reaction: Reaction) -> Reaction:
    return Reaction.objects.get(pk=reaction.pk)


def test_an_author_sees_the_questions_under_his_own_articles_and_an_editor_all(noor):
    own, shared, other = (make_article(authors=authors) for authors in ([noor], [make_author(), noor], [make_author()]))
    for words, article in [("Eigen vraag?", own), ("Gedeelde vraag?", shared), ("Andermans vraag?", other)]:
        ask(article, words)
    say(own, "Geen vraag.")
    page = text_of(as_user(noor.user).get(DESK))
    assert "Eigen vraag?" in page and "Gedeelde vraag?" in page
    assert "Andermans vraag?" not in page and "Geen vraag." not in page
    assert "Vragen (2)" in page
    page = text_of(as_user(make_staff("editor")).get(DESK))
    assert all(words in page for words in ("Eigen vraag?", "Gedeelde vraag?", "Andermans vraag?", "Vragen (3)"))
    assert page.count("<textarea") == 0 and "/reactions/" in page


def test_readers_go_to_the_login_and_moderators_have_no_business_here(client):
    assert client.get(DESK).status_code == 302
    assert as_user(make_staff("moderator")).get(DESK).status_code == 403
    question = ask(make_article())
    assert client.get(f"{DESK}{question.pk}/").status_code == 302
    assert post_answer(client, question, "Zo zit het.").status_code == 302
    assert client.post(f"{DESK}mail/", {"wanted": "no"}).status_code == 302
    assert Reaction.objects.count() == 1


def test_open_questions_stand_above_answered_ones_the_oldest_first(noor):
    article = make_article(author=noor)
    first, second, done = (ask(article, words) for words in ("Oudste?", "Nieuwste?", "Klaar?"))
    say(article, "Zo zit het.", to=done, author=noor)
    page = text_of(as_user(noor.user).get(DESK))
    places = [page.index(words) for words in ("Oudste?", "Nieuwste?", ">Beantwoord</h2>", "Klaar?")]
    assert places == sorted(places)
    part = page[page.index(f'id="question-{first.pk}"') : page.index(f'id="question-{second.pk}"')]
    order = [part.index(words) for words in (article.title, "Sanne Kuipers", "Oudste?", f"/reactions/{first.pk}/")]
    assert order == sorted(order)
    assert f"/reactions/{fresh(done).answered_by_id}/" in page[page.index("Klaar?") :]


def test_the_answer_stands_in_the_thread_under_the_authors_own_name(noor):
    article = make_article(authors=[make_author(name="Imke Sandel"), noor])
    question = ask(article)
    client = as_user(noor.user)
    answer = post_answer(client, question, "Zo zit het.\r\n\r\nEn niet anders.")
    assert answer.status_code == 303
    said = Reaction.objects.get(by_author=True)
    assert (said.name, said.parent_id, said.status) == ("Noor Terbeek", question.pk, "published")
    assert said.body == "Zo zit het.\n\nEn niet anders."
    assert fresh(question).answered_by_id == said.pk
    page = text_of(client.get(answer["Location"]))
    assert "Je antwoord staat erop." in page and f'href="/reactions/{said.pk}/"' in page
    assert "Er wacht geen lezer op antwoord." in page and "Vragen (" not in page


def test_the_same_answer_twice_becomes_one(noor):
    question = ask(make_article(author=noor))
    client = as_user(noor.user)
    assert {post_answer(client, question, "Zo zit het.")["Location"] for _ in range(2)} == {
        f"{DESK}?posted={Reaction.objects.get(by_author=True).pk}"
    }


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Schrijf eerst een reactie."),
        ("x" * 5001, "1 teken te lang"),
        ("a\x00b", "tekens die we niet kunnen tonen"),
    ],
)
def test_an_answer_that_is_not_right_comes_back(noor, body, sentence):
    question = ask(make_article(author=noor))
    answer = post_answer(as_user(noor.user), question, body)
    page = text_of(answer)
    assert answer.status_code == 422 and sentence in page
    assert f'id="error-{question.pk}"' in page and body.replace("\x00", "") in page.replace("\x00", "")
    assert Reaction.objects.count() == 1


def test_a_question_that_went_away_meanwhile_keeps_the_words_of_the_answer(noor):
    article = make_article(author=noor)
    question = ask(article, "Kan dat weg?")
    remove(fresh(question))
    answer = post_answer(as_user(noor.user), question, "Mijn lange antwoord.")
    page = text_of(answer)
    assert answer.status_code == 409 and "De vraag is er niet meer." in page and "Mijn lange antwoord." in page
    assert "Kan dat weg?" not in page
    assert Reaction.objects.count() == 1


def test_a_discussion_that_closed_meanwhile_keeps_the_words_of_the_answer(noor):
    article = make_article(author=noor)
    question = ask(article)
    Discussion.objects.update(state="closed")
    client = as_user(noor.user)
    page = text_of(client.get(DESK))
    assert "<textarea" not in page and "De reacties op dit artikel zijn gesloten." in page
    answer = post_answer(client, question, "Mijn lange antwoord.")
    assert answer.status_code == 409 and "Mijn lange antwoord." in text_of(answer)


def test_who_is_no_author_of_the_article_cannot_answer_for_him(noor):
    question = ask(make_article())
    assert post_answer(as_user(noor.user), question, "Ik ook.").status_code == 404
    editor = as_user(make_staff("editor"))
    assert editor.get(f"{DESK}{question.pk}/").status_code == 200
    assert post_answer(editor, question, "Ik ook.").status_code == 403
    assert Reaction.objects.count() == 1


def test_an_answer_needs_the_token_of_the_form(noor):
    question = ask(make_article(author=noor))
    client = Client(enforce_csrf_checks=True)
    client.force_login(noor.user)
    assert post_answer(client, question, "Zo zit het.").status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(client.get(DESK)))[1]
    answer = client.post(f"{DESK}{question.pk}/", {"body": "Zo zit het.", "csrfmiddlewaretoken": token})
    assert answer.status_code == 303


def test_nothing_changes_by_looking(noor):
    question = ask(make_article(author=noor))
    client = as_user(noor.user)
    for path in (DESK, f"{DESK}{question.pk}/", f"{DESK}?after=1&before=9&posted=1"):
        assert client.get(path).status_code == 200
        assert client.get(path)["Cache-Control"] == "private, no-store"
    assert client.get(f"{DESK}mail/").status_code == 405
    noor.refresh_from_db()
    assert noor.mail_questions and Reaction.objects.count() == 1


def test_an_author_stops_the_mail_and_starts_it_again(noor):
    client = as_user(noor.user)
    assert "Stop deze mail" in text_of(client.get(DESK))
    assert client.post(f"{DESK}mail/", {"wanted": "no"})["Location"] == f"{DESK}#mail"
    noor.refresh_from_db()
    assert not noor.mail_questions and "Mail mij over nieuwe vragen" in text_of(client.get(DESK))
    client.post(f"{DESK}mail/", {"wanted": "yes"})
    noor.refresh_from_db()
    assert noor.mail_questions
    assert as_user(make_staff("editor")).post(f"{DESK}mail/", {"wanted": "no"}).status_code == 403


def test_what_readers_type_cannot_break_out(noor):
    article = make_article(author=noor, title="Kop <i>")
    question = ask(article, HOSTILE, name='<img src=x onerror="alert(1)">', website="https://a.example/?q=%3Cb%3E")
    for path in (DESK, f"{DESK}{question.pk}/"):
        page = as_user(noor.user).get(path).content.decode()
        assert "<script>alert" not in page and "<img" not in page and "<b>vet" not in page and "<i>" not in page
        assert "&lt;script&gt;alert(1)" in page and "{{ settings }}" in page


@pytest.mark.parametrize("hidden", ["withdrawn", "removed", "held", "planned"])
def test_p23_what_nobody_can_read_is_not_shown(noor, hidden):
    article = make_article(author=noor)
    question = ask(article, "Ziet iemand dit?", honeypot="gevuld" if hidden == "held" else "")
    if hidden == "withdrawn":
        Article.objects.update(status=Article.Status.WITHDRAWN)
    elif hidden == "planned":
        Article.objects.update(published_at=timezone.now() + timedelta(days=1))
    elif hidden == "removed":
        remove(fresh(question))
    page = text_of(as_user(noor.user).get(DESK))
    assert "Ziet iemand dit?" not in page and "Vragen (" not in page


def test_more_than_a_page_is_read_by_cursors(noor, monkeypatch):
    monkeypatch.setattr(questions, "OPEN_PER_PAGE", 2)
    monkeypatch.setattr(questions, "ANSWERED_PER_PAGE", 2)
    article = make_article(author=noor)
    for n in range(5):
        ask(article, f"Open {n}.")
    for n in range(3):
        say(article, to=ask(article, f"Klaar {n}."), author=noor)
    client, seen, where = as_user(noor.user), [], DESK
    for _ in range(3):
        page = text_of(client.get(where))
        seen += re.findall(r"Open \d\.", page)
        more = re.search(r'href="(\?after=\d+)"', page)
        where = DESK + more[1] if more else ""
    assert seen == [f"Open {n}." for n in range(5)] and where == ""
    first = text_of(client.get(DESK))
    assert re.findall(r"Klaar \d\.", first) == ["Klaar 2.", "Klaar 1."]
    before = re.search(r'href="(\?before=\d+)#', first)[1]
    assert re.findall(r"Klaar \d\.", text_of(client.get(DESK + before))) == ["Klaar 0."]
    assert "Dat was de laatste." in text_of(client.get(f"{DESK}?after=999999"))


@pytest.mark.parametrize("query", ["after=x", "after=-1", "before=", "posted=%20", "after=99999999999999999999"])
def test_p05_a_cursor_that_is_none_is_not_found(noor, query):
    assert as_user(noor.user).get(f"{DESK}?{query}").status_code == 404


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_eight_queries_however_much_is_asked(noor, count, django_assert_num_queries):
    for _ in range(count):
        article = make_article(author=noor)
        ask(article)
        say(article, to=ask(article), author=noor)
    client = as_user(noor.user)
    # session, user, roles; the author himself; open, answered, which are his own; the number in the bar
    with django_assert_num_queries(10):
        client.get(DESK)
