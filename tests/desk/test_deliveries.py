"""What became of every mail, and which addresses get none, as an administrator sees it."""

import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from forum.accounts.roles import Role
from forum.desk import deliveries
from forum.outbox.actions import suppress
from forum.outbox.bounces import record_bounce
from forum.outbox.models import Address, OutgoingMail
from forum.outbox.reasons import in_words
from tests.desk.conftest import browser_of, make_staff
from tests.outbox.rows import make_address, make_mail
from tests.reactions.posts import text_of

pytestmark = pytest.mark.django_db
MAILS, NONE = "/desk/deliveries/", "/desk/suppressions/"
SANNE = "Sanne.Kanarie@lezers.example"
HOSTILE = "<script>alert(1)</script> {{ settings }} \u202e</li>"


@pytest.fixture
def robin(db):
    return make_staff("robin", Role.ADMINISTRATOR, first_name="Robin")


@pytest.fixture
def desk(robin) -> Client:
    return browser_of(robin)


def mails(
    count: int, *, status: str = "failed", kind: str = "reaction", days_ago: float = 0, reason: str = "", **fields
):
    """In one go; the newest last."""
    address = fields.pop("address", None) or make_address()
    first = (OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1_000
    moment = timezone.now() - timedelta(days=days_ago)
    return OutgoingMail.objects.bulk_create(
        OutgoingMail(
            **{"kind": kind, "address": address, "status": status, "reason": reason, "due_at": moment, **fields},
            subscription_id=first + number,
            event_id=first + number,
            created_at=moment - timedelta(milliseconds=count - number),
        )
        for number in range(count)
    )


def shown(page) -> list[int]:
    return [int(number) for number in re.findall(r'class="title"><a href="/desk/deliveries/(\d+)/"', page.text)]


def test_p25_every_mail_is_shown_with_its_state_and_its_reason(desk):
    for status in OutgoingMail.Status.values:
        mails(1, status=status, reason="receiver refused: 550 5.1.1")
    for status, label in OutgoingMail.Status.choices:
        page = desk.get(f"{MAILS}?state={status}")
        assert len(shown(page)) == 1
        assert str(label) in text_of(page) and "ontvanger geweigerd: 550 5.1.1" in text_of(page)


def test_what_failed_comes_first_and_every_state_says_how_many(desk):
    mails(2), mails(3, status="sent"), mails(1, status="cancelled")
    page = desk.get(MAILS)
    assert page.status_code == 200
    assert len(shown(page)) == 2
    counts = re.findall(r"(Mislukt|In de wachtrij|Verstuurd|Geannuleerd) \((\S+)\)", text_of(page))
    assert counts == [("Mislukt", "2"), ("In de wachtrij", "0"), ("Verstuurd", "3"), ("Geannuleerd", "1")]


def test_it_can_be_seen_by_kind_and_by_period(desk):
    old, lately = mails(1, days_ago=8)[0], mails(1, days_ago=2)[0]
    asked = mails(1, kind="confirmation")[0]
    assert shown(desk.get(MAILS)) == [asked.pk, lately.pk, old.pk]
    assert shown(desk.get(f"{MAILS}?kind=reaction")) == [lately.pk, old.pk]
    assert shown(desk.get(f"{MAILS}?days=7")) == [asked.pk, lately.pk]
    assert shown(desk.get(f"{MAILS}?kind=confirmation&days=1")) == [asked.pk]
    assert "Mislukt (1)" in text_of(desk.get(f"{MAILS}?kind=confirmation&days=1"))
    for nonsense in ("state=x", "kind=x", "days=5", "days=-1", "beyond=x", f"beyond={10**17}-1", "beyond=1-x"):
        assert shown(desk.get(f"{MAILS}?{nonsense}")) == [asked.pk, lately.pk, old.pk]


def test_leafing_through_shows_every_mail_once_also_when_more_fail_meanwhile(desk, monkeypatch):
    monkeypatch.setattr(deliveries, "PER_PAGE", 3)
    made = mails(7)
    same_moment = mails(3, days_ago=1)
    OutgoingMail.objects.filter(pk__in=[one.pk for one in same_moment]).update(created_at=same_moment[0].created_at)
    page, seen = desk.get(MAILS), []
    while True:
        seen += shown(page)
        mails(1)
        older = re.search(r'href="(\?[^"]*beyond[^"]*)" rel="next"', page.text)
        if not older:
            break
        page = desk.get(MAILS + older[1].replace("&amp;", "&"))
    assert seen == [one.pk for one in reversed(made)] + [one.pk for one in reversed(same_moment)]
    assert "Eerste pagina" in text_of(page)


def test_it_says_which_mail_has_waited_longest(desk):
    assert "Geen mail is te laat." in text_of(desk.get(MAILS))
    mails(1, status="queued", days_ago=-1)
    assert "Geen mail is te laat." in text_of(desk.get(MAILS))
    mails(1, status="queued", days_ago=0.5)
    assert "12 uur geleden" in text_of(desk.get(MAILS)).replace("\xa0", " ")


def test_refusals_by_policy_are_told_because_only_the_keeper_can_help_them(desk):
    mail = make_mail()
    assert "5.7" not in text_of(desk.get(MAILS))
    record_bounce(mail.pk, status="5.7.1", source="smtp", now=timezone.now())
    assert "1 mail is in de laatste 24 uur geweigerd" in text_of(desk.get(MAILS))


def test_one_mail_tells_what_went_along_in_it_and_what_came_back(desk):
    lead, along = mails(2, status="sent", sent_at=timezone.now(), attempts=2)
    OutgoingMail.objects.filter(pk=along.pk).update(lead=lead)
    record_bounce(lead.pk, status="5.2.2", source="dsn", now=timezone.now())
    page = desk.get(f"{MAILS}{lead.pk}/")
    words = text_of(page)
    assert shown(page) == [along.pk]
    assert "teruggekomen: 5.2.2" in words and "teruggekomen mail" in words
    assert "Opnieuw versturen" not in words
    assert f'href="/desk/deliveries/{lead.pk}/"' in desk.get(f"{MAILS}{along.pk}/").text
    assert desk.get(f"{MAILS}{lead.pk + 10_000}/").status_code == 404


def test_a_failed_mail_is_sent_again_and_another_is_not(desk):
    failed, sent = mails(1)[0], mails(1, status="sent")[0]
    assert "Opnieuw versturen" in text_of(desk.get(f"{MAILS}{failed.pk}/"))
    page = desk.post(f"{MAILS}{failed.pk}/again/", follow=True)
    assert "De mail wordt opnieuw verstuurd." in text_of(page)
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == ("queued", 0)
    for mail in (failed, sent):
        page = desk.post(f"{MAILS}{mail.pk}/again/", follow=True)
        assert "Alleen mislukte mail kan opnieuw" in text_of(page)
    assert OutgoingMail.objects.get(pk=sent.pk).status == "sent"


def test_p17_an_address_is_found_by_typing_it_and_stands_on_no_page_and_in_no_log(desk, caplog):
    address = make_address(SANNE)
    mail = mails(1, address=address)[0]
    with caplog.at_level(logging.DEBUG):
        answer = desk.post(f"{MAILS}find/", {"email": f" {SANNE.upper()} "})
        assert (answer.status_code, answer["Location"]) == (302, f"{NONE}{address.pk}/")
        page = desk.get(answer["Location"])
        pages = [page, desk.get(MAILS), desk.get(f"{MAILS}{mail.pk}/")]
        desk.post(f"{NONE}{address.pk}/stop/", {"reason": "gebeld"})
        pages += [desk.get(NONE), desk.get(f"{NONE}{address.pk}/")]
    assert shown(page) == [mail.pk]
    lines = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    for text in [*(page.text for page in pages), *lines]:
        assert "kanarie" not in text.lower()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("niemand@lezers.example", "We hebben dit adres niet gemaild."),
        ("sanne", "Dit is geen e-mailadres."),
        ("", "Dit veld is verplicht."),
        ("a@b.example\0", "Dit is geen e-mailadres."),
        (HOSTILE, "Dit is geen e-mailadres."),
    ],
)
def test_what_is_no_address_of_ours_is_answered_in_its_place(desk, typed, said):
    page = desk.post(f"{MAILS}find/", {"email": typed})
    assert page.status_code == 422
    assert said in text_of(page) or "\0" in typed
    assert "<script>alert" not in page.text


