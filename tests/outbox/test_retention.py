"""What became of a mail is kept for 90 days (PROMISES C1, C2; docs/operations.md)."""

import pytest
from django.utils import timezone

from forum.outbox import retention
from forum.outbox.bounces import record_bounce
from forum.outbox.models import FINAL, Bounce, OutgoingMail
from forum.outbox.retention import forget_mails
from tests.outbox.rows import make_address, make_mail, pass_time

pytestmark = pytest.mark.django_db


def test_every_state_is_either_final_or_goes_on():
    assert {*FINAL, "queued", "sending"} == set(OutgoingMail.Status.values)


def test_finished_mails_go_after_ninety_days_and_unfinished_ones_never(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    sanne, now = make_address(), timezone.now()
    for status in OutgoingMail.Status.values:
        for _ in range(3):
            OutgoingMail.objects.filter(pk=make_mail(sanne).pk).update(status=status)
    pass_time(days=89)
    assert forget_mails(now) == 0
    pass_time(days=1)
    assert forget_mails(now) == 3 * len(FINAL)
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {"queued", "sending"}
    assert forget_mails(now) == 0


def test_what_went_along_goes_with_its_mail():
    lead, along = make_mail(), make_mail()
    OutgoingMail.objects.update(status="sent")
    OutgoingMail.objects.filter(pk=along.pk).update(lead=lead)
    record_bounce(lead.pk, status="5.2.2", source="dsn", now=timezone.now())
    pass_time(days=91)
    assert forget_mails(timezone.now()) == 2
    assert not Bounce.objects.exists()
