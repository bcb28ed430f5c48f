"""Moderators are told that something waits: who wants it, at most once a quarter of an hour, once by two workers."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.accounts.roles import Role
from forum.moderation.actions import choose_mail
from forum.moderation.notify import tell_moderators
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import approve
from forum.reactions.models import Reaction
from forum.reports.actions import file_report
from tests.factories import make_article
from tests.mailserver import mail_server, text_of
from tests.moderation.conftest import make_staff
from tests.moderation.letters import only_mail, paths_in, send_now
from tests.reactions.talk import say
from tests.subscriptions.database import everything_stored
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db
NOW = timezone.now()
NOOR = "noor@redactie.example"


def told() -> list[str]:
    mails = OutgoingMail.objects.filter(kind="waiting").order_by("pk")
    return list(mails.values_list("address__email", flat=True))


def test_the_mail_shows_the_oldest_and_why_and_leads_to_the_desk(noor, settings, client):
    article = make_article(title="De brug")
    first = say(article, "Lees mij eerst.", name="Henk", website="https://henk.example/", honeypot="x")
    say(article)
    say(article)
    with mail_server(settings) as keeper:
        assert tell_moderators() == 1
        send_now()
    message = only_mail(keeper, NOOR)
    words = " ".join(text_of(message).split())
    assert message["Subject"] == "Wacht op besluit: Henk bij ‘De brug’"
    for said in ("Waarom hier", "Henk https://henk.example/", "Lees mij eerst.", "En nog 2 wachten.", "Stop deze mail"):
        assert said in words, said
    before = everything_stored()
    ours = [path for path in paths_in(message) if path.startswith("/moderation/")]
    assert len(ours) == 2
    for path in ours:
        answer = client.get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    assert f"/moderation/reactions/{first.pk}/" in paths_in(message)
    assert everything_stored() == before


def test_at_most_once_a_quarter_of_an_hour_and_only_with_news(noor):
    say(make_article())
    assert (tell_moderators(NOW), tell_moderators(NOW)) == (1, 0)
    say(make_article())
    assert tell_moderators(NOW + timedelta(minutes=14)) == 0
    assert tell_moderators(NOW + timedelta(minutes=15)) == 1
    assert tell_moderators(NOW + timedelta(minutes=45)) == 0
    assert told() == [NOOR, NOOR]


def test_it_goes_to_moderators_and_to_who_asks_for_it(noor):
    admin = make_staff("bas", Role.ADMINISTRATOR, is_superuser=True)
    make_staff("karim", Role.EDITOR)
    make_staff("weg", Role.MODERATOR, is_active=False)
    make_staff("zonder", Role.MODERATOR, email="")
    quiet = make_staff("stil", Role.MODERATOR)
    choose_mail(quiet, wanted=False)
    choose_mail(admin, wanted=True)
    say(make_article())
    assert tell_moderators() == 2
    assert sorted(told()) == ["bas@redactie.example", NOOR]


def test_what_was_decided_before_the_mail_left_is_not_mailed(noor, settings):
    reaction = say(make_article())
    tell_moderators()
    approve(reaction)
    with mail_server(settings) as keeper:
        send_now()
    assert not keeper.mails and OutgoingMail.objects.get().reason == "nothing waits any more"


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "nieuw@redactie.example"}])
def test_who_moderates_no_longer_gets_no_mail_that_was_queued(change, noor, settings):
    say(make_article())
    tell_moderators()
    type(noor).objects.filter(pk=noor.pk).update(**change)
    with mail_server(settings) as keeper:
        send_now()
    assert not keeper.mails


def test_a_reported_reaction_is_news_as_well(noor, settings):
    reaction = approve(say(make_article(), name="Henk"))
    file_report(Reaction.objects.get(pk=reaction.pk), reason="hate", explanation="x", client_key="a")
    with mail_server(settings) as keeper:
        assert tell_moderators() == 1
        send_now()
    message = only_mail(keeper, NOOR)
    assert message["Subject"] == "Een gemelde reactie wacht op een besluit"
    assert "/moderation/reported/" in paths_in(message)


def test_nobody_is_told_while_nothing_waits(noor, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert tell_moderators() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(noor, tmp_path):
    """Also when both have looked before either has written."""
    for _ in range(3):
        say(make_article())
    script = "from forum.moderation.notify import tell_moderators\nprint(json.dumps(tell_moderators()))"
    said = run_together([script, script, script], shared_database(tmp_path))
    assert sum(json.loads(json.dumps(said))) == 1