def test_an_address_is_added_by_hand_and_allowed_again_each_with_its_reason(desk):
    page = desk.post(NONE, {"email": SANNE, "reason": f"belde de redactie {HOSTILE}"}, follow=True)
    address = Address.objects.get()
    assert (address.email, address.suppressed_because) == (SANNE, f"by hand: belde de redactie {HOSTILE}")
    assert "Daar gaat geen mail meer heen." in text_of(page)
    waiting = make_mail(address)
    listing = desk.get(NONE)
    assert f"adres {address.pk}" in text_of(listing) and "met de hand: belde de redactie" in text_of(listing)

    refused = desk.post(f"{NONE}{address.pk}/allow/", {"reason": " "})
    assert refused.status_code == 422 and Address.objects.get().suppressed_at
    page = desk.post(f"{NONE}{address.pk}/allow/", {"reason": "wil weer mail"}, follow=True)
    address.refresh_from_db()
    assert address.suppressed_at is None
    words = text_of(page)
    assert "Daar gaat weer mail heen." in words and "wil weer mail" in words and "door Robin" in words
    assert "<script>alert" not in page.text + listing.text
    assert f"adres {address.pk}" not in text_of(desk.get(NONE))
    assert OutgoingMail.objects.get(pk=waiting.pk).status == "queued"


