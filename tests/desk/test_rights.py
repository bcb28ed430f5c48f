"""Who may do what with an article at the desk."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, PreviewLink, Revision
from tests.desk.conftest import address, browser_of, make_staff, page_fields, save
from tests.factories import make_article, make_author

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}
SCHEDULED = {"status": "scheduled", "published_at": timezone.now() + timedelta(days=1)}
ROOMS = ("", "preview/", "revisions/", "revisions/difference/?from=1&to=1")
DEEDS = ("", "keep/", "discard/", "links/", "revisions/1/restore/", "links/1/revoke/")


def test_an_author_writes_in_his_own_draft_and_sees_no_button_to_publish(author, noor):
    article = make_article(author=noor, **DRAFT)
    assert save(author, article, body="Van mij.").status_code == 302
    html = author.get(address(article)).content.decode()
    for button in ("publish", "schedule", "withdraw", "unschedule"):
        assert f'value="{button}"' not in html
    assert 'id="links"' not in html and "Een redacteur publiceert dit artikel." in html
    fields = page_fields(author, article)
    for do in ("publish", "schedule", "withdraw", "unschedule"):
        assert author.post(address(article), fields | {"do": do}).status_code == 403
    assert author.post(address(article, "links/"), {"days": "7"}).status_code == 403
    article.refresh_from_db()
    assert (article.body, article.status) == ("Van mij.", "draft")
    assert not PreviewLink.objects.exists()


def test_an_author_who_may_publish_does_all_of_it_with_his_own(author, noor):
    noor.may_publish = True
    noor.save()
    article, other = make_article(author=noor, **DRAFT), make_article(**DRAFT)
    assert save(author, article, "publish").status_code == 302
    article.refresh_from_db()
    assert article.is_public
    assert save(author, article, lead="Nog beter.").status_code == 302
    assert save(author, article, "withdraw").status_code == 302
    assert author.get(address(other)).status_code == 403


@pytest.mark.parametrize("state", [{}, SCHEDULED, {"status": "withdrawn"}])
def test_an_author_only_reads_what_an_editor_made_public_and_his_text_comes_back(author, noor, state):
    article = make_article(author=noor, **DRAFT)
    fields = page_fields(author, article)
    Article.objects.filter(pk=article.pk).update(**{"status": "published", "published_at": timezone.now(), **state})
    page = author.get(address(article))
    assert page.status_code == 200 and "<textarea" not in page.content.decode()
    answer = author.post(address(article), fields | {"body": "Te laat getypt.", "do": "save"})
    assert answer.status_code == 403 and "Te laat getypt." in answer.content.decode()
    kept = author.post(address(article, "keep/"), fields | {"body": "Te laat getypt."})
    assert kept.status_code == 403 and kept.json()["said"]
    assert author.post(address(article, "discard/")).status_code == 403
    assert author.get(address(article, "preview/")).status_code == 200
    article.refresh_from_db()
    assert article.body != "Te laat getypt." and not article.working_copies.exists()


def test_somebody_elses_article_is_closed_to_an_author(author, noor):
    article = make_article(**DRAFT)
    Revision.objects.create(article=article, number=1, fields={})
    for room in ROOMS:
        assert author.get(address(article, room)).status_code == 403
    for deed in DEEDS:
        assert author.post(address(article, deed), {"do": "save", "title": "Van mij nu"}).status_code == 403


def test_an_author_stays_among_the_authors(author, noor):
    article = make_article(author=noor, **DRAFT)
    answer = save(author, article, author_1=make_author().pk, author_2="")
    assert answer.status_code == 422 and "Blijf zelf bij de auteurs staan" in answer.content.decode()


def test_an_author_links_no_article_of_somebody_else_as_translation(author, noor):
    article, other = make_article(author=noor, language="nl", **DRAFT), make_article(language="en")
    answer = save(author, article, translation=other.slug)
    assert answer.status_code == 422 and "Dat artikel is niet van jou." in answer.content.decode()
    other.refresh_from_db()
    assert other.translation is None and other.version == 1


@pytest.mark.parametrize("roles", [(), ("moderator",)])
def test_who_does_not_write_gets_in_nowhere(roles):
    article = make_article(**DRAFT)
    Revision.objects.create(article=article, number=1, fields={})
    browser = browser_of(make_staff("piet", *roles))
    for room in ("/desk/", *(address(article, room) for room in ROOMS)):
        assert browser.get(room).status_code == 403
    for deed in ("/desk/articles/new/", *(address(article, deed) for deed in DEEDS)):
        assert browser.post(deed).status_code == 403


def test_a_visitor_is_led_to_the_login_and_nothing_is_kept_by_a_cache(editor):
    article = make_article(**DRAFT)
    for room in ("/desk/", *(address(article, room) for room in ROOMS[:3])):
        answer = Client().get(room)
        assert answer.status_code == 302 and "login" in answer["Location"]
        assert "no-store" in editor.get(room)["Cache-Control"]
        assert editor.get(room)["X-Robots-Tag"] == "noindex"


def test_a_post_needs_the_token_of_the_page(karim):
    article = make_article(**DRAFT)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(karim)
    for deed in ("/desk/articles/new/", *(address(article, deed) for deed in DEEDS)):
        assert strict.post(deed, {"do": "save"}).status_code == 403


def test_p12_reading_at_the_desk_changes_nothing(editor):
    from tests.subscriptions.database import everything_stored

    article = make_article(**DRAFT)
    save(editor, article, lead="Anders.")
    stored = everything_stored()
    for room in ("/desk/", *(address(article, room) for room in ROOMS)):
        assert editor.get(room).status_code == 200
        editor.head(room)
    assert everything_stored() == stored
    assert editor.get("/desk/articles/999999/").status_code == 404
