"""Who follows an author or a section is told of each new article once."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.utils import timezone

from articles.actions import publish_article, publish_due, schedule_article, withdraw_article
from articles.models import Article
from forum.outbox.envelope import followed_message_id, new_article_message_id
from forum.outbox.letters import NothingToSay
from forum.outbox.models import Address, OutgoingMail
from forum.outbox.sending import send_due
from forum.subscriptions import actions, notify
from forum.subscriptions.actions import change_frequency, end
from forum.subscriptions.article_mails import build_new_articles
from forum.subscriptions.digests import next_digest
from forum.subscriptions.letterhead import manage_link, stop_link
from forum.subscriptions.models import Subscription
from forum.subscriptions.notify import announce_article, announce_articles_due
from tests.factories import make_article, make_author, make_section
from tests.mailserver import html_of, mail_server, text_of
from tests.subscriptions.processes import run_together, shared_database
from tests.subscriptions.readers import follow_subject

pytestmark = pytest.mark.django_db
Status = Article.Status


def reader(who: str) -> str:
    return f"{who}@voorbeeld.example"


def followed_by(subject, *names: str) -> list[Subscription]:
    return [follow_subject(subject, reader(who)) for who in names]


def told(article: Article) -> list[str]:
    mails = OutgoingMail.objects.filter(kind="article", event_id=article.pk).select_related("address")
    return sorted(mail.address.email.split("@")[0] for mail in mails)


def rows_of(article: Article) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="article", event_id=article.pk).order_by("pk"))


def only_news() -> None:
    """The mails that asked to confirm have left."""
    OutgoingMail.objects.filter(kind="confirmation").update(status="sent", sent_at=timezone.now())


def words(text: str) -> str:
    return " ".join(text.split())


def test_followers_of_the_section_and_of_each_author_are_told_once():
    section, noor, karim = make_section(), make_author(), make_author()
    followed_by(section, "anna")
    followed_by(noor, "bram")
    followed_by(karim, "chris")
    followed_by(make_author(), "dirk")
    article = make_article(section=section, authors=[noor, karim])
    assert announce_articles_due() == 1
    assert told(article) == ["anna", "bram", "chris"]
    assert announce_articles_due() == 0
    Article.objects.update(announced_at=None)
    assert announce_article(article)
    assert told(article) == ["anna", "bram", "chris"]


def test_p28_only_confirmed_followers_who_want_mail_are_told():
    section = make_section()
    _anna, bram, chris, dirk = followed_by(section, "anna", "bram", "chris", "dirk")
    end(bram, how="link")
    Address.objects.filter(pk=chris.address_id).update(suppressed_at=timezone.now(), suppressed_because="bounces")
    change_frequency(dirk, frequency="paused", now=timezone.now())
    actions.follow(email=reader("els"), subject=section, client_key="e", proven=False, now=timezone.now())
    article = make_article(section=section)
    announce_articles_due()
    assert told(article) == ["anna"]


def test_what_was_public_before_somebody_followed_is_no_news_to_him():
    section = make_section()
    article = make_article(section=section)
    followed_by(section, "anna")
    assert announce_articles_due() == 1
    assert told(article) == []


def test_p23_what_is_not_public_is_not_announced():
    section = make_section()
    followed_by(section, "anna")
    later = timezone.now() + timedelta(hours=1)
    make_article(section=section, status=Status.DRAFT, published_at=None)
    make_article(section=section, status=Status.SCHEDULED, published_at=later)
    make_article(section=section, status=Status.WITHDRAWN)
    make_article(section=section, published_at=later)
    assert announce_articles_due() == 0
    assert not OutgoingMail.objects.filter(kind="article").exists()


def test_what_is_published_on_schedule_is_announced_then(time_machine):
    section = make_section()
    followed_by(section, "anna")
    article = make_article(section=section, status=Status.DRAFT, published_at=None)
    moment = timezone.now() + timedelta(minutes=5)
    schedule_article(article, at=moment)
    assert announce_articles_due() == 0
    # The database's clock cannot be moved, so the moment is.
    Article.objects.update(published_at=timezone.now())
    assert publish_due(timezone.now()) == 1
    assert announce_articles_due() == 1
    assert told(article) == ["anna"]


def test_what_comes_back_after_it_was_withdrawn_is_no_news():
    section = make_section()
    followed_by(section, "anna")
    article = make_article(section=section)
    announce_articles_due()
    followed_by(section, "bram")
    article.refresh_from_db()
    withdraw_article(article)
    publish_article(article)
    assert announce_articles_due() == 0
    assert told(article) == ["anna"]


def test_an_old_date_is_no_news_either():
    section = make_section()
    [anna] = followed_by(section, "anna")
    Subscription.objects.filter(pk=anna.pk).update(confirmed_at=timezone.now() - timedelta(days=400))
    old = make_article(section=section, published_at=timezone.now() - timedelta(days=30))
    fresh = make_article(section=section, published_at=timezone.now() - timedelta(days=1))
    assert announce_articles_due() == 2
    assert told(old) == [] and told(fresh) == ["anna"]
    old.refresh_from_db()
    assert old.announced_at


def test_who_follows_author_and_section_gets_one_mail(settings):
    section, noor = make_section(), make_author()
    for subject in (section, noor):
        followed_by(subject, "anna")
    only_news()
    article = make_article(section=section, authors=[noor])
    announce_articles_due()
    assert told(article) == ["anna", "anna"]
    with mail_server(settings) as server:
        send_due()
    assert len(server.to(reader("anna"))) == 1
    assert sorted(row.status for row in rows_of(article)) == ["cancelled", "sent"]
    assert {row.reason for row in rows_of(article)} == {"", "told already"}


def test_who_stops_following_the_author_still_hears_of_it_through_the_section(settings):
    section, noor = make_section(), make_author()
    followed_by(section, "anna")
    [of_author] = followed_by(noor, "anna")
    only_news()
    make_article(section=section, authors=[noor])
    announce_articles_due()
    end(of_author, how="link")
    with mail_server(settings) as server:
        send_due()
    assert len(server.to(reader("anna"))) == 1


def test_the_mail_as_it_arrives(settings):
    settings.SITE_URL, settings.MAIL_DOMAIN = "https://luisterkamer.example", "luisterkamer.example"
    section = make_section(name="Stad & land", slug="stad")
    [anna] = followed_by(section, "anna")
    only_news()
    authors = [make_author(name="Noor Terbeek"), make_author(name="Karim <b>")]
    article = make_article(
        section=section, authors=authors, title="De brug & het water", lead="Wie er woont,\nhoort haar.", slug="brug"
    )
    announce_articles_due()
    with mail_server(settings) as server:
        send_due()
    [mail] = server.to(reader("anna"))
    text, html = text_of(mail).replace("\r\n", "\n"), html_of(mail)
    assert mail["Subject"] == "Nieuw artikel: De brug & het water"
    assert text.startswith("De brug & het water\nDoor Noor Terbeek, Karim <b> · Stad & land · ")
    assert "Wie er woont, hoort haar." in text
    assert "Lees het artikel: https://luisterkamer.example/articles/brug/" in text
    assert "bericht wilde over nieuwe artikelen in Stad & land." in words(text)
    assert f"Stop met deze meldingen: {stop_link(anna)}" in text
    assert f"Kies waarover je bericht krijgt: {manage_link(anna)}" in text
    assert (
        "Karim &lt;b&gt;" in html and "<b>" not in html and 'href="https://luisterkamer.example/articles/brug/"' in html
    )
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line and " · " not in line)
    root = followed_message_id(anna.pk)
    assert mail["Message-ID"] == new_article_message_id(article.pk, anna.pk)
    assert (mail["In-Reply-To"], mail["References"]) == (root, root)
    assert mail["List-Id"] == f"Artikelen <rubriek-{section.pk}.artikelen.luisterkamer.example>"
    assert mail["List-Unsubscribe"] == f"<{stop_link(anna)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Archive"] == "<https://luisterkamer.example/sections/stad/>"
    assert mail["Precedence"] == "list" and mail["Auto-Submitted"] == "auto-generated"


def test_p26_one_click_in_it_stops_it(settings, client):
    noor = make_author()
    [anna] = followed_by(noor, "anna")
    only_news()
    make_article(authors=[noor])
    announce_articles_due()
    with mail_server(settings) as server:
        send_due()
        [mail] = server.to(reader("anna"))
        path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
        answer = client.post(path, {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200
        later = make_article(authors=[noor])
        announce_articles_due()
        send_due()
    assert not Subscription.objects.active().filter(pk=anna.pk).exists()
    assert told(later) == [] and len(server.to(reader("anna"))) == 1


def test_an_english_article_is_told_of_in_english():
    section = make_section(name="City")
    followed_by(section, "anna")
    article = make_article(section=section, language="en", title="The bridge")
    announce_articles_due()
    letter = build_new_articles(rows_of(article))
    assert letter.subject == "New article: The bridge"
    assert "asked to be notified about new articles in City" in words(letter.text)


@pytest.mark.parametrize("what", ["withdrawn", "deleted", "stopped", "paused"])
def test_p23_p26_what_changed_meanwhile_is_not_mailed(what):
    section = make_section()
    [anna] = followed_by(section, "anna")
    article = make_article(section=section)
    announce_articles_due()
    rows = rows_of(article)
    if what == "withdrawn":
        Article.objects.update(status=Status.WITHDRAWN)
    elif what == "deleted":
        article.delete()
    elif what == "stopped":
        end(anna, how="link")
    else:
        Subscription.objects.update(frequency="paused")  # between the claim and the building
    with pytest.raises(NothingToSay) as silence:
        build_new_articles(rows)
    assert str(silence.value)


def test_several_articles_that_wait_together_are_one_mail():
    section = make_section()
    followed_by(section, "anna")
    articles = [make_article(section=section, title=title) for title in ("De brug", "De ladder")]
    announce_articles_due()
    letter = build_new_articles([row for article in articles for row in rows_of(article)])
    assert letter.subject == "2 nieuwe artikelen"
    assert letter.text.index("De brug") < letter.text.index("De ladder")
    assert letter.text.count("Stop met deze meldingen") == 1


def test_once_a_day_an_article_waits_for_the_digest():
    section = make_section()
    [anna] = followed_by(section, "anna")
    change_frequency(anna, frequency="daily", now=timezone.now())
    article = make_article(section=section)
    before = timezone.now()
    announce_articles_due()
    [row] = rows_of(article)
    assert row.digest == "daily"
    assert row.due_at in (next_digest("daily", after=before), next_digest("daily", after=timezone.now()))


def test_a_batch_holds_as_many_followers_as_it_may(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(notify, "BATCH", 2)
    section = make_section()
    followed_by(section, "anna", "bram", "chris", "dirk")
    article = make_article(section=section)
    with transaction.atomic(), django_assert_num_queries(15):
        # is it due; (end of the batch, begin, queue, end) twice; two looks that find no more; the authors, one of them
        # with two looks; done
        announce_article(article)
    assert len(told(article)) == 4


def test_a_worker_that_dies_between_batches_is_finished_by_the_next(monkeypatch):
    monkeypatch.setattr(notify, "BATCH", 2)
    section = make_section()
    followed_by(section, *"abcde")
    article = make_article(section=section)
    whole_batch, batches = notify._queue, []

    def dies_at_the_second(*given):
        batches.append(given)
        if len(batches) == 2:
            raise KeyboardInterrupt
        whole_batch(*given)

    monkeypatch.setattr(notify, "_queue", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        announce_articles_due()
    assert len(told(article)) == 2
    monkeypatch.setattr(notify, "_queue", whole_batch)
    assert announce_articles_due() == 1
    assert told(article) == list("abcde")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_queue_one_mail_per_follower(tmp_path):
    section = make_section()
    followed_by(section, *(f"lezer{n}" for n in range(10)))
    for _ in range(3):
        make_article(section=section)
    script = """
from forum.subscriptions import notify
notify.BATCH = 3
print(json.dumps(notify.announce_articles_due()))
"""
    count = """
from articles.models import Article
from forum.outbox.models import OutgoingMail
print(json.dumps([OutgoingMail.objects.filter(kind="article").count(), Article.objects.filter(announced_at=None).count()]))
"""
    database = shared_database(tmp_path)
    assert sum(run_together([script, script], database)) == 3
    assert run_together([count], database) == [[30, 0]]
