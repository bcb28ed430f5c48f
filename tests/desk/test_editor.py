"""The editor page: saving, publishing, correcting, withdrawing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.actions import publish_article
from articles.models import Article, Discussion, Revision, WorkingCopy
from tests.desk.conftest import address, page_fields, save
from tests.factories import make_article, make_author, make_section
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


def test_saving_stores_every_field_and_a_revision_of_all_of_them(editor, karim):
    article = make_article(**DRAFT)
    first, second, section = make_author(), make_author(), make_section()
    answer = save(
        editor, article, title="Nieuwe kop", lead="Nieuwe lead.", body="Regel een\r\nregel twee", section=section.pk,
        author_1=second.pk, author_2=first.pk, slug="Nieuw-Adres", language="en", reactions="before",
        closes_at="2030-01-02T10:00",
    )  # fmt: skip
    assert answer.status_code == 302 and answer["Location"] == address(article)
    article.refresh_from_db()
    assert (article.title, article.lead, article.body) == ("Nieuwe kop", "Nieuwe lead.", "Regel een\nregel twee")
    assert (article.section, article.slug, article.language, article.version) == (section, "nieuw-adres", "en", 2)
    assert article.byline == [[second.name, second.slug], [first.name, first.slug]]
    assert "regel twee" in article.body_html and article.status == "draft"
    discussion = Discussion.objects.get()
    assert discussion.state == "before" and timezone.localtime(discussion.closes_at).hour == 10
    newest, oldest = Revision.objects.order_by("-number")
    assert (newest.number, newest.saved_by, newest.fields["body"]) == (2, karim, "Regel een\nregel twee")
    assert newest.fields["authors"] == [str(second.pk), str(first.pk)]
    assert (oldest.number, oldest.fields["title"]) != (newest.number, newest.fields["title"])


def test_what_is_wrong_is_said_at_its_field_and_above_and_everything_is_kept(editor):
    article = make_article(**DRAFT)
    answer = save(
        editor, article, title="", body="Mijn lange tekst.", slug="met spatie", close_after_days="3",
        closes_at="2030-01-01T10:00", translation="bestaat-niet",
    )  # fmt: skip
    html = answer.content.decode()
    assert answer.status_code == 422 and "Mijn lange tekst." in html and 'value="met spatie"' in html
    assert "<title>Fout: " in html and 'href="#id_title"' in html and 'aria-invalid="true"' in html
    for sentence in ("Schrijf een kop.", "niet allebei.", "Op dat adres staat geen artikel."):
        assert html.count(sentence) == 2
    article.refresh_from_db()
    assert article.version == 1 and article.title


def test_an_author_may_be_added_without_script_and_nothing_is_saved_by_it(editor):
    article = make_article(**DRAFT)
    before = len([name for name in page_fields(editor, article) if name.startswith("author_")])
    answer = save(editor, article, "author", body="Half af")
    html = answer.content.decode()
    assert answer.status_code == 200 and f'name="author_{before + 1}"' in html and "Half af" in html
    article.refresh_from_db()
    assert article.version == 1


@pytest.mark.parametrize(
    "missing", [{"body": "  \n "}, {"title": " "}, {"section": ""}, {"author_1": "", "author_2": ""}]
)
def test_nothing_is_published_without_what_is_essential(editor, missing):
    article = make_article(**DRAFT)
    answer = save(editor, article, "publish", **missing)
    assert answer.status_code == 422 and 'class="errors"' in answer.content.decode()
    article.refresh_from_db()
    assert article.status == "draft" and Client().get(article.get_absolute_url()).status_code == 404


def test_what_readers_see_is_not_emptied_either(editor):
    article = make_article()
    answer = save(editor, article, body="")
    assert answer.status_code == 422 and "de tekst is leeg" in answer.content.decode()
    article.refresh_from_db()
    assert article.body and article.version == 1


def test_publishing_saves_and_shows_at_once_and_withdrawing_takes_it_away_and_back(editor):
    article = make_article(body_html="", **DRAFT)
    assert save(editor, article, "publish", body="Nu te lezen.").status_code == 302
    reader = Client()
    assert "Nu te lezen." in reader.get(article.get_absolute_url()).content.decode()
    article.refresh_from_db()
    since, notes = article.published_at, Revision.objects.order_by("number").values_list("note", flat=True)
    assert list(notes.all()) == ["", "published"]
    html = editor.get(address(article)).content.decode()
    assert "Werk bij" in html and 'value="withdraw"' in html and 'value="publish"' not in html

    assert save(editor, article, "withdraw").status_code == 302
    gone = reader.get(article.get_absolute_url())
    assert gone.status_code == 410 and "De redactie heeft dit artikel" in gone.content.decode()
    assert save(editor, article, "publish").status_code == 302
    article.refresh_from_db()
    assert article.status == "published" and article.published_at == since
    assert list(notes.all()) == ["", "published", "withdrawn", "published"]


def test_withdrawing_works_at_once_and_keeps_what_was_being_written(editor, karim):
    article = make_article()
    assert save(editor, article, "withdraw", title="", body="Nog niet klaar").status_code == 302
    article.refresh_from_db()
    assert article.status == "withdrawn" and article.body != "Nog niet klaar"
    kept = WorkingCopy.objects.get(article=article, editor=karim)
    assert kept.fields["body"] == "Nog niet klaar" and kept.based_on == article.version
    assert "Nog niet klaar" in editor.get(address(article)).content.decode()


def test_a_correction_carries_the_moment_at_which_it_was_made(editor):
    article = make_article()
    assert article.corrected_at is None
    save(editor, article, correction="In een eerdere versie stond 1913.")
    article.refresh_from_db()
    moment = article.corrected_at
    assert moment and abs(timezone.now() - moment) < timedelta(minutes=1)
    assert "In een eerdere versie stond 1913." in Client().get(article.get_absolute_url()).content.decode()
    save(editor, article, title="Andere kop")
    article.refresh_from_db()
    assert article.corrected_at == moment
    save(editor, article, correction="")
    article.refresh_from_db()
    assert article.corrected_at is None


def test_days_until_reactions_close_count_from_the_publication(editor):
    article = make_article(**DRAFT)
    save(editor, article, close_after_days="7")
    assert Discussion.objects.get().closes_at is None
    save(editor, article, "publish")
    article.refresh_from_db()
    assert Discussion.objects.get().closes_at == article.published_at + timedelta(days=7)
    save(editor, article, close_after_days="2")
    assert Discussion.objects.get().closes_at == article.published_at + timedelta(days=2)
    save(editor, article, close_after_days="")
    discussion = Discussion.objects.get()
    assert discussion.closes_at is None and discussion.is_open


def test_the_language_stays_once_readers_reacted(editor):
    article = make_article(language="nl")
    assert save(editor, article, language="en").status_code == 302
    say(article, "Eerste.")
    answer = save(editor, article, language="nl")
    assert answer.status_code == 422 and answer.content.decode().count("Lezers hebben gereageerd.") == 2
    article.refresh_from_db()
    assert article.language == "en"


def test_saving_raises_the_version_of_the_page_and_leaves_what_readers_moved(editor):
    article = make_article(discussion={"visible": 3, "skyline": "a0a0a0", "version": 7})
    save(editor, article, reactions="closed")
    discussion = Discussion.objects.get()
    assert (discussion.visible, discussion.skyline, discussion.state) == (3, "a0a0a0", "closed")
    assert discussion.version > 7


def test_a_translation_is_linked_both_ways_and_let_go_both_ways(editor):
    dutch, english, other = make_article(language="nl"), make_article(language="en"), make_article(language="en")
    assert save(editor, dutch, translation=f"https://elders.example{english.get_absolute_url()}").status_code == 302
    for article in (dutch, english):
        article.refresh_from_db()
    assert (dutch.translation, english.translation) == (english, dutch)
    assert english.version == 2 and Revision.objects.get(article=english).note == "translation"
    save(editor, dutch, translation=other.slug)
    for article in (dutch, english, other):
        article.refresh_from_db()
    assert (dutch.translation, english.translation, other.translation) == (other, None, dutch)
    save(editor, dutch, translation="")
    other.refresh_from_db()
    assert other.translation is None
    answer = save(editor, dutch, translation=make_article(language="nl").slug)
    assert answer.status_code == 422 and "dezelfde taal" in answer.content.decode()


def test_the_editor_page_takes_a_bounded_number_of_queries(editor):
    article = make_article(authors=[make_author() for _ in range(4)], **DRAFT)
    for _ in range(20):
        make_section(), make_author()
    editor.get(address(article))
    with CaptureQueriesContext(connection) as queries:
        assert editor.get(address(article)).status_code == 200
    assert len(queries) <= 20, [query["sql"][:90] for query in queries]


def test_an_article_that_was_published_elsewhere_in_the_house_has_a_revision_too(karim):
    article = make_article(**DRAFT)
    publish_article(article, by=karim)
    assert Revision.objects.get().number == Article.objects.get().version == 2
