"""What the site says of itself to who watches it, and to its staff."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from forum.ops import health
from forum.ops.models import Heartbeat
from forum.ops.worker import Worker
from forum.outbox.models import Address, OutgoingMail

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


def test_a_cache_that_is_away_is_named(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",  # the port that nobody listens on
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    health.beat()
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["cache"].startswith("does not answer (")


def test_the_staff_is_told_that_nobody_does_the_work(client, old_mail):
    client.force_login(get_user_model().objects.create_superuser("karim", "", "een lang wachtwoord"))
    for path in ("/admin/", "/desk/"):
        assert BEHIND in client.get(path).content.decode()
    OutgoingMail.objects.all().delete()
    for path in ("/admin/", "/desk/"):
        assert BEHIND not in client.get(path).content.decode()
