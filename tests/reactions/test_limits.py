"""PROMISES P19: five a minute and thirty an hour from one client, and nothing that was typed is lost (P4)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.reactions import pace
from forum.reactions.actions import TooMany
from forum.reactions.models import Reaction
from forum.spam.clients import client_key, client_keys
from tests.factories import make_article
from tests.reactions.posts import FROM_OUR_PAGE, inputs, send, text_of
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]
CLIENT = "k" * 43


@pytest.fixture(autouse=True)
def as_promised(settings):
    settings.LIMIT_PER_MINUTE, settings.LIMIT_PER_HOUR, settings.REACTIONS_PER_MINUTE = 5, 30, 3_000


def posted(client: Client, article, count: int, start: int = 0, **fields) -> list[int]:
    return [send(client, article, body=f"Nummer {n}.", **fields).status_code for n in range(start, start + count)]


def age(by: timedelta) -> None:
    """As if all that was posted was posted so much earlier."""
    for reaction in Reaction.objects.all():
        Reaction.objects.filter(pk=reaction.pk).update(created_at=reaction.created_at - by)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Je plaatste kort na elkaar een paar reacties. Deze kun je plaatsen over "),
        ("en", "You posted several reactions in a short time. You can post this one in "),
    ],
)
def test_p19_p04_the_sixth_in_a_minute_waits_and_keeps_its_words(client, language, sentence):
    article = make_article(language=language)
    parent = str(say(article).pk)
    assert posted(client, article, 5) == [303] * 5
    fields = {"name": "Sanne", "website": "sanne.example", "email": "ik@thuis.example", "parent": parent}
    answer = send(client, article, body="Dit wil ik niet kwijt.\nEcht niet.", notify="replies", **fields)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Cache-Control"] == "no-store"
    page, kept = text_of(answer), inputs(answer)
    assert sentence in page and "thuis.example" not in page
    assert kept["name"] == "Sanne" and kept["website"] == "sanne.example" and kept["email"] == ""
    assert kept["body"] == "Dit wil ik niet kwijt.\nEcht niet." and kept["parent"] == parent
    assert kept["notify"] == "replies"
    assert Reaction.objects.count() == 6
    age(timedelta(minutes=1))
    assert send(client, article, **kept).status_code == 303


def test_p19_htmx_shows_it_in_place_of_the_page(client):
    article = make_article()
    posted(client, article, 5)
    answer = send(client, article, headers={**FROM_OUR_PAGE, "HX-Request": "true"}, body="Nog een.")
    assert answer.status_code == 429 and answer["HX-Retarget"] == "#content"
    assert inputs(answer)["body"] == "Nog een."


def test_p19_thirty_an_hour(client):
    article = make_article()
    for round_ in range(6):
        assert posted(client, article, 5, start=5 * round_) == [303] * 5
        age(timedelta(minutes=2))
    answer = send(client, article, body="Nummer 31.")
    assert answer.status_code == 429
    assert 47 * 60 < int(answer["Retry-After"]) <= 48 * 60
    assert "Deze kun je plaatsen over 48 minuten." in text_of(answer)
    age(timedelta(minutes=48))
    assert posted(client, article, 6, start=100) == [303] * 5 + [429]


def test_p19_one_that_is_held_counts_and_one_that_is_taken_back_too(client, settings):
    settings.MODERATION = "before"
    article = make_article()
    assert posted(client, article, 5) == [303] * 5
    Reaction.objects.update(status="withdrawn")
    assert posted(client, article, 1, start=5) == [429]


def test_p20_what_stores_nothing_costs_nothing(client):
    article = make_article()
    posted(client, article, 4)
    for _ in range(8):
        assert send(client, article, body="Nummer 0.").status_code == 303  # the same as before
        assert send(client, article, body="Een voorbeeld.", preview="1").status_code == 200
        assert send(client, article, body="").status_code == 422
    assert posted(client, article, 2, start=4) == [303, 429]
    assert send(client, article, body="Nummer 4.").status_code == 303  # also now: its first answer may have been lost
    assert send(client, article, body="Een voorbeeld.", preview="1").status_code == 200


def test_p19_clients_are_counted_apart_and_a_network_of_one_together(settings):
    article = make_article()
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8:1:2::1"):
        assert posted(Client(REMOTE_ADDR=address), article, 6) == [303] * 5 + [429]
        Reaction.objects.update(fingerprint="")
    assert posted(Client(REMOTE_ADDR="2001:db8:1:2:ffff::9"), article, 1) == [429]
    assert posted(Client(REMOTE_ADDR="2001:db8:1:3::1"), article, 1) == [303]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP"])
def test_p19_a_stranger_cannot_say_that_he_is_somebody_else(client, header):
    article = make_article()
    statuses = [
        send(client, article, body=f"Nummer {n}.", headers={**FROM_OUR_PAGE, header: f"198.51.100.{n}"}).status_code
        for n in range(6)
    ]
    assert statuses == [303] * 5 + [429]


def test_p19_our_own_proxy_names_the_clients(settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    client, article = Client(REMOTE_ADDR="127.0.0.1"), make_article()
    for n in range(12):
        one, same = f"198.51.100.{n % 2}", {**FROM_OUR_PAGE, "X-Forwarded-For": f"1.2.3.{n}, 198.51.100.{n % 2}"}
        status = send(client, article, body=f"Nummer {n}.", headers=same).status_code
        assert status == (303 if n < 10 else 429), one


def test_p19_the_editors_and_authors_are_not_counted():
    article = make_article()
    for _ in range(8):
        say(article, author=article.author, client_key=CLIENT)
        say(article, by_editors=True, name="Noor", client_key=CLIENT)
    for _ in range(5):
        say(article, client_key=CLIENT)
    with pytest.raises(TooMany):
        say(article, client_key=CLIENT)
    assert say(article, author=article.author, client_key=CLIENT).status == "published"


def test_p19_who_has_no_address_is_not_everybody_without_one():
    article = make_article()
    for _ in range(9):
        say(article, client_key="")


def test_p19_limits_can_be_switched_off(settings):
    settings.LIMIT_PER_MINUTE = 0
    article = make_article()
    for _ in range(12):
        say(article, client_key=CLIENT)
    settings.LIMIT_PER_HOUR = 12
    with pytest.raises(TooMany) as refused:
        say(article, client_key=CLIENT)
    assert timedelta(minutes=59) < refused.value.wait <= timedelta(hours=1)
    settings.LIMIT_PER_HOUR = 0
    say(article, client_key=CLIENT)


def test_p19_a_new_key_does_not_begin_counting_anew():
    """The key changes at midnight on the first of the month, in the site's time."""
    before, after = (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 30, 23, 0, 1, tzinfo=UTC))
    old, new = client_keys("192.0.2.1", now=before), client_keys("192.0.2.1", now=after)
    assert len(old) == 1 and new[1:] == old and new[0] != old[0]
    assert client_keys("192.0.2.1", now=after + timedelta(hours=1)) == new[:1]
    assert new[0] == client_key("192.0.2.1", today=timezone.localdate(after))
    assert client_keys("no address", now=before) == []
    article = make_article()
    for _ in range(5):
        say(article, client_key=old[0])
    with pytest.raises(TooMany):
        say(article, client_key=new[0], former_client_keys=new[1:])
    say(article, client_key=new[0])


