"""Everything that appeared, by month."""

from datetime import datetime

import pytest
from django.utils import timezone

from articles.models import Article
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=timezone.get_current_timezone())


def test_the_archive_of_an_empty_site_says_so(client):
    answer = client.get("/archive/")
    assert answer.status_code == 200
    assert "Er staan nog geen artikelen." in answer.text
    assert client.get("/archive/2026/").status_code == 404


def test_months_are_counted_in_the_time_of_the_site(client):
    for moment in ((2024, 12, 31, 23, 59), (2025, 1, 1, 0, 0), (2025, 1, 31, 23, 59), (2025, 3, 1, 0, 0)):
        make_article(published_at=local(*moment))
    make_article(published_at=local(2025, 2, 1, 12, 0), status=Article.Status.WITHDRAWN)
    newest = client.get("/archive/").text
    assert '<a href="/archive/2025/03/">maart 2025</a> <span class="meta">1 artikel</span>' in newest
    assert '<a href="/archive/2025/01/">januari 2025</a> <span class="meta">2 artikelen</span>' in newest
    assert "/archive/2025/02/" not in newest and "/archive/2024/12/" not in newest
    assert newest.index("/archive/2025/03/") < newest.index("/archive/2025/01/")
    assert '<a href="/archive/2024/">2024</a>' in newest
    older = client.get("/archive/2024/").text
    assert '<a href="/archive/2024/12/">december 2024</a>' in older
    assert '<a href="/archive/2024/" aria-current="page">2024</a>' in older


def test_a_month_lists_its_own_articles_paged(client):
    for n in range(21):
        make_article(title=f"Stuk {n}.", published_at=local(2025, 6, 1 + n, 12))
    make_article(title="Ander.", published_at=local(2025, 7, 1))
    first, second = client.get("/archive/2025/06/").text, client.get("/archive/2025/06/?page=2").text
    assert "<h1>Juni 2025</h1>" in first
    assert "Stuk 20." in first and "Stuk 0." not in first and "Ander." not in first
    assert "Stuk 0." in second
    assert client.get("/archive/2025/06/?page=3").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "2023/",
        "2026/",
        "2025/05/",
        "2025/00/",
        "2025/13/",
        "0000/",
        "0000/01/",
        "0001/01/",
        "9999/12/",
        "2025/6/",
        "25/",
    ],
)
def test_a_month_or_year_without_articles_is_not_found(client, path):
    make_article(published_at=local(2025, 6, 1))
    assert client.get(f"/archive/{path}").status_code == 404


def test_a_year_in_between_without_articles_says_so(client):
    make_article(published_at=local(2023, 6, 1))
    make_article(published_at=local(2025, 6, 1))
    assert "In dit jaar verscheen niets." in client.get("/archive/2024/").text


@pytest.mark.parametrize("count", [1, 25])
def test_the_archive_costs_a_fixed_number_of_queries(client, django_assert_max_num_queries, count):
    for n in range(count):
        make_article(published_at=local(2000 + n, 6, 1))
    for path in ("/archive/", "/archive/2000/", "/archive/2000/06/"):
        with django_assert_max_num_queries(6):
            assert client.get(path).status_code == 200


def test_home_lists_and_every_foot_lead_to_the_archive(client):
    make_article()
    assert client.get("/articles/").text.count('href="/archive/"') == 2
    assert 'href="/archive/"' in client.get("/").text
