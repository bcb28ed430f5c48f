"""What Prometheus reads."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from forum.ops.models import Heartbeat
from forum.pagecache import Counted
from forum.pagecache.store import Store
from forum.reactions.actions import post_reaction
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def read(answer) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_it_says_what_is_waiting(client, django_assert_num_queries):
    post_reaction(make_article(), name="Sanne", website="", body="Nog nooit hier geweest.")
    Heartbeat.objects.create(worker="here:1", beat_at="2001-01-01T00:00Z")
    with django_assert_num_queries(5):
        answer = client.get("/metrics")
    figures = read(answer)
    assert figures["luisterkamer_database_up", ()] == 1
    assert figures["luisterkamer_reactions_waiting", ()] == 1
    assert figures["luisterkamer_reaction_oldest_waiting_seconds", ()] >= 0
    assert figures["luisterkamer_mails", (("state", "queued"),)] == 0
    assert figures["luisterkamer_workers", ()] == 0
    assert "no-store" in answer["Cache-Control"]


def test_requests_are_counted_by_route_and_never_by_address(client):
    slug = make_article(title="Zeldzaam woord").slug
    name = "luisterkamer_request_seconds_count", (("route", "article"), ("status", "2xx"))
    before = read(client.get("/metrics")).get(name, 0)
    client.get(f"/articles/{slug}/")
    answer = client.get("/metrics")
    assert read(answer)[name] == before + 1
    assert slug not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Authorization": "Bearer "}, 404),
        ({"Authorization": "Bearer another-token-of-ours"}, 404),
        ({"Authorization": "Bearer a-token-nobody-guesses"}, 200),
    ],
)
def test_from_elsewhere_only_who_knows_the_token_reads_it(client, settings, headers, status):
    settings.METRICS_TOKEN = "a-token-nobody-guesses"
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == status


def test_without_a_token_nobody_elsewhere_reads_it(client):
    for headers in ({}, {"Authorization": "Bearer "}, {"X-Forwarded-For": "127.0.0.1"}):
        assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404  # an unlisted proxy


def test_it_is_still_there_when_the_database_is_not(client):
    from django.db import OperationalError, connection

    def away(*_args, **_kwargs):
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        figures = read(client.get("/metrics"))
    assert figures["luisterkamer_database_up", ()] == 0


def test_what_became_of_a_post_is_counted(client, settings):
    settings.MODERATION = "after"
    article = make_article()

    def count(verdict: str) -> float:
        return read(client.get("/metrics")).get(("luisterkamer_posts_total", (("verdict", verdict),)), 0)

    def send(**fields: str) -> None:
        fields = {"name": "Sanne", "body": "Gelezen.", **fields}
        client.post(f"/articles/{article.slug}/reactions/", fields, headers={"Sec-Fetch-Site": "same-origin"})

    verdicts = ("published", "held", "invalid", "shown again")
    before = {verdict: count(verdict) for verdict in verdicts}
    send()
    send(body="http://a.example http://b.example http://c.example")
    send(name="")
    send(preview="1", body="Nog eens.")
    assert {verdict: count(verdict) - before[verdict] for verdict in verdicts} == dict.fromkeys(verdicts, 1)


def test_finished_pages_are_counted():
    counts = {"kept": 3, "unchanged": 2, "made": 1, "away": 0}
    registry = CollectorRegistry(auto_describe=True)
    registry.register(Counted(counts, Store(1_000_000)))
    text = generate_latest(registry).decode()
    assert 'luisterkamer_pages_total{how="kept"} 3.0' in text and "luisterkamer_pages_bytes 0.0" in text
