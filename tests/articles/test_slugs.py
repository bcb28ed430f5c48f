"""Addresses that change, and what was known by the old one."""

import pytest
from django.test import Client

from articles import actions
from articles.models import Article, FormerSlug
from forum.reactions.models import Reaction
from tests.desk.conftest import make_staff
from tests.factories import make_article, make_author, make_section
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def karim():
    return make_staff("karim", "editor")


def move(article: Article, slug: str, by, **changes) -> Article:
    from dataclasses import replace

    from articles.actions.writing import manuscript_of

    article = Article.objects.select_related("section", "author", "discussion", "translation").get(pk=article.pk)
    written = replace(manuscript_of(article), slug=slug, **changes)
    return actions.edit_article(article, written, based_on=article.version, by=by)


def test_an_old_address_leads_to_the_new_one_with_what_stood_behind_it(karim, settings):
    settings.MODERATION = "after"
    article = make_article(slug="oud")
    for n in range(3):
        say(article, f"Reactie {n}")
    move(article, "nieuw", karim)
    reader = Client()
    for old, new in (
        ("/articles/oud/", "/articles/nieuw/"),
        ("/articles/oud/?order=newest", "/articles/nieuw/?order=newest"),
        ("/articles/oud/react/?parent=1", "/articles/nieuw/react/?parent=1"),
        ("/articles/oud/conversations/2/", "/articles/nieuw/conversations/2/"),
        ("/articles/oud/reactions.atom", "/articles/nieuw/reactions.atom"),
    ):
        answer = reader.get(old)
        assert (answer.status_code, answer["Location"]) == (301, new)
        assert reader.get(new).status_code == 200
    assert reader.head("/articles/oud/").status_code == 301
    permalink = reader.get(f"/reactions/{Reaction.objects.first().pk}/")
    assert permalink["Location"].startswith("/articles/nieuw/")
    assert reader.get("/articles/nooit/").status_code == 404


def test_p04_what_is_posted_to_the_old_address_is_not_lost(karim):
    article = make_article(slug="oud")
    move(article, "nieuw", karim)
    reader = Client(headers=SAME)
    answer = reader.post("/articles/oud/reactions/", {"name": "", "body": "Mijn tekst."})
    assert answer.status_code == 422 and "Mijn tekst." in answer.content.decode()
    assert 'action="/articles/nieuw/reactions/"' in answer.content.decode()
    answer = reader.post("/articles/oud/reactions/", {"name": "Sanne", "body": "Mijn tekst."})
    assert answer.status_code == 303
    assert Reaction.objects.get().article == article


def test_a_former_address_belongs_to_its_article_which_can_take_it_back(karim):
    article, other = make_article(slug="oud"), make_article(slug="ander")
    move(article, "nieuw", karim)
    with pytest.raises(actions.SlugTaken):
        move(other, "oud", karim)
    with pytest.raises(actions.SlugTaken):
        move(other, "nieuw", karim)
    other.refresh_from_db()
    assert (other.slug, other.version) == ("ander", 1)
    move(article, "oud", karim)
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["nieuw"]
    assert Client().get("/articles/nieuw/")["Location"] == "/articles/oud/"
    assert Client().get("/articles/oud/").status_code == 200


def test_a_draft_leaves_no_address_behind_and_follows_its_headline(karim):
    article = make_article(title="Een kop", slug="een-kop", status="draft", published_at=None)
    move(article, "een-kop", karim, title="Een betere kop")
    article.refresh_from_db()
    assert article.slug == "een-betere-kop" and not FormerSlug.objects.exists()
    move(article, "zelf-bedacht", karim)
    move(article, "zelf-bedacht", karim, title="Weer anders")
    article.refresh_from_db()
    assert article.slug == "zelf-bedacht"


def test_a_public_address_does_not_follow_the_headline_unless_it_is_emptied(karim):
    article = make_article(title="Een kop", slug="een-kop")
    move(article, "een-kop", karim, title="Een betere kop")
    article.refresh_from_db()
    assert article.slug == "een-kop"
    move(article, "", karim)
    article.refresh_from_db()
    assert article.slug == "een-betere-kop" and FormerSlug.objects.get().slug == "een-kop"


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Café ’t Hoekje!", "cafe-t-hoekje"), ("!!!", "artikel"), ("日本", "artikel"), ("a" * 160, "a" * 94)],
)
def test_a_headline_makes_an_address_that_nobody_has_or_had(karim, title, slug):
    fields = {"title": title, "section": make_section(), "authors": [make_author()], "language": "nl", "by": karim}
    assert actions.create_article(**fields).slug == slug
    assert actions.create_article(**fields).slug == f"{slug}-2"
    FormerSlug.objects.create(slug=f"{slug}-3", article=Article.objects.first())
    assert actions.create_article(**fields).slug == f"{slug}-4"


def test_what_is_not_public_is_not_given_away_by_its_old_address(karim):
    article = make_article(slug="oud")
    move(article, "nieuw", karim)
    actions.withdraw_article(article)
    reader = Client()
    assert reader.get(reader.get("/articles/oud/")["Location"]).status_code == 410
    assert Client(headers=SAME).post("/articles/oud/reactions/", {"name": "S", "body": "x"}).status_code == 404
