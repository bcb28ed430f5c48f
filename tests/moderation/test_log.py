"""The log of decisions: what it holds, and that nobody rewrites it."""

import pytest
from django.db import DatabaseError, connection, transaction

from forum.moderation.actions import erase_words
from forum.moderation.actions.recording import sealed
from forum.moderation.models import Appeal, Decision, Exhibit
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db


def refused_by_the_database(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "only added to" in str(error)
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_decision SET ground = 'hate'",
        "UPDATE moderation_decision SET by_id = NULL",
        "DELETE FROM moderation_decision",
        "UPDATE moderation_exhibit SET body = 'Iets anders.'",
        "UPDATE moderation_exhibit SET note = ''",
    ],
)
def test_c5_nothing_in_the_log_can_be_changed_or_deleted(statement, by_noor):
    """Red on SQLite after a migration that lays one of these tables anew: see moderation/0002_log_stays.py."""
    decision = by_noor(say(make_article(), "De woorden zelf."), "refuse", ground="attack", note="De laatste zin.")
    assert refused_by_the_database(statement)
    decision.refresh_from_db()
    assert (decision.ground, decision.exhibit.body) == ("attack", "De woorden zelf.")


def test_c5_the_log_cannot_be_emptied_in_one_go(by_noor, engine):
    if engine != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    by_noor(say(make_article()), "publish")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what this test wrote is looked at first
    assert refused_by_the_database("TRUNCATE moderation_decision CASCADE")
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("verb", ["save", "delete", "update", "bulk"])
def test_c5_nor_does_the_application_manage(verb, by_noor):
    decision = by_noor(say(make_article()), "publish")
    with pytest.raises(DatabaseError), transaction.atomic():
        if verb == "save":
            decision.what = "refuse"
            decision.save()
        elif verb == "delete":
            Exhibit.objects.all().delete()
            decision.delete()
        elif verb == "update":
            Decision.objects.update(what="refuse")
        else:
            Decision.objects.bulk_update([decision], ["what"])
    assert Decision.objects.get().what == "publish"


def test_a_decision_says_what_who_why_and_about_which_words(by_noor, noor):
    reaction = say(make_article(), "Bel 06-12345678.", website="https://winkel.example/")
    decision = by_noor(reaction, "refuse", ground="details", law="gdpr 6", note=" Het nummer. ")
    assert (decision.what, decision.before, decision.after) == ("refuse", "held", "refused")
    assert (decision.by, decision.ground, decision.law) == (noor, "details", "gdpr 6")
    assert "personal_data" in decision.because and "all_are_read" in decision.because
    assert all(":" not in reason for reason in decision.because)  # what was found is a reader's words: in the exhibit
    exhibit = decision.exhibit
    assert (exhibit.body, exhibit.website, exhibit.note) == (
        "Bel 06-12345678.",
        "https://winkel.example/",
        "Het nummer.",
    )
    assert decision.seal == sealed(exhibit.key, reaction.name, reaction.website, reaction.body)
    assert decision.seal != sealed(exhibit.key, reaction.name, reaction.website, "Iets anders.")
    assert decision.waited is not None


def test_c3_the_words_can_be_erased_and_the_decision_stays(by_noor):
    reaction, other = say(make_article(), "Van mij."), say(make_article(), "Van een ander.")
    decision = by_noor(reaction, "refuse", ground="hate", note="Over mij.")
    kept = by_noor(other, "refuse", ground="hate")
    Appeal.objects.create(decision=decision, body="Ik vind van niet.", made_at=decision.made_at)
    assert erase_words([reaction.pk]) == 1
    assert erase_words([reaction.pk]) == 0
    decision = Decision.objects.get(pk=decision.pk)
    assert (decision.ground, Exhibit.objects.filter(pk=decision.pk).exists()) == ("hate", False)
    assert Appeal.objects.get().body == ""
    assert kept.exhibit.body == "Van een ander."
