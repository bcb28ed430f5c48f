"""P25: whatever happens to a mail, when patience is over it has a state in which it stays, and a reason."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.outbox import queue
from forum.outbox.actions import suppress
from forum.outbox.models import FINAL, OutgoingMail
from forum.outbox.sending import send_due
from tests.outbox.letters import AWAY, BROKEN, GONE
from tests.outbox.rows import make_address, make_mail, pass_time
from tests.outbox.scripted import HANG_UP, USUAL, scripted_server

pytestmark = pytest.mark.django_db
PATIENCE_HOURS = 9
MOODS = [
    {"RCPT": "450 4.2.0 greylisted"},
    {"RCPT": "452 4.2.2 full"},
    {"MAIL": "550 5.7.1 not welcome"},
    {"DATA": "451 4.3.0 later"},
    {"dot": HANG_UP},
    {"hello": HANG_UP},
    {"hello": "554 5.3.2 away"},
]


def test_p25_every_mail_ends_in_time_with_a_reason(settings, monkeypatch):
    monkeypatch.setattr(queue, "PATIENCE", timedelta(hours=PATIENCE_HOURS))  # 72 in test_outcomes.py
    chance = random.Random(72)
    sanne, piet, away = make_address(), make_address(), make_address()
    for number in range(3):  # news that waits for the same reader, of few subscriptions
        make_mail(sanne, subscription=number % 2 + 1)
    for kind in ("confirmation", "question"):
        make_mail(piet, kind=kind)
    make_mail(event=BROKEN), make_mail(event=GONE), make_mail(away, event=AWAY), make_mail(away)
    dead, gone = make_mail(), make_mail()
    OutgoingMail.objects.filter(pk=dead.pk).update(status="sending", lease_until=timezone.now(), attempts=9)
    suppress(gone.address, because="complaint", now=timezone.now())
    with scripted_server(settings) as server:
        for _ in range(PATIENCE_HOURS):
            server.answers.clear()
            server.answers.update(USUAL | chance.choice(MOODS))
            while send_due():
                pass
            pass_time(minutes=31)
            if chance.random() < 0.4:
                queue.claim()  # a worker that dies with a mail in its hands
            pass_time(minutes=30)
        send_due()
    unfinished = OutgoingMail.objects.exclude(status__in=FINAL)
    assert not unfinished, list(unfinished.values())
    assert not OutgoingMail.objects.exclude(status="sent").filter(reason="")
    assert OutgoingMail.objects.filter(reason__startswith="not delivered in 72 hours; ").exists()
