"""Links with which outsiders read what is not public yet."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, PreviewLink
from tests.desk.conftest import address, save
from tests.factories import make_article

pytestmark = pytest.mark.django_db
DRAFT = {"status": Article.Status.DRAFT, "published_at": None}


def make_link(editor, article, days="7") -> str:
    answer = editor.post(address(article, "links/"), {"days": days})
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    return re.search(r'value="http://[^/]+(/preview/[^"]+/)"', answer.content.decode())[1]


def test_p16_a_link_shows_the_saved_article_to_who_has_it_and_to_no_search_engine(editor, karim):
    article = make_article(body="Nog geheim.", title="Bijna klaar", **DRAFT)
    save(editor, article, body="Nog geheim, maar af.")
    path = make_link(editor, article)
    answer = Client().get(path)
    html = answer.content.decode()
    assert answer.status_code == 200 and "Nog geheim, maar af." in html and "Bijna klaar" in html
    assert answer["Cache-Control"] == "no-store" and answer["X-Robots-Tag"] == "noindex" and "noindex" in html
    assert not answer.cookies and 'id="react"' not in html
    token = path.split("/")[2]
    assert len(token) >= 22  # of six bits each: more than 128
    row = PreviewLink.objects.get()
    assert token not in str(row.__dict__) and re.fullmatch("[0-9a-f]{64}", row.token_hash)
    assert row.made_by == karim
    assert abs(row.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


def test_p16_expired_revoked_and_unknown_links_get_the_same_page(editor):
    article = make_article(title="Bijna klaar", **DRAFT)
    expired, revoked = make_link(editor, article, "1"), make_link(editor, article, "30")
    first, second = PreviewLink.objects.order_by("pk")
    PreviewLink.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    page = editor.get(address(article)).content.decode()
    assert f"links/{second.pk}/revoke/" in page and expired not in page and revoked not in page
    assert editor.post(address(article, f"links/{second.pk}/revoke/")).status_code == 302
    answers = [Client().get(path) for path in (expired, revoked, "/preview/onbekend/", "/preview/" + "x" * 300 + "/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Vraag de redactie om een nieuwe." in answers[0].content.decode()


def test_a_link_leads_to_the_article_once_it_is_public_and_nowhere_once_it_is_withdrawn(editor):
    article = make_article(**DRAFT)
    path = make_link(editor, article)
    save(editor, article, "publish")
    answer = Client().get(path)
    assert answer.status_code == 302 and answer["Location"] == article.get_absolute_url()
    save(editor, article, "withdraw")
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("days", ["", "365", "-1", "7.5", "x"])
def test_a_link_works_for_one_seven_or_thirty_days(editor, days):
    article = make_article(**DRAFT)
    assert editor.post(address(article, "links/"), {"days": days}).status_code == 302
    assert not PreviewLink.objects.exists()


def test_a_link_of_another_article_is_not_revoked_by_this_one(editor):
    article, other = make_article(**DRAFT), make_article(**DRAFT)
    make_link(editor, other)
    editor.post(address(article, f"links/{PreviewLink.objects.get().pk}/revoke/"))
    assert PreviewLink.objects.count() == 1
    assert editor.get(address(article, "links/")).status_code == 405
