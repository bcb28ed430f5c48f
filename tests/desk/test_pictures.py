"""The pages for the pictures of an article: who may, what they say, what they do; also for the script."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from articles import illustrating
from articles.models import Article, ArticleImage
from forum.accounts.roles import Role
from tests.articles.pictures import make_image, moving_bytes, picture_bytes, upload
from tests.factories import make_article, make_author

pytestmark = pytest.mark.django_db


def login(client, name: str, *roles: Role):
    user = get_user_model().objects.create_user(name, is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in roles])
    client.force_login(user)
    return user


@pytest.fixture
def editor(client):
    login(client, "karim", Role.EDITOR)
    return client


@pytest.fixture
def article():
    return make_article(title="Het stille uur", body="Begin.\n\n![](image:2)", status=Article.Status.DRAFT)


def base(article) -> str:
    return f"/desk/articles/{article.pk}/pictures/"


def words(**fields) -> dict[str, object]:
    return {"alt": "Een gracht.", "caption": "", "credit": "", "focal_x": 50, "focal_y": 50, "number": 1, **fields}


def test_several_pictures_at_once_wait_for_a_description(editor, article):
    files = [upload(picture_bytes(size=(60, 40))), upload(picture_bytes("PNG", size=(40, 60)), "brug.png")]
    answer = editor.post(base(article), {"pictures": files})
    assert answer["Location"] == base(article) + "#picture-1"
    assert list(article.images.values_list("number", "alt", "width")) == [(1, "", 60), (2, "", 40)]
    html = editor.get(base(article)).content.decode()
    assert html.count("Nog te doen: het beeld mist een beschrijving") == 2
    assert html.count("data-pending") == 2 and html.count('class="place"') == 2
    assert "![](image:2)" in html and "Maak hoofdbeeld" in html
    while illustrating.make_due():
        pass
    html = editor.get(base(article)).content.decode()
    assert "data-pending" not in html and html.count("<img") == 2


def test_p29_of_several_files_the_sound_ones_are_taken_and_the_others_explained(editor, article):
    files = [
        upload(picture_bytes(size=(60, 40)), "goed.jpg"),
        upload(moving_bytes("WEBP"), "beweegt.webp"),
        upload(b"<svg/>", "tekening.svg"),
        upload(b"", "leeg.jpg"),
    ]
    answer = editor.post(base(article), {"pictures": files})
    html = answer.content.decode()
    assert answer.status_code == 422 and ArticleImage.objects.count() == 1
    assert "<b>beweegt.webp</b>: Dit beeld beweegt. Kies een stilstaand beeld." in html
    assert "<b>tekening.svg</b>: " in html and "Kies JPEG, PNG of WebP." in html


def test_no_file_at_all_gets_a_sentence(editor, article):
    answer = editor.post(base(article), {})
    assert answer.status_code == 422 and "Kies een of meer beelden." in answer.content.decode()


def test_the_script_gets_what_to_put_in_the_text_and_the_new_list(editor, article):
    ask = {"Accept": "application/json"}
    answer = editor.post(base(article), {"pictures": upload(picture_bytes(size=(60, 40)))}, headers=ask)
    assert answer.status_code == 200
    assert answer.json()["added"] == ["![](image:1)"] and 'id="picture-1"' in answer.json()["part"]
    answer = editor.post(base(article), {"pictures": upload(b"no", "nee.jpg")}, headers=ask)
    assert answer.status_code == 422
    assert [(one["name"], one["again"]) for one in answer.json()["refused"]] == [("nee.jpg", False)]
    assert "data-list" in editor.get(base(article), headers=ask).json()["part"]


def test_a_picture_is_described_or_said_to_be_decoration(editor, article):
    image = make_image(picture_bytes(size=(60, 40)), article=article, alt="", made=False)
    page = base(article) + "1/"
    assert editor.get(page).status_code == 200
    assert editor.post(page, words(alt="Zee.", caption="Twee uur.", credit="Foto: Noor", focal_x=10)).status_code == 302
    image.refresh_from_db()
    assert (image.alt, image.caption, image.credit, image.focal_x) == ("Zee.", "Twee uur.", "Foto: Noor", 10)
    answer = editor.post(page, words(decorative="on"))
    assert answer.status_code == 422 and "Versiering heeft geen beschrijving." in answer.content.decode()
    assert editor.post(page, words(alt="", decorative="on")).status_code == 302
    image.refresh_from_db()
    assert image.decorative and not image.is_undescribed
    assert editor.post(page, words(focal_x=101)).status_code == 422
    assert editor.post(page, words(focal_y="")).status_code == 422


def test_another_file_takes_its_place(editor, article):
    image = make_image(picture_bytes(size=(60, 40)), article=article)
    page = base(article) + "1/"
    refused = editor.post(page, words(original=upload(picture_bytes("GIF", size=(9, 9)))))
    assert refused.status_code == 422 and "Kies JPEG, PNG of WebP." in refused.content.decode()
    image.refresh_from_db()
    assert image.made_at and image.width == 60
    assert editor.post(page, words(original=upload(picture_bytes(size=(90, 40))))).status_code == 302
    image.refresh_from_db()
    assert (image.width, image.made_at, image.renditions) == (90, None, [])


def test_the_order_changes_by_number_or_by_one_button(editor, article):
    for number in (1, 2, 3):
        make_image(picture_bytes(size=(9, 9)), article=article, number=number, alt=str(number), made=False)
    answer = editor.post(base(article) + "3/main/")
    assert answer["Location"] == base(article) + "#picture-1"
    assert list(article.images.values_list("number", "alt")) == [(1, "3"), (2, "2"), (3, "1")]
    editor.post(base(article) + "1/", words(alt="3", number=2))
    assert list(article.images.values_list("number", "alt")) == [(1, "2"), (2, "3"), (3, "1")]
    assert editor.post(base(article) + "1/", words(number=0)).status_code == 422


def test_a_picture_is_deleted_after_a_question(editor, article):
    make_image(picture_bytes(size=(9, 9)), article=article, number=2, made=False)
    page = base(article) + "2/delete/"
    assert "De tekst noemt het" in editor.get(page).content.decode()
    assert ArticleImage.objects.exists()
    assert editor.post(page)["Location"] == base(article)
    assert not ArticleImage.objects.exists()
    assert editor.get(page).status_code == 404


def test_a_picture_that_was_given_up_is_tried_again(editor, article):
    make_image(picture_bytes(size=(9, 9)), article=article, made=False)
    ArticleImage.objects.update(attempts=5)
    assert "Het lukte niet" in editor.get(base(article)).content.decode()
    assert editor.post(base(article) + "1/again/").status_code == 302
    assert illustrating.make_due() == 1


@pytest.mark.parametrize("page", ["", "1/", "1/main/", "1/again/", "1/delete/"])
def test_only_who_may_write_in_the_article_sees_and_changes_its_pictures(client, page):
    author = make_author()
    own = make_article(authors=[author], status=Article.Status.DRAFT)
    others = make_article(status=Article.Status.DRAFT)
    for article in (own, others):
        make_image(picture_bytes(size=(9, 9)), article=article, made=False)
    assert client.post(base(own) + page).status_code == 302  # to the login
    author.user = login(client, "noor", Role.AUTHOR)
    author.save()
    assert client.post(base(others) + page).status_code == 403
    assert client.get(base(own)).status_code == 200
    login(client, "mo", Role.MODERATOR)
    assert client.post(base(own) + page).status_code == 403
    assert ArticleImage.objects.count() == 2


def test_a_get_changes_nothing(editor, article):
    make_image(picture_bytes(size=(9, 9)), article=article, number=2, made=False)
    for page in ("2/main/", "2/again/"):
        assert editor.get(base(article) + page).status_code == 405
    assert article.images.get().number == 2


def test_the_list_takes_few_queries(editor, article, django_assert_max_num_queries):
    for number in range(1, 9):
        make_image(picture_bytes(size=(9, 9)), article=article, number=number, made=False)
    with django_assert_max_num_queries(8):
        editor.get(base(article))
