"""The mail that gathers, once a day or once a week: read as it arrives, from a real mail server."""

from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Article
from forum.outbox.envelope import digest_message_id
from forum.outbox.models import OutgoingMail
from forum.outbox.sending import send_due
from forum.reactions.actions import remove
from forum.reactions.digests import build_digest
from forum.reactions.notify import announce_due
from forum.subscriptions.actions import change_frequency, end
from forum.subscriptions.letterhead import manage_link, stop_digests_link, stop_link
from forum.subscriptions.models import Consent, Subscription
from forum.subscriptions.notify import announce_articles_due
from tests.factories import make_article, make_author, make_section
from tests.mailserver import html_of, mail_server
from tests.mailserver import text_of as text_with_returns
from tests.reactions.talk import say
from tests.reactions.test_mails import in_order, words_of
from tests.reactions.test_notify import follow
from tests.subscriptions.readers import follow_subject

pytestmark = pytest.mark.django_db
ANNA = "anna@voorbeeld.example"
SITE = "https://luisterkamer.example"


@pytest.fixture(autouse=True)
def the_site(publish_at_once, settings):
    settings.SITE_URL, settings.MAIL_DOMAIN = SITE, "luisterkamer.example"


def text_of(mail) -> str:
    return text_with_returns(mail).replace("\r\n", "\n")


def often(subscription: Subscription, frequency: str) -> Subscription:
    change_frequency(subscription, frequency=frequency, now=timezone.now())
    return subscription


def mails_when_due(settings, digest: str = "daily") -> list:
    """What Anna gets when the moment of that digest has come."""
    announce_due()
    announce_articles_due()
    OutgoingMail.objects.filter(kind="confirmation").update(status="sent")
    with mail_server(settings) as server:
        send_due()
        assert server.to(ANNA) == []  # it waits
        OutgoingMail.objects.filter(digest=digest).update(due_at=Now())
        send_due()
    return server.to(ANNA)


def states() -> dict[int, str]:
    return dict(OutgoingMail.objects.filter(kind="reaction").values_list("event_id", "status"))


@pytest.mark.parametrize(("frequency", "once"), [("daily", "één keer per dag"), ("weekly", "één keer per week")])
def test_one_mail_tells_of_all_that_the_address_follows_so_often(settings, frequency, once):
    stil, brug = make_article(title="Het stille uur"), make_article(title="De brug")
    anna = often(follow(stil, "anna"), frequency)
    often(follow(brug, "anna"), frequency)
    for n in range(5):
        say(stil, f"Woorden {n} " + "lang " * 100, name=f"Lezer {n}", website=f"https://lezer{n}.example/")
    say(brug, "Over de brug.", name="Bram")
    [mail] = mails_when_due(settings, frequency)
    text, html = text_of(mail), html_of(mail)
    assert mail["Subject"] == "6 nieuwe reacties bij 2 artikelen"
    assert in_order(
        text,
        "Het stille uur\n5 nieuwe reacties\n",
        "Lezer 0\nhttps://lezer0.example/\n",
        "Woorden 0",
        "Lezer 2\nhttps://lezer2.example/\n",
        "Woorden 2",
        f"Lees alle 5: {SITE}{stil.get_absolute_url()}#reactions",
        "De brug\n1 nieuwe reactie\n",
        "Bram",
        "Over de brug.",
        f"Stop dit overzicht: {stop_digests_link(anna)}",
        f"Kies waarover je bericht krijgt: {manage_link(anna)}",
    )
    assert once in " ".join(text.split())
    assert "Lezer 3" not in text + html
    assert in_order(words_of(html), "Lezer 0", "lezer0.example", "Woorden 0", "Bram", "Over de brug.")
    assert in_order(html, "<bdi>Lezer 0</bdi>", "https://lezer0.example/", "Woorden 0")
    assert stop_link(anna) in text  # each of them can be stopped alone
    assert set(states().values()) == {"sent"}