def test_counting_reads_an_index_of_this_client_only(engine):
    article = make_article()
    say(article, client_key=CLIENT)
    said = {"article": article, "name": "Lotte", "body": "Nog een.", "language": "nl", "created_at": timezone.now()}
    Reaction.objects.bulk_create(Reaction(**said, client_key=f"{n:043}", fingerprint=str(n)) for n in range(400))
    with CaptureQueriesContext(connection) as asked:
        pace.of_client([CLIENT], now=timezone.now())
    assert len(asked) == 1 and "LIMIT 30" in asked[0]["sql"]
    with connection.cursor() as cursor:
        if engine == "postgresql":
            cursor.execute("ANALYZE reactions_reaction")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(("EXPLAIN " if engine == "postgresql" else "EXPLAIN QUERY PLAN ") + asked[0]["sql"])
        plan = str(cursor.fetchall())
    assert "reaction_by_client" in plan, plan


def test_who_writes_more_than_people_usually_do_is_held_before_he_is_refused(settings):
    settings.LIMIT_PER_MINUTE = 0
    article = make_article()
    said = [say(article, client_key=CLIENT) for _ in range(22)]
    assert [one.status for one in said] == ["published"] * 20 + ["held"] * 2
    assert said[-1].held_because == ["hurried"]
    assert say(article, client_key="o" * 43).status == "published"
    settings.SPAM_RULES_OFF = ["hurried"]
    assert say(article, client_key=CLIENT).status == "published"


def test_beyond_what_the_site_is_used_to_reactions_are_held_and_never_refused(settings):
    settings.REACTIONS_PER_MINUTE = 3
    article = make_article()
    said = [say(article, client_key=f"client {n}") for n in range(5)]
    assert [one.held_because for one in said] == [[], [], [], ["busy_site"], ["busy_site"]]
    assert say(article, author=article.author, client_key="author").status == "published"
    age(timedelta(minutes=1))
    assert say(article, client_key="later").status == "published"
    settings.REACTIONS_PER_MINUTE = 0
    assert [say(article, client_key=f"more {n}").status for n in range(4)] == ["published"] * 4
