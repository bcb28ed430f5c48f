"""What an article was, what changed, and back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Revision
from tests.desk.conftest import address, save
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


def test_every_save_stands_in_the_list_with_who_and_what(editor):
    article = make_article(**DRAFT)
    save(editor, article, lead="Anders.")
    save(editor, article, "publish")
    html = editor.get(address(article, "revisions/")).content.decode()
    assert html.count('name="from"') == 3 and "Karim Belhaj, gepubliceerd" in html


def test_the_difference_is_marked_in_words_and_not_by_colour_alone(editor):
    article = make_article(body="Het was een warme dag.\n\nDat bleef zo.", **DRAFT)
    writer = make_author(name="Imke Sandel")
    save(editor, article, body="Het was een koude dag.\n\nDat bleef zo.", author_2=writer.pk)
    html = editor.get(address(article, "revisions/difference/"), {"from": "2", "to": "1"}).content.decode()
    assert 'Het was een <del><span class="vh"> weggehaald: </span>warme' in html
    assert '<ins><span class="vh"> toegevoegd: </span>koude' in html and "Imke Sandel" in html
    assert ">Kop</h2>" not in html  # it did not change


def test_what_is_compared_is_escaped(editor):
    article = make_article(body="<img src=x onerror=alert(1)>", **DRAFT)
    save(editor, article, body="<img src=x onerror=alert(2)>")
    html = editor.get(address(article, "revisions/difference/"), {"from": 1, "to": 2}).content.decode()
    assert "<img src=x" not in html and "&lt;" in html


@pytest.mark.parametrize(
    "asked", [{}, {"from": "1", "to": "9"}, {"from": "x", "to": "1"}, {"from": "9" * 30, "to": "1"}]
)
def test_what_is_not_there_cannot_be_compared(editor, asked):
    article = make_article(**DRAFT)
    save(editor, article, lead="Anders.")
    assert editor.get(address(article, "revisions/difference/"), asked).status_code == 404


def test_restoring_makes_a_new_revision_and_readers_see_it(editor):
    section = make_section()
    article = make_article(title="Eerst", body="Oude tekst.", slug="eerst")
    save(editor, article, title="Later", body="Nieuwe tekst.", slug="later", section=section.pk, reactions="closed")
    assert editor.post(address(article, "revisions/1/restore/"), {"version": "2"}).status_code == 302
    restored = Article.objects.get()
    assert (restored.title, restored.body, restored.version) == ("Eerst", "Oude tekst.", 3)
    assert restored.section_id == article.section_id
    assert restored.slug == "later" and restored.discussion.state == "closed"  # these stay
    assert Revision.objects.get(number=3).note == "restored 1"
    assert "teruggezet uit 1" in editor.get(address(article, "revisions/")).content.decode()
    assert "Oude tekst." in Client().get("/articles/later/").content.decode()
    assert Revision.objects.get(number=2).fields["body"] == "Nieuwe tekst."


def test_nothing_is_restored_over_what_somebody_saved_meanwhile_or_without_a_text(editor):
    article = make_article(body="", **DRAFT)
    save(editor, article, body="Tekst.")
    save(editor, article, "publish", lead="Nieuwer.")
    assert editor.post(address(article, "revisions/2/restore/"), {"version": "2"}).status_code == 302
    assert editor.post(address(article, "revisions/1/restore/"), {"version": "3"}).status_code == 302
    page = editor.get(address(article, "revisions/")).content.decode()
    assert "Er is niets teruggezet: iemand bewaarde" in page and "Er is niets teruggezet: de tekst is leeg." in page
    article.refresh_from_db()
    assert article.version == 3 and article.body == "Tekst."
    assert editor.post(address(article, "revisions/77/restore/"), {"version": "3"}).status_code == 404
    assert editor.get(address(article, "revisions/1/restore/")).status_code == 405


def test_an_author_or_a_section_that_is_gone_is_no_obstacle(editor):
    gone, stays = make_author(name="Gaat weg"), make_author()
    article = make_article(author=gone, **DRAFT)
    save(editor, article, author_1=stays.pk)
    gone.delete()
    html = editor.get(address(article, "revisions/difference/"), {"from": 1, "to": 2}).content.decode()
    assert "(weg)" in html
    assert editor.post(address(article, "revisions/1/restore/"), {"version": "2"}).status_code == 302
    article.refresh_from_db()
    assert article.author == stays


def test_a_long_history_is_shown_in_pages_with_few_queries(editor, karim):
    article = make_article(**DRAFT)
    Revision.objects.bulk_create(Revision(article=article, number=n, fields={}, saved_by=karim) for n in range(1, 131))
    editor.get(address(article, "revisions/"))
    with CaptureQueriesContext(connection) as queries:
        html = editor.get(address(article, "revisions/")).content.decode()
    assert len(queries) <= 11 and html.count('name="from"') == 50 and "?before=81" in html
    assert 'value="80"' in editor.get(address(article, "revisions/"), {"before": "81"}).content.decode()