def test_its_headers(settings):
    article = make_article()
    anna = often(follow(article, "anna"), "daily")
    say(article)
    [mail] = mails_when_due(settings)
    lead = OutgoingMail.objects.get(kind="reaction")
    assert mail["Subject"] == "1 nieuwe reactie bij 1 artikel"
    assert mail["Message-ID"] == digest_message_id(lead.pk)
    assert mail["List-Id"] == "Overzicht <dag.overzicht.luisterkamer.example>"
    assert mail["List-Unsubscribe"] == f"<{stop_digests_link(anna)}>"
    assert mail["List-Unsubscribe"].endswith("/unsubscribe/>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Archive"] == f"<{SITE}/>"
    assert mail["Precedence"] == "list" and mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] is None and mail["References"] is None


def test_new_articles_stand_in_it_as_well(settings):
    article, section = make_article(title="Het stille uur"), make_section(name="Stad")
    often(follow(article, "anna"), "daily")
    follow_subject(section, ANNA, frequency="daily")
    say(article, "Mooi.", name="Bram")
    make_article(title="De nieuwe brug", lead="Wie er woont, hoort haar.", section=section)
    [mail] = mails_when_due(settings)
    assert mail["Subject"] == "1 nieuwe reactie bij 1 artikel, 1 nieuw artikel"
    assert in_order(
        text_of(mail),
        "De nieuwe brug\nDoor ",
        "Wie er woont, hoort haar.",
        "Lees het artikel: ",
        "----",
        "Het stille uur",
    )
    assert "De nieuwe brug" in html_of(mail) and "Bram" in html_of(mail)


def test_an_article_that_was_told_of_at_once_is_not_in_the_digest(settings):
    section, noor = make_section(), make_author()
    follow_subject(section, ANNA)
    follow_subject(noor, ANNA, frequency="daily")
    OutgoingMail.objects.filter(kind="confirmation").update(status="sent")
    make_article(section=section, authors=[noor])
    announce_articles_due()
    with mail_server(settings) as server:
        send_due()
        OutgoingMail.objects.filter(digest="daily").update(due_at=Now())
        send_due()
    assert len(server.to(ANNA)) == 1
    row = OutgoingMail.objects.get(digest="daily")
    assert (row.status, row.reason) == ("cancelled", "told already")


def test_p28_what_was_removed_meanwhile_is_left_out_and_cancelled(settings):
    article = make_article()
    often(follow(article, "anna"), "daily")
    gone, kept = say(article, "Dit gaat weg."), say(article, "Dit blijft.")
    announce_due()
    remove(gone)
    [mail] = mails_when_due(settings)
    assert mail["Subject"] == "1 nieuwe reactie bij 1 artikel"
    assert "Dit gaat weg." not in text_of(mail) + html_of(mail)
    assert states() == {gone.pk: "cancelled", kept.pk: "sent"}


@pytest.mark.parametrize("what", ["removed", "stopped", "paused", "withdrawn"])
def test_p23_p26_with_nothing_to_tell_there_is_no_mail(settings, what):
    article = make_article()
    anna = often(follow(article, "anna"), "daily")
    said = say(article)
    announce_due()
    if what == "removed":
        remove(said)
    elif what == "stopped":
        end(anna, how="link")
    elif what == "paused":
        often(anna, "paused")
    else:
        Article.objects.update(status=Article.Status.WITHDRAWN)
    assert mails_when_due(settings) == []
    assert states() == {said.pk: "cancelled"}


def test_a_day_without_reactions_has_no_mail(settings):
    often(follow(make_article(), "anna"), "daily")
    assert mails_when_due(settings) == []


