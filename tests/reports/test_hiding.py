"""Reports by several clients hide a reaction until somebody has looked at it; its place is kept."""

import pytest

from articles.models import Discussion
from forum.outbox.models import OutgoingMail
from forum.outbox.sending import send_due
from forum.reactions import identity
from forum.reactions.actions import AlreadyDecided, approve, hold_again, refuse, restore, withdraw
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.reports.actions import settle_reports
from forum.reports.models import Report
from forum.spam.reasons import in_words
from tests.factories import make_article
from tests.mailserver import mail_server
from tests.reactions.posts import text_of
from tests.reactions.talk import say
from tests.reports.reporters import report, send_report
from tests.subscriptions.readers import follow

pytestmark = pytest.mark.django_db


def report_by(count: int, reaction: Reaction) -> Reaction:
    for _ in range(count):
        report(reaction)
    reaction.refresh_from_db()
    return reaction


def counts(article) -> dict:
    return Discussion.objects.values("visible", "skyline", "questions", "answered").get(pk=article.pk)


def test_three_clients_hide_a_reaction_and_moderators_see_why(client):
    article = make_article()
    said = report_by(2, say(article, "Gemene woorden."))
    assert said.status == "published"
    version = Discussion.objects.get(pk=article.pk).version
    report_by(1, said)
    assert (said.status, said.shown, said.held_because) == ("held", False, ["reported:3"])
    assert said.hidden_at is not None and said in Reaction.objects.held()
    assert in_words("reported:3") == "Automatisch verborgen, gemeld door lezers: 3"
    assert "Gemene woorden." not in text_of(client.get(article.get_absolute_url()))
    assert Discussion.objects.get(pk=article.pk).version == version + 1
    assert Discussion.objects.get(pk=article.pk).visible == 0


def test_one_client_three_times_hides_nothing(client):
    said = say(make_article())
    assert [send_report(client, said, reason=reason).status_code for reason in ("hate", "spam", "other")] == [
        303,
        409,
        409,
    ]
    signed = {"reason": "unlawful", "name": "Lotte", "good_faith": "on"}
    for n in range(3):
        assert send_report(client, said, email=f"lezer{n}@lezers.example", **signed).status_code == 303
    said.refresh_from_db()
    assert said.status == "published" and Report.objects.count() == 4


@pytest.mark.parametrize(("limit", "hidden"), [(0, False), (1, True), (5, False)])
def test_the_number_is_the_publisher_s(settings, limit, hidden):
    settings.REPORTS_HIDE = limit
    said = say(make_article())
    report(said)
    if not hidden:
        report_by(3, said)
    said.refresh_from_db()
    assert (said.status == "held") == hidden


def test_the_thread_keeps_its_shape_and_approving_puts_everything_back(client):
    article = make_article()
    opening = say(article, "Gemene woorden.", name="Bart Vos", is_question=True)
    answer = say(article, to=opening)
    say(article)
    before, page_before = counts(article), text_of(client.get(article.get_absolute_url()))
    published_at = opening.published_at

    report_by(3, opening)
    page = text_of(client.get(article.get_absolute_url()))
    assert "Lezers meldden deze reactie. Hij is verborgen tot de redactie ernaar heeft gekeken." in page
    assert "een verborgen reactie" in page and "Bart Vos" not in page and "Gemene" not in page
    assert page.index(f'id="reaction-{opening.pk}"') < page.index(f'id="reaction-{answer.pk}"')
    assert counts(article)["visible"] == 2 and counts(article)["questions"] == 0
    assert client.get(f"/reactions/{opening.pk}/").status_code == 302

    approve(opening)
    settle_reports(opening, upheld=False)
    opening.refresh_from_db()
    assert (opening.status, opening.published_at, opening.thread_no) == ("published", published_at, 1)
    assert counts(article) == before
    assert text_of(client.get(article.get_absolute_url())) == page_before


def test_what_moderators_let_stand_is_not_hidden_by_the_same_reports():
    said = say(make_article())
    for key in ("a", "b", "c"):
        report(said, client_key=key)
    said.refresh_from_db()
    approve(said)
    assert settle_reports(said, upheld=False) == 3
    report_by(2, said)
    assert said.status == "published"
    report_by(1, said)  # three new ones are another matter
    assert said.status == "held"


