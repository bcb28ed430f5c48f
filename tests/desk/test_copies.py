"""What is typed and not saved: kept for who types it, known to the others, seen by no reader."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, WorkingCopy
from tests.desk.conftest import address, browser_of, make_staff, page_fields, save
from tests.factories import make_article
from tests.subscriptions.database import everything_stored

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


def keep(client, article, **changes):
    return client.post(address(article, "keep/"), page_fields(client, article) | changes)


def test_what_is_typed_is_kept_and_stands_there_when_the_page_is_opened_again(editor, karim):
    article = make_article(**DRAFT)
    answer = keep(editor, article, title="Half af", closes_at="geen datum", slug="nog niet goed")
    assert answer.status_code == 200 and answer.json()["said"].startswith("Bewaard om ")
    page = editor.get(address(article))
    html = page.content.decode()
    assert 'value="Half af"' in html and 'value="nog niet goed"' in html and "Gooi het weg" in html
    article.refresh_from_db()
    assert article.title != "Half af" and article.version == 1
    editor.post(address(article, "discard/"))
    assert page_fields(editor, article)["title"] == article.title


def test_readers_see_nothing_of_it_until_it_is_saved(editor):
    article = make_article(body_html="<p>Zoals het was.</p>")
    before = Client().get(article.get_absolute_url())
    keep(editor, article, body="Wat ik nu typ.", title="Nieuw")
    after = Client().get(article.get_absolute_url())
    assert before.content == after.content and before["ETag"] == after["ETag"]
    preview = editor.get(address(article, "preview/"))
    assert "Wat ik nu typ." in preview.content.decode() and ">Nieuw</h1>" in preview.content.decode()
    assert "no-store" in preview["Cache-Control"] and preview["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in preview.content.decode()
    save(editor, article)
    assert "Wat ik nu typ." in Client().get(article.get_absolute_url()).content.decode()
    assert not WorkingCopy.objects.exists()


def test_the_preview_is_the_real_page_and_changes_nothing(editor):
    article = make_article(body="Eén.\n\n## Kop.\n\nTwee.", **DRAFT)
    keep(editor, article, body="Eén.\n\n## Kop.\n\nDrie. <script>alert(1)</script>", section="999", author_1="x")
    stored = everything_stored()
    html = editor.get(address(article, "preview/")).content.decode()
    assert 'class="prose e-content"' in html and "Drie." in html and "<script>alert" not in html
    assert everything_stored() == stored


def test_without_script_the_button_keeps_and_shows(editor):
    article = make_article(**DRAFT)
    answer = save(editor, article, "view", body="Zonder script.")
    assert answer["Location"] == address(article, "preview/")
    assert "Zonder script." in editor.get(answer["Location"]).content.decode()


def test_others_hear_who_works_in_it_as_long_as_he_does(editor, karim):
    other = browser_of(make_staff("mieke", "editor", first_name="Mieke"))
    article = make_article(**DRAFT)
    assert keep(other, article, lead="Van Mieke.").json()["others"] == []
    page = editor.get(address(article)).content.decode()
    assert "Mieke werkt ook in dit artikel sinds" in page and "Van Mieke." not in page
    assert "Mieke werkt ook" in keep(editor, article, lead="Van Karim.").json()["others"][0]
    WorkingCopy.objects.exclude(editor=karim).update(kept_at=timezone.now() - timedelta(hours=1))
    assert "Mieke" not in editor.get(address(article)).content.decode()


def test_what_arrives_after_it_was_saved_does_not_come_back(editor):
    article = make_article(**DRAFT)
    late = page_fields(editor, article) | {"lead": "Half woo"}
    save(editor, article, lead="Half woord, nu heel.")
    answer = editor.post(address(article, "keep/"), late)
    assert answer.status_code == 409 and "ander venster" in answer.json()["said"]
    assert not WorkingCopy.objects.exists()


def test_what_is_the_same_as_saved_is_no_working_copy(editor):
    article = make_article(**DRAFT)
    keep(editor, article, lead="Iets.")
    assert WorkingCopy.objects.count() == 1
    keep(editor, article, lead=article.lead)
    assert not WorkingCopy.objects.exists()


@pytest.mark.parametrize("typed", ["\0\0", "\ud83d", "x" * 150_000, "٣", "\u202e"])
def test_p05_whatever_is_typed_is_kept_or_refused_with_a_sentence(editor, typed):
    article = make_article(**DRAFT)
    fields = page_fields(editor, article)
    fields |= dict.fromkeys(("title", "body", "closes_at", "section", "author_1", "reactions", "language"), typed)
    sent = urlencode({name: str(value).encode("utf-8", "surrogatepass") for name, value in fields.items()})
    answer = editor.post(address(article, "keep/"), sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 422) and answer.json()["said"]
    assert editor.get(address(article, "preview/")).status_code == 200
    assert editor.get(address(article)).status_code == 200
    answer = editor.post(address(article), sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422 and typed.strip("\0\ud83d") in answer.content.decode()


def test_the_list_of_what_is_still_to_do_follows_what_is_typed(editor):
    article = make_article(**DRAFT)
    todo = keep(editor, article, lead="", body="Tekst.\n\n![](image:3)\n\n## Leeg").json()["todo"]
    assert {"sentence": "de lead is leeg", "field": "lead"} in todo
    assert [one["sentence"] for one in todo if one["field"] == "body"] == [
        "de tussenkop ‘Leeg’ staat zonder tekst",
        "de tekst toont beeld 3, en dat is er niet",
    ]