def test_daily_and_weekly_are_two_mails(settings):
    one, two = make_article(title="Elke dag"), make_article(title="Elke week")
    often(follow(one, "anna"), "daily")
    often(follow(two, "anna"), "weekly")
    say(one)
    say(two)
    [mail] = mails_when_due(settings)
    assert "Elke dag" in text_of(mail) and "Elke week" not in text_of(mail)
    with mail_server(settings) as server:
        OutgoingMail.objects.filter(digest="weekly").update(due_at=Now())
        send_due()
    [mail] = server.to(ANNA)
    assert "Elke week" in text_of(mail)
    assert mail["List-Id"] == "Overzicht <week.overzicht.luisterkamer.example>"


def test_p26_one_click_stops_every_digest_of_the_address_and_nothing_else(settings, client):
    articles = [make_article() for _ in range(3)]
    digests = [
        often(follow(article, "anna"), frequency)
        for article, frequency in zip(articles, ("daily", "weekly"), strict=False)
    ]
    at_once = follow(articles[2], "anna")
    theirs = often(follow(articles[0], "bram"), "daily")
    say(articles[0])
    [mail] = mails_when_due(settings)
    path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
    assert "Stop met deze meldingen" in client.get(path).content.decode()
    assert Subscription.objects.active().count() == 4  # looking stops nothing (P12)
    waiting = say(articles[1])
    announce_due()
    for _ in range(2):
        answer = client.post(path, {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200 and not answer.cookies
    assert set(Subscription.objects.active()) == {at_once, theirs}
    assert states()[waiting.pk] == "cancelled"
    assert Consent.objects.filter(ended_how="digests").count() == 2
    # And the way back, from the page that says it stopped.
    client.post(path.removesuffix("unsubscribe/"), {"what": "resume"})
    assert set(Subscription.objects.active()) == {at_once, theirs, *digests}
    assert Subscription.objects.get(pk=digests[1].pk).frequency == "weekly"


def test_p26_one_click_still_works_when_its_article_is_gone(settings, client):
    one, two = make_article(), make_article()
    often(follow(one, "anna"), "daily")
    often(follow(two, "anna"), "daily")
    say(one)
    [mail] = mails_when_due(settings)
    path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
    Article.objects.filter(pk=one.pk).update(status=Article.Status.WITHDRAWN)
    client.post(path, {"List-Unsubscribe": "One-Click"})
    assert not Subscription.objects.active().exists()


def test_p16_the_link_to_stop_digests_is_of_that_purpose_alone(client):
    anna = often(follow(make_article(), "anna"), "daily")
    digests = urlsplit(stop_digests_link(anna)).path.split("/")[2]
    plain = urlsplit(stop_link(anna)).path.split("/")[2]
    assert digests != plain and len(digests) == len(plain) == 32
    assert client.get(f"/subscriptions/confirm/{digests}/").status_code == 410
    stored = Subscription.objects.values_list("token_hash", "digest_token_hash").get()
    assert digests not in stored and plain not in stored


def test_only_confirmed_words_stand_in_a_digest_and_none_breaks_out(settings):
    article = make_article(title="Kop <b> & zo")
    often(follow(article, "anna"), "daily")
    say(article, "<script>alert(1)</script>", name="<img src=x>")
    [mail] = mails_when_due(settings)
    assert "<script>alert" not in html_of(mail) and "<img" not in html_of(mail)
    assert mail["Subject"] == "1 nieuwe reactie bij 1 artikel"


def test_a_digest_costs_the_same_however_much_it_tells(django_assert_num_queries):
    section = make_section()
    follow_subject(section, ANNA, frequency="daily")
    articles = [make_article() for _ in range(3)]
    for article in articles:
        often(follow(article, "anna"), "daily")
        say(article)
    make_article(section=section)
    announce_due()
    announce_articles_due()
    rows = list(OutgoingMail.objects.filter(digest="daily").order_by("pk"))
    with django_assert_num_queries(5):
        build_digest(rows)
    for article in articles:
        for _ in range(4):
            say(article)
    announce_due()
    rows = list(OutgoingMail.objects.filter(digest="daily").order_by("pk"))
    with django_assert_num_queries(5):
        build_digest(rows)
