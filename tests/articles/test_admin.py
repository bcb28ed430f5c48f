"""An editor's day, through the browser's door."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from articles import illustrating
from articles.models import Article, Author, Discussion, Revision, Section
from tests.articles.pictures import make_image, picture_bytes, upload
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    get_user_model().objects.create_superuser("karim", "karim@luisterkamer.example", "een lang wachtwoord")
    client.login(username="karim", password="een lang wachtwoord")
    return client


def send(client, path, **fields):
    return client.post(path, fields, headers={"Sec-Fetch-Site": "same-origin"})


def no_pictures(total: int = 0) -> dict[str, str]:
    return {"images-TOTAL_FORMS": str(total), "images-INITIAL_FORMS": "0"}


def article_fields(section: Section, author: Author, **fields) -> dict[str, object]:
    return {
        "title": "Het stille uur",
        "slug": "stil",
        "section": section.pk,
        "author": author.pk,
        "language": "nl",
        "lead": "Een stad zwijgt.",
        "body": "Eerste alinea.\n\n## Meten.\n\nTweede alinea.",
        "correction": "",
        "corrected_at_0": "",
        "corrected_at_1": "",
        **no_pictures(),
        **fields,
    }


def test_an_editor_writes_illustrates_and_publishes_and_a_visitor_reads_it(editor):
    visitor = Client()
    add = "/admin/articles/{}/add/"
    assert (
        send(editor, add.format("section"), name="Stad", slug="stad", description="", position="1").status_code == 302
    )
    answer = send(
        editor,
        add.format("author"),
        name="Noor Terbeek",
        slug="noor",
        bio="Noor schrijft.",
        website="noor.example",
        photo_alt="Getekend portret.",
        portrait=upload(picture_bytes(size=(400, 500))),
    )
    assert answer.status_code == 302
    section, author = Section.objects.get(), Author.objects.get()
    assert author.website == "https://noor.example"
    picture = {
        **no_pictures(1),
        "images-0-number": "1",
        "images-0-original": upload(picture_bytes()),
        "images-0-alt": "Grachtenhuizen in de avondzon.",
    }
    answer = send(editor, add.format("article"), **article_fields(section, author, **picture), _continue="1")
    article = Article.objects.get()
    change = f"/admin/articles/article/{article.pk}/change/"
    assert answer["Location"].startswith(change)
    assert article.status == Article.Status.DRAFT
    assert visitor.get("/articles/stil/").status_code == 404
    preview = editor.get(f"/admin/articles/article/{article.pk}/as-reader/")
    assert "Tweede alinea." in preview.content.decode() and "no-store" in preview["Cache-Control"]

    form = editor.get(change).content.decode()
    assert 'name="_publish"' in form and 'name="_withdraw"' not in form
    stored = {
        "images-TOTAL_FORMS": "1",
        "images-INITIAL_FORMS": "1",
        "images-0-id": article.images.get().pk,
        "images-0-article": article.pk,
        "images-0-number": "1",
        "images-0-alt": "Grachtenhuizen in de avondzon.",
        "discussion-TOTAL_FORMS": "1",
        "discussion-INITIAL_FORMS": "1",
        "discussion-0-article": article.pk,
        "discussion-0-state": "first",
    }
    assert send(editor, change, **article_fields(section, author, **stored), _publish="1")["Location"] == change

    assert 'aria-label="Grachtenhuizen in de avondzon."' in visitor.get("/articles/stil/").content.decode()
    assert illustrating.make_due() == 1
    html = visitor.get("/articles/stil/").content.decode()
    assert "Tweede alinea." in html and 'alt="Grachtenhuizen in de avondzon."' in html and "Noor Terbeek" in html
    assert "Het stille uur" in visitor.get("/").content.decode()
    assert Discussion.objects.get().state == Discussion.State.FIRST
    assert 'name="_withdraw"' in editor.get(change).content.decode()

    assert send(editor, change, **article_fields(section, author, **stored), _withdraw="1")["Location"] == change
    assert visitor.get("/articles/stil/").status_code == 410


def test_the_address_and_the_language_of_a_published_article_stay(editor):
    article = make_article(slug="stil", language="nl")
    fields = article_fields(article.section, article.author, slug="anders", language="en", title="Een nieuwe kop")
    discussion = {
        "discussion-TOTAL_FORMS": "1",
        "discussion-INITIAL_FORMS": "1",
        "discussion-0-article": article.pk,
        "discussion-0-state": "open",
    }
    answer = send(editor, f"/admin/articles/article/{article.pk}/change/", **fields, **discussion)
    assert answer.status_code == 302
    article.refresh_from_db()
    assert (article.title, article.slug, article.language) == ("Een nieuwe kop", "stil", "nl")


def test_every_page_of_the_editors_opens(editor):
    article = make_article(discussion={"visible": 3})
    for name in ("section", "author", "article"):
        assert editor.get(f"/admin/articles/{name}/").status_code == 200
        assert editor.get(f"/admin/articles/{name}/add/").status_code == 200
    for row in (article, article.section, article.author):
        assert editor.get(f"/admin/articles/{row._meta.model_name}/{row.pk}/change/").status_code == 200
    assert editor.get("/admin/articles/article/", {"q": "stille", "status": "published"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"images-0-alt": ""}, "alt"),
        ({"images-0-original": upload(picture_bytes("GIF", size=(9, 9)))}, "original"),
        ({"images-0-original": upload(picture_bytes("JPEG")[:900])}, "original"),
        ({"images-0-original": upload(b"\xff" * (5 * 1024 * 1024 + 1))}, "original"),
    ],
)
def test_a_picture_that_cannot_be_used_is_explained_at_its_field(editor, fields, field):
    picture = {
        **no_pictures(1),
        "images-0-number": "1",
        "images-0-original": upload(picture_bytes()),
        "images-0-alt": "Een gracht.",
        **fields,
    }
    answer = send(editor, "/admin/articles/article/add/", **article_fields(make_section(), make_author(), **picture))
    assert answer.status_code == 200
    assert list(answer.context["inline_admin_formsets"][0].formset.errors[0]) == [field]
    assert not Article.objects.exists()


def test_decoration_needs_no_description(editor):
    picture = {
        **no_pictures(1),
        "images-0-number": "1",
        "images-0-original": upload(picture_bytes(size=(60, 40))),
        "images-0-alt": "",
        "images-0-decorative": "on",
    }
    send(editor, "/admin/articles/article/add/", **article_fields(make_section(), make_author(), **picture))
    assert Article.objects.get().images.get().original


def test_a_new_picture_gets_the_next_number(editor):
    article = make_article()
    make_image(picture_bytes(size=(60, 40)), article=article, number=3)
    html = editor.get(f"/admin/articles/article/{article.pk}/change/").content.decode()
    assert 'name="images-1-number" value="4"' in html


def test_saving_an_article_leaves_what_readers_moved_alone(editor):
    article = make_article(discussion={"visible": 3, "skyline": "a0a0a0", "version": 7})
    fields = {
        "discussion-TOTAL_FORMS": "1",
        "discussion-INITIAL_FORMS": "1",
        "discussion-0-article": article.pk,
        "discussion-0-state": "closed",
    }
    path = f"/admin/articles/article/{article.pk}/change/"
    assert send(editor, path, **article_fields(article.section, article.author, **fields)).status_code == 302
    discussion = Discussion.objects.get()
    assert (discussion.state, discussion.visible, discussion.skyline) == ("closed", 3, "a0a0a0")
    assert discussion.version > 7


def test_several_articles_are_published_and_withdrawn_at_once(editor):
    drafts = [make_article(status=Article.Status.DRAFT, published_at=None) for _ in range(2)]
    chosen = {"_selected_action": [article.pk for article in drafts]}
    send(editor, "/admin/articles/article/", action="publish", **chosen)
    assert Article.objects.published().count() == 2
    send(editor, "/admin/articles/article/", action="withdraw", **chosen)
    assert Article.objects.published().count() == 0


def test_who_may_not_look_at_articles_sees_no_draft(client):
    get_user_model().objects.create_user("piet", password="een lang wachtwoord", is_staff=True)
    client.login(username="piet", password="een lang wachtwoord")
    draft = make_article(status=Article.Status.DRAFT, published_at=timezone.now() - timedelta(days=1))
    assert client.get(f"/admin/articles/article/{draft.pk}/as-reader/").status_code == 403
    client.logout()
    assert client.get(f"/admin/articles/article/{draft.pk}/as-reader/").status_code == 302


def test_a_deleted_article_takes_its_pictures_along(editor, django_capture_on_commit_callbacks):
    article = make_article()
    image = make_image(picture_bytes(size=(60, 40)), article=article)
    with django_capture_on_commit_callbacks(execute=True):
        send(editor, f"/admin/articles/article/{article.pk}/delete/", post="yes")
    assert not Article.objects.exists()
    assert not default_storage.exists(image.original.name)
    assert not default_storage.exists(image.renditions[0]["avif"])


def test_what_is_saved_in_the_admin_is_a_revision_and_raises_the_version(editor):
    article = make_article(title="Eerst")
    discussion = {
        "discussion-TOTAL_FORMS": "1",
        "discussion-INITIAL_FORMS": "1",
        "discussion-0-article": article.pk,
        "discussion-0-state": "open",
    }
    fields = article_fields(article.section, article.author, title="Achterom", **discussion)
    assert send(editor, f"/admin/articles/article/{article.pk}/change/", **fields).status_code == 302
    revision = Revision.objects.get()
    assert (revision.number, revision.note, revision.fields["title"]) == (2, "admin", "Achterom")
    assert Article.objects.get().version == 2


def test_an_article_without_a_text_is_not_published_and_the_admin_says_why(editor):
    draft = make_article(status=Article.Status.DRAFT, published_at=None, body="")
    answer = send(editor, "/admin/articles/article/", action="publish", _selected_action=[draft.pk])
    assert "de tekst is leeg" in editor.get(answer["Location"]).content.decode()
    draft.refresh_from_db()
    assert draft.status == Article.Status.DRAFT


def test_an_article_whose_picture_is_not_described_is_not_published_and_the_admin_says_why(editor):
    draft = make_article(status=Article.Status.DRAFT, published_at=None)
    make_image(picture_bytes(size=(64, 64)), article=draft, alt="", made=False)
    fields = article_fields(draft.section, draft.author) | {
        "discussion-TOTAL_FORMS": "1",
        "discussion-INITIAL_FORMS": "1",
        "discussion-0-article": str(draft.pk),
        "discussion-0-state": "open",
    }
    change = f"/admin/articles/article/{draft.pk}/change/"
    assert send(editor, change, **fields, _publish="1")["Location"] == change
    assert "Beeld 1 mist een beschrijving" in editor.get(change).content.decode()
    draft.refresh_from_db()
    assert draft.status == Article.Status.DRAFT