def test_who_approves_elsewhere_without_closing_the_reports_is_not_overruled_by_the_next_one():
    said = report_by(3, say(make_article()))
    approve(said)
    report_by(2, said)
    assert said.status == "published" and Report.objects.open().count() == 5


@pytest.mark.parametrize(
    ("decide", "status", "words"),
    [
        (lambda said: refuse(said, reason="persoonlijke aanval"), "removed", "Reden: persoonlijke aanval."),
        (lambda said: refuse(said, as_spam=True), "spam", "verwijderd door de redactie"),
        (withdraw, "withdrawn", "De schrijver heeft deze reactie ingetrokken."),
    ],
)
def test_what_stays_away_leaves_a_tombstone_that_says_why(client, decide, status, words):
    article = make_article()
    opening = say(article, "Gemene woorden.", name="Bart Vos")
    say(article, to=opening)
    report_by(3, opening)
    assert decide(opening).status == status
    page = text_of(client.get(article.get_absolute_url()))
    assert words in page and "een verwijderde reactie" in page and "verborgen" not in page
    assert "Bart Vos" not in page and Discussion.objects.get(pk=article.pk).visible == 1
    if status == "removed":
        restore(opening)
    elif status == "spam":
        approve(opening)
    if status != "withdrawn":
        page = text_of(client.get(article.get_absolute_url()))
        assert page.count("Bart Vos") >= 2 and "verwijderd" not in page


def test_it_is_held_once_however_many_report_and_only_while_it_is_published():
    said = report_by(3, say(make_article()))
    with pytest.raises(AlreadyDecided):
        hold_again(said, because=["reported:9"])
    said.refresh_from_db()
    assert said.held_because == ["reported:3"]


def test_its_permalink_and_its_writer_s_page_say_that_it_waits(client):
    article = make_article()
    said = report_by(3, say(article, "Mijn eigen woorden."))
    public = client.get(f"/reactions/{said.pk}/")
    assert public.status_code == 404 and "Deze reactie is voorlopig verborgen" in text_of(public)
    assert "Mijn eigen woorden." not in text_of(public)
    own = client.get(f"/reactions/waiting/{identity.waiting_token(said.pk)}/")
    page = text_of(own)
    assert own.status_code == 200 and "Je reactie is voorlopig verborgen." in page and "Mijn eigen woorden." in page
    assert "Wacht op de redactie. Tot die tijd zie alleen jij deze reactie." in page
    approve(said)
    assert client.get(f"/reactions/waiting/{identity.waiting_token(said.pk)}/").status_code == 303
    assert client.get(f"/reactions/{said.pk}/").status_code == 302


def test_it_is_in_no_feed_no_list_and_no_search(client):
    article = make_article()
    said = say(article, "Zeldzaamwoord hier.", name="Bart Vos")
    say(article, to=said)
    doors = [
        "/",
        "/reactions/",
        "/feeds/reactions.atom",
        f"/articles/{article.slug}/reactions.atom",
        "/search/?q=Zeldzaamwoord",
    ]
    assert all("eldzaamwoord" in text_of(client.get(door)) for door in doors)
    report_by(3, said)
    for door in doors:
        assert "Zeldzaamwoord hier" not in text_of(client.get(door)), door
        assert "Bart Vos" not in text_of(client.get(door)), door


def test_p28_its_waiting_mails_are_not_sent(settings):
    article = make_article()
    follow(article, "karim@lezers.example")
    said = say(article)
    announce_due()
    assert OutgoingMail.objects.filter(kind="reaction", status="queued").count() == 1
    report_by(3, said)
    with mail_server(settings) as server:
        send_due()
    assert not [mail for mail in server.mails if "Nieuwe reactie" in mail[1]["Subject"]]
    assert OutgoingMail.objects.get(kind="reaction").status == "cancelled"


def test_p28_what_is_hidden_before_it_was_announced_is_announced_when_it_is_back():
    article = make_article()
    follow(article, "karim@lezers.example")
    said = report_by(3, say(article))
    assert announce_due() == 0
    approve(said)
    assert announce_due() == 1
