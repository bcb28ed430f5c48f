"""What comes back, and what it counts for (PROMISES section B, "Bounces")."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from forum.outbox.actions import lift_suppression, suppress
from forum.outbox.bounces import forget_bounces, record_bounce, record_complaint
from forum.outbox.models import Address, Bounce, OutgoingMail
from tests.outbox.rows import make_address, make_mail, state
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def sanne():
    return make_address("Sanne@lezers.example")


def sent(address: Address, at: datetime = START) -> OutgoingMail:
    mail = make_mail(address)
    OutgoingMail.objects.filter(pk=mail.pk).update(status="sent", sent_at=at, created_at=at)
    return mail


def comes_back(address: Address, *statuses: str, source: str = "dsn", every: timedelta = DAY) -> None:
    """A mail a day, each of which comes back with the next of these."""
    for number, status in enumerate(statuses):
        at = START + number * every
        record_bounce(sent(address, at).pk, status=status, source=source, now=at)


def is_suppressed(address: Address) -> bool:
    address.refresh_from_db()
    return address.suppressed_at is not None


@pytest.mark.parametrize(
    ("statuses", "ends"),
    [
        (["5.2.2"] * 2, False),
        (["5.2.2"] * 3, True),
        (["5.1.1"] * 2, False),  # a mail that came back is not an answer to us
        (["4.2.2"] * 5, False),
        (["4.2.2"] * 6, True),
        ([""] * 5, False),
        ([""] * 6, True),
        (["5.4.4"] * 5, False),  # counts as soft
        (["5.4.4"] * 6, True),
        (["5.2.2", "4.2.2", "5.0.0"], False),
        (["5.2.2", "4.2.2", "5.0.0", "no status"], True),
        (["5.7.1"] * 20, False),  # about us, not about the reader
    ],
)
def test_three_points_within_thirty_days_end_the_mail(sanne, statuses, ends):
    comes_back(sanne, *statuses)
    assert is_suppressed(sanne) is ends
    if ends:
        last = statuses[-1] if statuses[-1][:1].isdigit() else "no status"
        assert sanne.suppressed_because == f"came back too often; the last time: {last}"


@pytest.mark.parametrize("status", ["5.1.1", "5.1.0", "5.2.1"])
@pytest.mark.parametrize("source", ["smtp", "webhook"])
def test_an_answer_that_nobody_lives_there_ends_it_at_once(sanne, status, source):
    comes_back(sanne, status, source=source)
    assert is_suppressed(sanne)


def test_one_bounce_a_day_counts_and_of_that_day_the_heaviest(sanne):
    comes_back(sanne, *["4.2.2", "5.2.2", "5.2.2", "4.2.2"] * 3, every=timedelta(minutes=1))
    assert list(Bounce.objects.order_by("pk").values_list("points", flat=True)) == [0.5, 0.5] + [0.0] * 10
    assert not is_suppressed(sanne)


def test_points_of_more_than_thirty_days_ago_do_not_count(sanne):
    comes_back(sanne, *["5.2.2"] * 2)
    late = START + timedelta(days=30, minutes=1)
    record_bounce(sent(sanne, late).pk, status="5.2.2", source="dsn", now=late)
    assert not is_suppressed(sanne)
    record_bounce(sent(sanne, late + DAY).pk, status="5.2.2", source="dsn", now=late + DAY)
    assert not is_suppressed(sanne)
    record_bounce(sent(sanne, late + 2 * DAY).pk, status="5.2.2", source="dsn", now=late + 2 * DAY)
    assert is_suppressed(sanne)


def test_one_complaint_ends_it(sanne):
    mail, other = sent(sanne), make_mail(sanne)
    record_complaint(mail.pk, source="complaint", now=START)
    assert is_suppressed(sanne)
    assert sanne.suppressed_because == "complaint"
    mail.refresh_from_db()
    assert (mail.status, mail.reason) == ("sent", "its reader complained")
    assert state(other) == "suppressed"


@pytest.mark.parametrize("record", [record_bounce, record_complaint])
def test_a_mail_older_than_thirty_days_or_unknown_is_ignored(sanne, record):
    mail = sent(sanne, START)
    fields = {"status": "5.1.1"} if record is record_bounce else {}
    record(mail.pk, source="webhook", now=START + 30 * DAY + timedelta(minutes=1), **fields)
    record(mail.pk + 1_000_000, source="webhook", now=START, **fields)
    record(2**62, source="webhook", now=START, **fields)
    assert not Bounce.objects.exists()
    assert not is_suppressed(sanne)
    record(mail.pk, source="webhook", now=START + 30 * DAY, **fields)
    assert is_suppressed(sanne)


def test_the_same_news_twice_is_one_also_on_another_day(sanne):
    mail = sent(sanne)
    for day in range(5):
        record_bounce(mail.pk, status="5.2.2", source="webhook", now=START + day * DAY)
    assert Bounce.objects.count() == 1


def test_what_waits_ends_with_the_reason_and_what_is_being_sent_goes_on(sanne):
    waiting, going = make_mail(sanne), make_mail(sanne)
    other = make_mail()
    OutgoingMail.objects.filter(pk=going.pk).update(status="sending", lease_until=timezone.now() + DAY)
    suppress(sanne, because="came back", now=START)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("suppressed", "came back")
    assert (state(going), state(other)) == ("sending", "queued")


def test_what_came_back_is_told_with_every_row_of_that_mail(sanne):
    lead = sent(sanne)
    along = sent(sanne)
    OutgoingMail.objects.filter(pk=along.pk).update(lead=lead)
    record_bounce(lead.pk, status="5.2.2", source="dsn", now=START)
    for row in (lead, along):
        row.refresh_from_db()
        assert (row.status, row.reason) == ("sent", "came back: 5.2.2")


def test_who_is_let_in_again_starts_from_nothing(sanne):
    comes_back(sanne, *["5.2.2"] * 3)
    lift_suppression(sanne)
    assert not is_suppressed(sanne)
    late = START + 4 * DAY
    record_bounce(sent(sanne, late).pk, status="5.2.2", source="dsn", now=late)
    assert not is_suppressed(sanne)


def test_bounces_are_forgotten_after_thirty_days(sanne):
    comes_back(sanne, "5.2.2", "5.2.2")
    assert forget_bounces(START + 30 * DAY) == 0
    assert forget_bounces(START + 30 * DAY + timedelta(seconds=1)) == 1
    assert forget_bounces(START + 32 * DAY) == 1


@pytest.mark.parametrize("status", ["5.1.1 <sanne@lezers.example>", "5.1", "5.1.1.1", "9.1.1", "sanne@lezers.example"])
def test_p17_nothing_but_a_status_is_kept(sanne, status):
    comes_back(sanne, status, source="webhook")
    assert Bounce.objects.get().status == ""
    assert not is_suppressed(sanne)


def test_an_unknown_source_is_a_mistake_of_ours(sanne):
    with pytest.raises(ValueError, match="rumour"):
        record_bounce(sent(sanne).pk, status="", source="rumour", now=START)


@pytest.mark.django_db(transaction=True)
def test_bounces_heard_by_two_processes_at_once_count_once_a_day_and_each_news_once(tmp_path):
    people = [make_address() for _ in range(20)]
    pairs = [[sent(one).pk, sent(one).pk] for one in people]
    script = f"""
from datetime import datetime
from forum.outbox.bounces import record_bounce
for mails in {pairs}:
    for pk in mails:
        record_bounce(pk, status="5.2.2", source="webhook", now=datetime.fromisoformat("{START.isoformat()}"))
print("1")
"""
    count = """
from django.db.models import Sum
from forum.outbox.models import Bounce
print(json.dumps([Bounce.objects.count(), *sorted(Bounce.objects.values("address").annotate(n=Sum("points")).values_list("n", flat=True))]))
"""
    database = shared_database(tmp_path)
    run_together([script, script], database)
    assert run_together([count], database) == [[40, *[1.0] * 20]]