def test_the_list_says_why_and_since_when_and_leafs(desk, monkeypatch):
    monkeypatch.setattr(deliveries, "PER_PAGE", 2)
    people = [make_address() for _ in range(5)]
    for number, one in enumerate(people):
        suppress(one, because="complaint", now=timezone.now() - timedelta(days=number))
    page, seen = desk.get(NONE), []
    while True:
        seen += [int(pk) for pk in re.findall(r'class="title"><a href="/desk/suppressions/(\d+)/"', page.text)]
        older = re.search(r'href="(\?beyond[^"]*)" rel="next"', page.text)
        if not older:
            break
        page = desk.get(NONE + older[1])
    assert seen == [one.pk for one in people]
    assert "klacht" in text_of(page)


def test_the_history_of_points_is_told(desk):
    address = make_address()
    for number in range(3):
        mail = mails(1, address=address, status="sent", sent_at=timezone.now())[0]
        record_bounce(mail.pk, status="5.2.2", source="smtp", now=timezone.now() - timedelta(days=2 - number))
    words = text_of(desk.get(f"{NONE}{address.pk}/"))
    assert "te vaak teruggekomen; de laatste keer: 5.2.2" in words
    assert words.count("antwoord van de mailserver") == 3


def test_nobody_but_an_administrator_comes_in(client):
    address, mail = make_address(), make_mail()
    paths = [MAILS, f"{MAILS}{mail.pk}/", NONE, f"{NONE}{address.pk}/"]
    for browser in (client, browser_of(make_staff("karim", Role.EDITOR)), browser_of(make_staff("a", Role.MODERATOR))):
        assert {browser.get(path).status_code for path in paths} <= {302, 403}
        assert browser.post(f"{NONE}{address.pk}/stop/", {"reason": "x"}).status_code in (302, 403)
    address.refresh_from_db()
    assert address.suppressed_at is None


@pytest.mark.parametrize(
    "query", ["", "?state=sent", "?state=sent&kind=digest", "?state=sent&kind=digest&days=7", "?state=queued"]
)
def test_the_list_costs_the_same_however_many_there_are(desk, query):
    mails(60, status="sent", kind="digest"), mails(60)
    desk.get(MAILS)
    with CaptureQueriesContext(connection) as seen:
        desk.get(MAILS + query)
    assert len(seen) <= 17, [query["sql"] for query in seen]
    if connection.vendor == "sqlite":
        for query in seen:
            if "outbox_" in query["sql"]:
                assert_by_index(query["sql"])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plans of SQLite do not go by how many rows there are")
def test_no_page_walks_through_all_mails(desk):
    address, mail = make_address(), mails(1)[0]
    suppress(address, because="x", now=timezone.now())
    with CaptureQueriesContext(connection) as seen:
        for path in (NONE, f"{NONE}?beyond={10**15}-7", f"{NONE}{address.pk}/", f"{MAILS}{mail.pk}/"):
            assert desk.get(path).status_code == 200
        desk.get(f"{MAILS}?state=sent&days=1&beyond={10**15}-7")
    for query in seen:
        if "outbox_" in query["sql"]:
            assert_by_index(query["sql"])


def assert_by_index(sql: str) -> None:
    """Along an index, in its order: nothing is sorted, nothing is walked through."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        plan = " / ".join(row[-1] for row in cursor.fetchall())
    assert not re.search(r"SCAN outbox_\w+\b(?! USING)", plan), (plan, sql)
    assert "TEMP B-TREE" not in plan or "outbox_bounce" in sql, (plan, sql)


def test_reasons_are_told_in_the_readers_language_and_codes_stay():
    with translation.override("nl"):
        assert in_words("receiver refused: 550 5.1.1") == "ontvanger geweigerd: 550 5.1.1"
        assert in_words("not delivered in 72 hours; mail server not reached (TimeoutError)") == (
            "niet bezorgd in 72 uur; mailserver niet bereikt (TimeoutError)"
        )
        assert in_words("mail server answered 421 (SMTPConnectError)") == "mailserver antwoordde 421 (SMTPConnectError)"
        assert in_words("came back too often; the last time: no status") == (
            "te vaak teruggekomen; de laatste keer: zonder status"
        )
        assert in_words("by hand: belde; boos") == "met de hand: belde; boos"
        assert (in_words(""), in_words("iets anders")) == ("", "iets anders")
