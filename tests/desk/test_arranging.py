"""Editors arrange the house at the desk: sections, authors, the pages of the house."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from articles.actions import save_house_page
from articles.house import default_page, house_page
from articles.models import Author, Section, StaticPage
from forum.accounts.roles import Role
from tests.articles.pictures import picture_bytes, upload
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


def jpeg() -> SimpleUploadedFile:
    return upload(picture_bytes(size=(400, 300)))


GET_ONLY = ("/desk/sections/", "/desk/authors/", "/desk/pages/")


def log_in(*roles: Role) -> Client:
    user = User.objects.create(username=f"staff-{User.objects.count()}", is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor() -> Client:
    return log_in(Role.EDITOR)


def pages() -> list[str]:
    section, author = make_section(), make_author()
    return [
        *GET_ONLY,
        *("/desk/sections/new/", f"/desk/sections/{section.pk}/", f"/desk/sections/{section.pk}/delete/"),
        *("/desk/authors/new/", f"/desk/authors/{author.pk}/", f"/desk/authors/{author.pk}/delete/"),
        *("/desk/pages/privacy/nl/", "/desk/pages/privacy/en/restore/"),
    ]


# Who may


def test_only_who_may_arrange_comes_in(client):
    paths = pages()
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 302 and "login" in answer["Location"], path
    for role, status in ((Role.AUTHOR, 403), (Role.MODERATOR, 403), (Role.EDITOR, 200), (Role.ADMINISTRATOR, 200)):
        staff = log_in(role)
        for path in paths:
            assert staff.get(path).status_code == status, (role, path)
    for path in paths:
        post = log_in(Role.AUTHOR).post(path, {"name": "Anders", "title": "x", "body": "x"})
        assert post.status_code == 403, path
    assert (Section.objects.count(), Author.objects.count(), StaticPage.objects.count()) == (1, 1, 0)


def test_looking_changes_nothing_and_every_form_wants_its_token(editor):
    before = list(Section.objects.values()), list(Author.objects.values())
    paths = pages()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get())
    for path in paths:
        answer = editor.get(path)
        assert answer["Cache-Control"] == "private, no-store" and answer["X-Robots-Tag"] == "noindex"
        assert editor.put(path).status_code == 405
        if path not in GET_ONLY:
            assert strict.post(path, {"name": "Anders"}).status_code == 403, path
    assert (Section.objects.count(), Author.objects.count()) == (len(before[0]) + 1, len(before[1]) + 1)


def test_the_doors_are_for_who_may_open_them(editor):
    bar = re.findall(r'<a href="(/desk/[a-z/]*)"', editor.get("/desk/sections/").text)
    assert {"/desk/sections/", "/desk/authors/", "/desk/pages/"} <= set(bar)
    assert "/desk/sections/" not in log_in(Role.AUTHOR).get("/desk/").text


@pytest.mark.parametrize(
    "path", ["sections/0/", "sections/99/", "authors/99/delete/", "pages/nowhere/nl/", "pages/about/fr/"]
)
def test_what_is_not_there_is_not_found(editor, path):
    assert editor.get(f"/desk/{path}").status_code == 404


# Sections


def test_a_section_is_made_and_moved_and_its_old_address_leads_on(editor):
    answer = editor.post("/desk/sections/new/", {"name": "Stad & Land", "slug": "", "description": "", "position": "2"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/sections/")
    section = Section.objects.get()
    assert (section.slug, section.position) == ("stad-land", 2)
    assert "‘Stad &amp; Land’ is bewaard." in editor.get("/desk/sections/").text
    fields = {"name": "Streek", "slug": "streek", "description": "Om ons heen.", "position": "1"}
    editor.post(f"/desk/sections/{section.pk}/", fields)
    assert editor.get("/sections/stad-land/")["Location"] == "/sections/streek/"
    assert "Om ons heen." in editor.get("/sections/streek/").text


def test_an_address_that_is_taken_or_cannot_be_made_is_said_at_the_field_and_nothing_is_lost(editor):
    make_section(name="Stad", slug="stad")
    for name, slug in (("Andere stad", "stad"), ("سميرة", ""), ("", "leeg"), ("Naam", "met spatie")):
        fields = {"name": name, "slug": slug, "description": "Bewaar mij.", "position": "1"}
        answer = editor.post("/desk/sections/new/", fields)
        assert answer.status_code == 422
        assert 'class="errors"' in answer.text and "Bewaar mij." in answer.text and "Fout:" in answer.text
    assert Section.objects.count() == 1


def test_sections_stand_at_the_desk_in_the_order_of_the_masthead(editor):
    for name, position in (("Aa", 3), ("Bb", 1), ("Cc", 2)):
        make_section(name=name, position=position)
    names = re.findall(r'<h2 class="title"><a[^>]*>(\w+)</a>', editor.get("/desk/sections/").text)
    assert names == ["Bb", "Cc", "Aa"]


def test_a_section_goes_when_it_is_empty_and_says_why_not_otherwise(editor):
    empty, used = make_section(), make_article().section
    assert "er staat 1 artikel in" in editor.get(f"/desk/sections/{used.pk}/delete/").text
    answer = editor.post(f"/desk/sections/{used.pk}/delete/")
    assert answer.status_code == 409 and "er staat 1 artikel in" in answer.text
    assert editor.post(f"/desk/sections/{empty.pk}/delete/")["Location"] == "/desk/sections/"
    assert list(Section.objects.all()) == [used]


# Authors


def author_fields(**fields) -> dict:
    return {"name": "Noor Terbeek", "slug": "", "bio": "", "website": "", "photo_alt": "", **fields}


def test_an_author_is_made_with_a_photo_and_renamed_everywhere(editor):
    fields = author_fields(
        portrait=jpeg(), photo_alt="Een vrouw met een bril.", website="noor.example", may_publish="on"
    )
    assert editor.post("/desk/authors/new/", fields).status_code == 302
    author = Author.objects.get()
    assert (author.slug, author.website, author.may_publish) == ("noor-terbeek", "https://noor.example", True)
    assert default_storage.exists(author.photo.name)
    article = make_article(author=author)
    renamed = author_fields(name="Noor ter Beek", slug="noor-ter-beek", photo_alt="Een vrouw met een bril.")
    assert editor.post(f"/desk/authors/{author.pk}/", renamed).status_code == 302
    html = editor.get(article.get_absolute_url()).text
    assert "Noor ter Beek" in html and "Noor Terbeek" not in html
    assert editor.get("/authors/noor-terbeek/")["Location"] == "/authors/noor-ter-beek/"
    author.refresh_from_db()
    assert default_storage.exists(author.photo.name) and not author.may_publish


def test_a_photo_is_taken_away_with_its_file(editor, django_capture_on_commit_callbacks):
    editor.post("/desk/authors/new/", author_fields(portrait=jpeg(), photo_alt="Een vrouw."))
    author = Author.objects.get()
    name = author.photo.name
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(f"/desk/authors/{author.pk}/", author_fields(slug=author.slug, remove_portrait="on"))
    author.refresh_from_db()
    assert not author.photo and not default_storage.exists(name)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"portrait": "picture", "photo_alt": ""}, "Beschrijf het beeld"),
        ({"portrait": "text", "photo_alt": "Iets."}, "Dit is geen beeld dat we kunnen lezen"),
        ({"website": "javascript:alert(1)"}, "Fout:"),
        ({"name": ""}, "Fout:"),
    ],
)
def test_what_is_wrong_with_an_author_is_said_and_nothing_is_stored(editor, fields, complaint):
    kinds = {"picture": jpeg, "text": lambda: SimpleUploadedFile("x.jpg", b"geen beeld")}
    if "portrait" in fields:
        fields = {**fields, "portrait": kinds[fields["portrait"]]()}
    answer = editor.post("/desk/authors/new/", author_fields(bio="Bewaar mij.", **fields))
    assert answer.status_code == 422
    assert complaint in answer.text and "Bewaar mij." in answer.text
    assert not Author.objects.exists()


def test_an_author_goes_when_nothing_carries_the_name_and_says_why_not_otherwise(editor):
    idle, first, second = make_author(), make_author(), make_author()
    make_article(authors=[first, second])
    for author in (first, second):
        answer = editor.post(f"/desk/authors/{author.pk}/delete/")
        assert answer.status_code == 409 and "1 artikel draagt deze naam" in answer.text
    assert editor.post(f"/desk/authors/{idle.pk}/delete/").status_code == 302
    assert set(Author.objects.all()) == {first, second}


def test_authors_are_found_by_name_and_paged(editor, monkeypatch):
    from forum.desk.views import arranging

    monkeypatch.setattr(arranging, "AUTHORS_PER_PAGE", 2)
    for name in ("Anna", "Bas", "Cor"):
        make_author(name=name)
    assert "Cor" not in editor.get("/desk/authors/").text
    assert "Cor" in editor.get("/desk/authors/?page=2").text
    found = editor.get("/desk/authors/?q=as").text
    assert "Bas" in found and "Anna" not in found
    assert "Geen auteur met deze naam." in editor.get("/desk/authors/?q=zzz").text
    for page in ("0", "3", "x", "9" * 30):
        assert editor.get(f"/desk/authors/?page={page}").status_code == 404


# Pages of the house


def page_fields(kind: str = "about", language: str = "nl", **fields) -> dict:
    return {
        "title": "Wie wij zijn",
        "body": "Een **clubje**.",
        "began_from": house_page(kind, language).fingerprint,
        **fields,
    }


def test_the_default_text_is_where_an_editor_begins(editor):
    html = editor.get("/desk/pages/about/nl/").text
    assert default_page("about", "nl").body.splitlines()[-1].split("]")[0] in html
    assert "Dit is de meegeleverde tekst." in html


def test_a_page_is_looked_at_first_saved_and_put_back(editor, client):
    seen = editor.post("/desk/pages/about/nl/", page_fields(preview="1"))
    assert "<strong>clubje</strong>" in seen.text and "Een **clubje**." in seen.text
    assert not StaticPage.objects.exists()
    assert editor.post("/desk/pages/about/nl/", page_fields()).status_code == 302
    assert "<strong>clubje</strong>" in client.get("/about/").text
    assert "herschreven" in editor.get("/desk/pages/").text
    question = editor.get("/desk/pages/about/nl/restore/").text
    assert "Een **clubje**." in question and StaticPage.objects.exists()
    began = re.findall(r'name="began_from" value="([0-9a-f]{64})"', question)[0]
    assert editor.post("/desk/pages/about/nl/restore/", {"began_from": began}).status_code == 302
    assert "<h1>Over ons</h1>" in client.get("/about/").text


@pytest.mark.parametrize("fields", [{"title": ""}, {"body": " "}, {"body": "x" * 50_001}, {"title": "x" * 121}])
def test_a_page_without_title_or_text_is_not_saved_and_kept_in_the_form(editor, fields):
    answer = editor.post("/desk/pages/about/nl/", page_fields(**fields))
    assert answer.status_code == 422 and 'class="errors"' in answer.text
    assert not StaticPage.objects.exists()


def test_two_editors_of_one_page_both_keep_their_text(editor, client):
    mine, theirs = page_fields(body="Van mij."), page_fields(body="Van de ander.")
    log_in(Role.EDITOR).post("/desk/pages/about/nl/", theirs)
    answer = editor.post("/desk/pages/about/nl/", mine)
    assert answer.status_code == 409
    assert "Iemand anders bewaarde deze pagina intussen" in answer.text
    assert "Van mij." in answer.text and "Van de ander." in answer.text
    assert "Van de ander." in client.get("/about/").text
    began = re.findall(r'name="began_from" value="([0-9a-f]{64})"', answer.text)[0]
    assert editor.post("/desk/pages/about/nl/", {**mine, "began_from": began}).status_code == 302
    assert "Van mij." in client.get("/about/").text


def test_putting_back_what_somebody_changed_meanwhile_is_asked_again(editor):
    save_house_page("about", "nl", title="A", body="Eerste.", began_from=house_page("about", "nl").fingerprint)
    began = house_page("about", "nl").fingerprint
    save_house_page("about", "nl", title="A", body="Tweede.", began_from=began)
    answer = editor.post("/desk/pages/about/nl/restore/", {"began_from": began})
    assert answer.status_code == 409 and "Tweede." in answer.text
    assert StaticPage.objects.get().body == "Tweede."


@pytest.mark.parametrize("count", [1, 12])
def test_the_lists_cost_a_fixed_number_of_queries(editor, django_assert_max_num_queries, count):
    for _ in range(count):
        make_article()
        save_house_page("about", "nl", title="A", body="B", began_from=house_page("about", "nl").fingerprint)
    for path in GET_ONLY:
        with django_assert_max_num_queries(9):
            assert editor.get(path).status_code == 200
