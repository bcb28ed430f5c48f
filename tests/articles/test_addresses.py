"""Sections and authors that got another name or address."""

import pytest

from articles import actions
from articles.models import Article, Discussion, FormerAddress
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["section", "author"])
def kind(request):
    return request.param


def make(kind: str, slug: str):
    return make_section(slug=slug) if kind == "section" else make_author(slug=slug)


def move(kind: str, row, slug: str):
    row.slug = slug
    return (actions.save_section if kind == "section" else actions.save_author)(row)


def test_every_former_address_leads_to_the_present_one(client, kind):
    row = make(kind, "eerst")
    move(kind, row, "toen")
    move(kind, row, "nu")
    for slug in ("eerst", "toen"):
        for page in ("", "articles.atom", "?page=2"):
            answer = client.get(f"/{kind}s/{slug}/{page}")
            assert (answer.status_code, answer["Location"]) == (301, f"/{kind}s/nu/{page}")
            assert "cookie" not in answer.get("Vary", "").lower() and not answer.cookies
    assert client.get(f"/{kind}s/nu/").status_code == 200


def test_a_way_back_makes_no_circle(client, kind):
    row = make(kind, "eerst")
    move(kind, row, "nu")
    move(kind, row, "eerst")
    assert client.get(f"/{kind}s/eerst/").status_code == 200
    assert client.get(f"/{kind}s/nu/")["Location"] == f"/{kind}s/eerst/"


def test_who_takes_a_former_address_keeps_it(client, kind):
    move(kind, make(kind, "eerst"), "nu")
    move(kind, make(kind, "ander"), "eerst")
    assert client.get(f"/{kind}s/eerst/").status_code == 200
    assert client.get(f"/{kind}s/ander/")["Location"] == f"/{kind}s/eerst/"
    assert not FormerAddress.objects.filter(slug="eerst").exists()


def test_the_same_former_address_may_be_of_a_section_and_of_an_author(client):
    move("section", make("section", "stad"), "steden")
    move("author", make("author", "stad"), "stadsmens")
    assert client.get("/sections/stad/")["Location"] == "/sections/steden/"
    assert client.get("/authors/stad/")["Location"] == "/authors/stadsmens/"


def test_an_author_s_new_name_stands_in_every_byline_and_raises_their_versions(client):
    noor, imke = make_author(name="Noor", slug="noor"), make_author(name="Imke", slug="imke")
    own, second, strange = make_article(author=noor), make_article(authors=[imke, noor]), make_article()
    noor.name, noor.slug = "Noor Terbeek", "noor-terbeek"
    actions.save_author(noor)
    bylines = dict(Article.objects.values_list("pk", "byline"))
    assert bylines[own.pk] == [["Noor Terbeek", "noor-terbeek"]]
    assert bylines[second.pk] == [["Imke", "imke"], ["Noor Terbeek", "noor-terbeek"]]
    versions = dict(Discussion.objects.values_list("pk", "version"))
    assert (versions[own.pk], versions[second.pk], versions[strange.pk]) == (2, 2, 1)
    assert "Imke en Noor Terbeek" in client.get("/articles/").text


def test_only_what_is_empty_can_be_deleted(kind):
    from django.db.models import ProtectedError

    article = make_article()
    delete = actions.delete_section if kind == "section" else actions.delete_author
    with pytest.raises(ProtectedError):
        delete(getattr(article, kind))
    row = make(kind, "leeg")
    move(kind, row, "leger")
    delete(row)
    assert not FormerAddress.objects.exists()
