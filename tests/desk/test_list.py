"""The list of articles at the desk, and a new one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Revision
from tests.desk.conftest import browser_of, make_staff
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


def test_an_editor_sees_every_article_by_state_and_how_many_there_are(editor):
    make_article(title="Een concept", **DRAFT)
    make_article(title="Staat erop")
    make_article(title="Komt nog", status="scheduled", published_at=timezone.now() + timedelta(days=1))
    make_article(title="Weg ermee", status="withdrawn")
    html = editor.get("/desk/").content.decode()
    for words in ("Een concept", "Staat erop", "Komt nog", "Weg ermee", "Concept (1)", "Alle (4)", "Ingepland (1)"):
        assert words in html
    drafts = editor.get("/desk/", {"state": "draft"}).content.decode()
    assert "Een concept" in drafts and "Staat erop" not in drafts and "Gepubliceerd (1)" in drafts
    assert editor.get("/desk/", {"state": "onzin"}).content.decode().count('class="title"') == 4


def test_an_author_sees_only_what_is_his(author, noor):
    make_article(title="Van Noor", author=noor)
    make_article(title="Samen", authors=[make_author(), noor])
    make_article(title="Van een ander")
    html = author.get("/desk/").content.decode()
    assert "Van Noor" in html and "Samen" in html and "Van een ander" not in html
    assert "Alle (2)" in html


@pytest.mark.parametrize(("words", "found"), [("brug", 1), ("LEAD van", 1), ("diep verborgen", 1), ("nergens", 0)])
def test_the_search_looks_in_headline_lead_and_text(editor, words, found):
    make_article(title="De brug", lead="Een lead van waarde.", body="Diep zit het verborgen.")
    make_article(title="Iets anders", lead="", body="Tekst.")
    page = editor.get("/desk/", {"q": words})
    assert len(page.context["articles"]) == found
    assert ("Niets gevonden" in page.content.decode()) is not found


def test_the_list_is_leafed_through_without_a_row_twice(editor):
    section, writer = make_section(), make_author()
    made = {make_article(section=section, author=writer).pk for _ in range(120)}
    Article.objects.update(updated_at=timezone.now())  # the same moment for all: the number decides
    seen, path = [], "/desk/"
    while path:
        page = editor.get(path)
        seen += [article.pk for article in page.context["articles"]]
        path = "/desk/" + page.context["older"] if page.context["older"] else ""
    assert len(seen) == len(made) and set(seen) == made
    for nonsense in ("x", "1-", "99999999999999999999-1", "9999999999999999999-1", "-", "1-1-1"):
        assert editor.get("/desk/", {"before": nonsense}).status_code == 200


def test_the_list_takes_a_bounded_number_of_queries_however_long_it_is(editor):
    section = make_section()
    for _ in range(30):
        make_article(section=section)
    editor.get("/desk/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert editor.get("/desk/", {"q": "uur"}).status_code == 200
    assert len(queries) <= 11, [query["sql"][:80] for query in queries]


def test_a_new_article_is_a_draft_with_a_first_revision_and_opens_in_the_editor(editor, karim):
    section, writer = make_section(), make_author()
    fields = {"title": "Het Café op de Hoek!", "section": section.pk, "author": writer.pk, "language": "nl"}
    answer = editor.post("/desk/articles/new/", fields)
    article = Article.objects.get()
    assert answer["Location"] == f"/desk/articles/{article.pk}/"
    assert (article.slug, article.status, article.byline) == (
        "het-cafe-op-de-hoek",
        "draft",
        [[writer.name, writer.slug]],
    )
    revision = Revision.objects.get()
    assert (revision.number, revision.note, revision.saved_by) == (1, "created", karim)
    editor.post("/desk/articles/new/", fields)
    assert Article.objects.latest("pk").slug == "het-cafe-op-de-hoek-2"
    assert editor.get("/desk/articles/new/").status_code == 405


def test_an_author_begins_under_his_own_name_whatever_he_sends(author, noor):
    fields = {"title": "Van mij", "section": make_section().pk, "author": make_author().pk}
    assert author.post("/desk/articles/new/", fields).status_code == 302
    assert Article.objects.get().author == noor


def test_what_a_new_article_lacks_is_said_and_what_was_typed_is_kept(editor):
    answer = editor.post("/desk/articles/new/", {"title": "Bijna", "section": "", "author": ""})
    html = answer.content.decode()
    assert answer.status_code == 422 and 'value="Bijna"' in html
    assert html.count("Kies een rubriek.") == 2 and "Kies een auteur." in html and 'href="#new_section"' in html
    assert not Article.objects.exists()


def test_a_login_that_is_no_author_begins_nothing_and_hears_why():
    nobody = browser_of(make_staff("bas", "author"))
    answer = nobody.post("/desk/articles/new/", {"title": "Bewaar mij", "section": make_section().pk})
    html = answer.content.decode()
    assert answer.status_code == 422 and "Je login hoort nog niet bij een auteur." in html and "Bewaar mij" in html
    assert not Article.objects.exists()


def test_an_empty_site_says_what_comes_first(editor):
    html = editor.get("/desk/").content.decode()
    assert "Er is nog geen rubriek." in html and "Hier staan nog geen artikelen." in html
