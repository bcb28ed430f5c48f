"""How often: at once, once a day, once a week, or not for now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from forum.outbox.models import OutgoingMail
from forum.subscriptions.actions import change_frequency, end, resume, set_scope
from forum.subscriptions.digests import next_digest
from forum.subscriptions.models import Consent, Subscription
from tests.factories import make_article
from tests.subscriptions.readers import (
    SANNE,
    ask,
    confirm_path,
    follow,
    manage_path,
    stop_path,
    token_in,
)
from tests.subscriptions.test_unsubscribing import queued_for

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM, fold=fold).astimezone(UTC)


def frequency_of(subscription: Subscription) -> str:
    return Subscription.objects.values_list("frequency", flat=True).get(pk=subscription.pk)


@pytest.mark.parametrize(
    ("frequency", "after", "moment"),
    [
        ("daily", local(2026, 11, 25, 6, 59), local(2026, 11, 25, 7)),
        ("daily", local(2026, 11, 25, 7), local(2026, 11, 26, 7)),
        ("daily", local(2026, 11, 25, 23, 59), local(2026, 11, 26, 7)),
        ("daily", local(2026, 11, 25, 0, 30), local(2026, 11, 25, 7)),  # still the day before in UTC
        ("weekly", local(2026, 11, 25, 12), local(2026, 11, 30, 7)),
        ("weekly", local(2026, 11, 30, 6, 59), local(2026, 11, 30, 7)),  # a Monday
        ("weekly", local(2026, 11, 30, 7), local(2026, 12, 7, 7)),
        ("daily", local(2026, 12, 31, 8), local(2027, 1, 1, 7)),
        # Summer time begins on 28 March 2027 and ends on 31 October.
        ("daily", local(2027, 3, 27, 8), datetime(2027, 3, 28, 5, tzinfo=UTC)),
        ("daily", local(2027, 3, 26, 8), datetime(2027, 3, 27, 6, tzinfo=UTC)),
        ("daily", local(2027, 10, 30, 8), datetime(2027, 10, 31, 6, tzinfo=UTC)),
        ("weekly", local(2027, 3, 27, 8), datetime(2027, 3, 29, 5, tzinfo=UTC)),
    ],
)
def test_a_digest_goes_at_seven_by_the_clock_on_the_wall(frequency, after, moment):
    assert next_digest(frequency, after=after) == moment


def test_an_hour_that_the_clock_skips_is_the_one_after_it(settings):
    settings.DIGEST_HOUR = 2
    assert next_digest("daily", after=local(2027, 3, 27, 3)) == local(2027, 3, 28, 3)


def test_an_hour_that_the_clock_strikes_twice_is_one_digest(settings):
    settings.DIGEST_HOUR = 2
    first = next_digest("daily", after=local(2027, 10, 30, 3))
    assert first == local(2027, 10, 31, 2)
    assert next_digest("daily", after=first) == local(2027, 11, 1, 2)
    assert next_digest("daily", after=local(2027, 10, 31, 2, 30, fold=1)) == local(2027, 11, 1, 2)


@pytest.mark.parametrize("hour", [0, 2, 3, 23])
def test_in_a_whole_year_there_is_one_digest_a_day(settings, hour):
    settings.DIGEST_HOUR = hour
    moment, days = local(2027, 1, 1, 0), set()
    moment -= timedelta(seconds=1)
    for _ in range(365):
        moment = next_digest("daily", after=moment)
        days.add(moment.astimezone(AMSTERDAM).date())
    assert len(days) == 365 and max(days).isoformat() == "2027-12-31"


def test_the_clock_is_that_of_the_readers_whatever_the_server_has(time_machine):
    time_machine.move_to(local(2027, 3, 27, 12), tick=False)
    subscription = follow(make_article())
    mail = queued_for(subscription)
    change_frequency(subscription, frequency="daily", now=timezone.now())
    mail.refresh_from_db()
    assert mail.due_at == datetime(2027, 3, 28, 5, tzinfo=UTC)


def test_what_waits_moves_along_with_the_choice():
    subscription, other = follow(make_article()), follow(make_article())
    mail, bystander = queued_for(subscription), queued_for(other)
    now = timezone.now()
    for frequency in ("daily", "weekly"):
        change_frequency(subscription, frequency=frequency, now=now)
        mail.refresh_from_db()
        assert (mail.digest, mail.due_at) == (frequency, next_digest(frequency, after=now))
    change_frequency(subscription, frequency="at once", now=now)
    mail.refresh_from_db()
    assert mail.digest == "" and mail.due_at <= timezone.now()
    bystander.refresh_from_db()
    assert bystander.digest == ""


def test_a_mail_that_was_tried_already_stays_what_it_is():
    subscription = follow(make_article())
    mail = queued_for(subscription)
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=1)
    change_frequency(subscription, frequency="daily", now=timezone.now())
    mail.refresh_from_db()
    assert mail.digest == ""


def test_a_pause_ends_what_waits_and_nothing_of_it_comes_back():
    subscription = follow(make_article())
    mail = queued_for(subscription)
    change_frequency(subscription, frequency="paused", now=timezone.now())
    mail.refresh_from_db()
    assert (mail.status, mail.reason) == ("cancelled", "the subscription is paused")
    change_frequency(subscription, frequency="at once", now=timezone.now())
    mail.refresh_from_db()
    assert mail.status == "cancelled"
    assert Subscription.objects.active().get() == subscription


def test_a_pause_leaves_a_question_to_confirm_alone():
    subscription = follow(make_article())
    row = OutgoingMail.objects.get(kind="confirmation")
    change_frequency(subscription, frequency="paused", now=timezone.now())
    assert OutgoingMail.objects.get(pk=row.pk).status == row.status


def test_an_ended_subscription_has_no_frequency_to_change():
    subscription = follow(make_article())
    end(subscription, how="link")
    change_frequency(subscription, frequency="daily", now=timezone.now())
    assert frequency_of(subscription) == "at once"


def test_who_asks_again_after_a_pause_wants_to_hear_it():
    article = make_article()
    subscription = follow(article)
    change_frequency(subscription, frequency="paused", now=timezone.now())
    end(subscription, how="link")
    resume(token_in(stop_path(subscription)))
    assert frequency_of(subscription) == "at once"


def test_a_change_of_scope_keeps_the_frequency_and_the_other_way_round():
    subscription = follow(make_article())
    change_frequency(subscription, frequency="weekly", now=timezone.now())
    set_scope(subscription, scope="replies")
    subscription.refresh_from_db()
    assert (subscription.scope, subscription.frequency) == ("replies", "weekly")


def test_the_page_changes_it_and_says_so(client):
    one, two = follow(make_article(title="De brug")), follow(make_article(title="De ladder"))
    page = client.get(manage_path(one)).content.decode()
    for words in ("Meteen", "Eén keer per dag", "Eén keer per week", "Even niet", "sturen we later niet na"):
        assert words.lower() in page.lower()
    choice = {"what": "choices", "subscription": two.pk, "scope": "replies", "frequency": "weekly"}
    page = client.post(manage_path(one), choice).content.decode()
    assert "Bewaard." in page
    two.refresh_from_db()
    assert (two.scope, two.frequency) == ("replies", "weekly")
    assert frequency_of(one) == "at once"
    assert page.count('value="weekly" checked') == 1


@pytest.mark.parametrize("frequency", ["", "hourly", "\x00", "paused "])
def test_nonsense_changes_no_frequency(client, frequency):
    subscription = follow(make_article())
    choice = {"what": "choices", "subscription": subscription.pk, "frequency": frequency}
    assert client.post(manage_path(subscription), choice).status_code == 200
    assert frequency_of(subscription) == "at once"


def test_nobody_changes_the_frequency_of_another(client):
    mine, theirs = follow(make_article()), follow(make_article(), "karim@voorbeeld.example")
    client.post(manage_path(mine), {"what": "choices", "subscription": theirs.pk, "frequency": "paused"})
    assert frequency_of(theirs) == "at once"


def test_p12_looking_changes_nothing(client):
    subscription = follow(make_article())
    client.get(manage_path(subscription), {"what": "choices", "subscription": subscription.pk, "frequency": "daily"})
    assert frequency_of(subscription) == "at once"


def test_whoever_confirms_chooses_how_often(client):
    subscription = ask(make_article(), SANNE)
    path = confirm_path(subscription)
    assert 'value="at once" checked' in client.get(path).content.decode()
    client.post(path, {"scope": "article", "frequency": "daily"})
    assert frequency_of(subscription) == "daily"
    assert Consent.objects.get().confirmed_at
