import pytest
from django.utils import timezone

from articles.models import Article
from forum.outbox.letters import NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import post_reaction
from forum.subscriptions.actions import confirm, unsubscribe
from forum.subscriptions.mails import build_confirmation
from tests.factories import make_article
from tests.subscriptions.readers import SANNE, ask, confirm_path, stop_path, token_in

pytestmark = pytest.mark.django_db


def the_row() -> OutgoingMail:
    return OutgoingMail.objects.get(kind="confirmation")


def test_p27_the_mail_holds_nothing_that_the_poster_typed():
    article = make_article(title="Het stille uur")
    post_reaction(
        article,
        name="Koop Pillen",
        website="https://pillen.example/",
        body="Klik hier snel: https://bedrog.example/",
        email=SANNE,
    )
    letter = build_confirmation([the_row()])
    for half in (letter.subject, letter.text, letter.html, str(letter.headers)):
        for typed in ("Koop", "Pillen", "pillen.example", "bedrog", "Klik hier", SANNE, SANNE.lower()):
            assert typed not in half


def test_the_mail_asks_in_dutch_with_one_link():
    ask(make_article(title="Het stille uur"), scope="replies")
    letter = build_confirmation([the_row()])
    assert letter.subject == "Bevestig: bericht over ‘Het stille uur’"
    assert "Wil je bericht over antwoorden op je reactie?" in " ".join(letter.text.split())
    assert letter.text.count("://") == 1
    assert letter.html.count("href=") == 1
    assert all(len(line) <= 72 for line in letter.text.splitlines() if "://" not in line)


def test_the_mail_asks_in_english_about_an_english_article():
    ask(make_article(title="The quiet hour", language="en"))
    letter = build_confirmation([the_row()])
    assert letter.subject == "Confirm: notifications about “The quiet hour”"
    assert '<html lang="en"' in letter.html


def test_the_link_is_built_from_the_settings(settings):
    settings.SITE_URL = "https://luisterkamer.example"
    subscription = ask(make_article())
    path = confirm_path(subscription)
    letter = build_confirmation([the_row()])
    assert f"https://luisterkamer.example{path}" in letter.text
    assert f'href="https://luisterkamer.example{path}"' in letter.html


def test_the_mail_is_no_list_mail():
    ask(make_article())
    assert build_confirmation([the_row()]).headers == {}


def test_a_title_cannot_break_the_subject():
    ask(make_article(title="Een\r\nBcc: x@y.example\u202e " + "lang " * 25))
    subject = build_confirmation([the_row()]).subject
    assert "\n" not in subject and "\r" not in subject and "\u202e" not in subject
    assert len(subject) < 150 and "…" in subject


def test_a_title_is_escaped_in_html_only():
    ask(make_article(title="Kop & staart <b>"))
    letter = build_confirmation([the_row()])
    assert "Kop & staart <b>" in letter.subject and "Kop & staart <b>" in letter.text
    assert "Kop &amp; staart &lt;b&gt;" in letter.html and "<b>" not in letter.html


@pytest.mark.parametrize("what", ["confirmed", "stopped", "withdrawn", "deleted"])
def test_what_need_not_be_asked_any_more_is_not_sent(what):
    article = make_article()
    subscription = ask(article)
    row = the_row()
    if what == "confirmed":
        confirm(token_in(confirm_path(subscription)), scope="article", now=timezone.now())
    elif what == "stopped":
        unsubscribe(token_in(stop_path(subscription)))
    elif what == "withdrawn":
        Article.objects.update(status=Article.Status.WITHDRAWN)
    else:
        article.delete()
    with pytest.raises(NothingToSay):
        build_confirmation([row])


def test_a_mail_costs_one_query(django_assert_num_queries):
    ask(make_article())
    row = the_row()
    with django_assert_num_queries(1):
        build_confirmation([row])
