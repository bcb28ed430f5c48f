"""What the site says of itself to who watches it, and to its staff."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from forum.ops import health
from forum.ops.models import Heartbeat
from forum.ops.worker import Worker
from forum.outbox.models import Address, OutgoingMail
from tests.factories import make_article

pytestmark = pytest.mark.django_db
BEHIND = "python manage.py worker"


@pytest.fixture
def old_mail():
    long_ago = timezone.now() - timedelta(minutes=16)
    address = Address.objects.create(email="sanne@lezers.example", key="sanne@lezers.example")
    return OutgoingMail.objects.create(
        kind="confirmation", address=address, subscription_id=1, event_id=1, due_at=long_ago, created_at=long_ago
    )


def test_the_process_says_that_it_lives_without_asking_anybody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"] and not answer.cookies
    assert client.post("/healthz", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 405


def test_the_site_is_ready_once_a_worker_was_heard_of(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": "ok",
        "worker": "none has been heard of for 0:02:00",
        "queue": "ok",
        "cache": "ok",
    }
    Worker().work_once()
    answer = client.get("/readyz")
    assert answer.status_code == 200 and set(answer.json().values()) == {"ok"}


def test_a_worker_that_fell_silent_is_no_worker(client):
    health.beat()
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=121))
    assert client.get("/readyz").json()["worker"] != "ok"
    health.beat()
    assert client.get("/readyz").status_code == 200


def test_who_has_been_silent_for_a_day_is_forgotten_and_who_rests_says_so():
    Heartbeat.objects.create(worker="elsewhere:1", beat_at=timezone.now() - timedelta(hours=25))
    Heartbeat.objects.create(worker="elsewhere:2", beat_at=timezone.now() - timedelta(hours=23))
    health.beat()
    health.beat()
    assert set(Heartbeat.objects.values_list("worker", flat=True)) > {"elsewhere:2"}
    assert Heartbeat.objects.count() == 2
    health.rest()
    assert list(Heartbeat.objects.values_list("worker", flat=True)) == ["elsewhere:2"]


def test_mail_that_waits_too_long_raises_the_alarm(client, old_mail):
    health.beat()
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "more than 0:15:00" in answer.json()["queue"]
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(minutes=14))
    assert client.get("/readyz").status_code == 200


@pytest.fixture
def cache_away(settings):
    """On the port that nobody listens on."""
    settings.CACHES = {
        "default": {"BACKEND": "forum.sharedcache.SharedCache", "LOCATION": "redis://127.0.0.1:9/0"},
    }
    yield
    cache.clear()  # what was remembered in its stead


def test_a_cache_that_is_away_is_named(client, cache_away):
    health.beat()
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["cache"].startswith("does not answer (")


def test_while_the_cache_is_away_the_process_remembers_for_itself(cache_away):
    assert cache.add("door", 1) and not cache.add("door", 1)
    assert cache.incr("door") == 2 and cache.get("door") == 2 and "door" in cache
    cache.set("window", "open")
    assert cache.get_many(["door", "window"]) == {"door": 2, "window": "open"}
    assert cache.touch("door", 60) and cache.delete("door")
    assert cache.get("door", "none") == "none"


def test_p19_who_guesses_logins_is_stopped_without_a_cache_too(client, cache_away):
    """PROMISES section E: no error, and limits hold."""
    guess = {"login": "redactie", "password": "geraden"}
    answers = [client.post("/accounts/login/", guess) for _ in range(12)]
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert client.get("/moderation-report/").status_code in (200, 404)
    assert b"id_login" in answers[0].content
    assert answers[-1].content != answers[0].content


def test_the_staff_is_told_that_nobody_does_the_work(client, old_mail):
    client.force_login(get_user_model().objects.create_superuser("karim", "", "een lang wachtwoord"))
    for path in ("/admin/", "/desk/"):
        assert BEHIND in client.get(path).content.decode()
    OutgoingMail.objects.all().delete()
    for path in ("/admin/", "/desk/"):
        assert BEHIND not in client.get(path).content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite calls it an OperationalError")
def test_p06_what_cannot_be_written_on_a_database_that_is_read_only_is_for_later(client):
    page = make_article().get_absolute_url()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what triggers still have to write
        cursor.execute("SET TRANSACTION READ ONLY")
    assert client.get(page).status_code == 200
    client.raise_request_exception = False
    answer = client.post(f"{page}follow/", {"email": "sanne@lezers.example"}, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
