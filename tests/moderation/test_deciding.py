"""Deciding: what becomes of the reaction, the log, the reports and the filter; and taking it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.moderation.actions import NeedsGround, NotUndoable, Seen, decide, decide_many, record_hidings, undo
from forum.moderation.models import Decision
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import AlreadyDecided, withdraw
from forum.reactions.models import Reaction
from forum.reports.actions import file_report
from forum.reports.models import Report
from forum.spam.models import Lesson
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db


def state_of(reaction: Reaction) -> str:
    return Reaction.objects.get(pk=reaction.pk).status


def report(reaction: Reaction, client: str = "a") -> Report:
    row = Reaction.objects.get(pk=reaction.pk)
    return file_report(row, reason="attack", explanation="Kijk zelf.", client_key=client)


@pytest.mark.parametrize("verb", ["refuse", "remove"])
@pytest.mark.parametrize("ground", ["", "omdat het kan"])
def test_nothing_is_refused_without_a_ground(verb, ground, by_noor):
    reaction = say(make_article())
    with pytest.raises(NeedsGround):
        by_noor(reaction, verb, ground=ground)
    assert (state_of(reaction), Decision.objects.count()) == ("held", 0)


def test_the_desk_publishes_refuses_removes_and_restores(by_noor):
    article = make_article()
    good, bad = say(article), say(article)
    assert by_noor(good, "publish").what == "publish"
    assert by_noor(bad, "refuse", ground="attack").what == "refuse"
    assert (state_of(good), state_of(bad)) == ("published", "refused")
    assert by_noor(good, "refuse", ground="hate").what == "remove"
    row = Reaction.objects.get(pk=good.pk)
    assert (row.status, row.decision_ground, row.decided_at is not None) == ("removed", "hate", True)
    assert by_noor(good, "publish").what == "restore"
    row.refresh_from_db()
    assert (row.status, row.decision_ground, row.decided_at) == ("published", None, None)
    assert by_noor(bad, "publish").before == "refused"
    assert state_of(bad) == "published"


def test_the_filter_learns_from_spam_and_from_advertising_and_forgets_what_is_taken_back(by_noor, noor):
    def learnt(reaction):
        return list(Lesson.objects.filter(subject=reaction.pk).values_list("is_spam", flat=True))

    spam, advertising, rude, good = (say(make_article()) for _ in range(4))
    by_noor(spam, "spam")
    by_noor(advertising, "refuse", ground="advertising")
    by_noor(rude, "refuse", ground="attack")
    last = by_noor(good, "publish")
    assert [learnt(one) for one in (spam, advertising, rude, good)] == [[True], [True], [], [False]]
    undo(last, by=noor, now=timezone.now())
    assert learnt(good) == []
    by_noor(good, "publish")
    by_noor(good, "refuse", ground="advertising")
    assert learnt(good) == [True]


def test_spam_is_written_down_and_not_mailed(by_noor):
    decision = by_noor(say(make_article()), "spam", note="Dit gaat nergens heen.")
    assert (decision.what, decision.ground, decision.exhibit.note) == ("spam", "advertising", "")
    assert not OutgoingMail.objects.exists()


def test_p21_of_two_moderators_one_wins_and_the_other_hears_of_it(by_noor, ruud):
    reaction = say(make_article())
    seen = Seen.of(reaction)
    by_noor(reaction, "publish")
    with pytest.raises(AlreadyDecided) as first:
        decide(Reaction.objects.get(pk=reaction.pk), "refuse", seen=seen, by=ruud, ground="attack")
    assert first.value.reaction.status == "published"
    assert Decision.objects.count() == 1


def test_p21_what_was_edited_meanwhile_is_looked_at_again(by_noor, noor):
    reaction = say(make_article())
    by_noor(reaction, "publish")
    row = Reaction.objects.get(pk=reaction.pk)
    seen = Seen.of(row)
    Reaction.objects.filter(pk=row.pk).update(body="Iets heel anders.", edited_at=timezone.now())
    for verb in ("refuse", "keep", "spam"):
        with pytest.raises(AlreadyDecided):
            decide(Reaction.objects.get(pk=row.pk), verb, seen=seen, by=noor, ground="attack")
    assert state_of(row) == "published"


def test_what_a_form_carries_is_what_was_seen():
    moment = timezone.now()
    assert Seen.read(str(Seen("held"))) == Seen("held")
    assert Seen.read(str(Seen("published", moment, 12))) == Seen("published", moment, 12)
    assert Seen.read("published 0 gisteren") is None
    assert Seen.read("published") is None


def test_p21_letting_it_stand_is_a_decision_too(by_noor, ruud):
    reaction = say(make_article())
    by_noor(reaction, "publish")
    row = Reaction.objects.get(pk=reaction.pk)
    seen = Seen.of(row)
    by_noor(reaction, "keep")
    for verb in ("refuse", "keep"):
        with pytest.raises(AlreadyDecided):
            decide(Reaction.objects.get(pk=reaction.pk), verb, seen=seen, by=ruud, ground="attack")
    assert state_of(reaction) == "published"


def test_many_are_called_spam_at_once_and_what_was_decided_first_stays(by_noor, noor):
    rows = [say(make_article(), f"Koop {n}.") for n in range(3)]
    seen = [(row, Seen.of(row)) for row in rows]
    by_noor(rows[1], "publish")
    done = decide_many(seen, "spam", by=noor)
    assert (done.decided, [row.pk for row in done.too_late]) == (2, [rows[1].pk])
    assert [state_of(row) for row in rows] == ["spam", "published", "spam"]


def test_deciding_settles_the_reports_and_taking_it_back_opens_them(by_noor, noor):
    reaction = say(make_article())
    by_noor(reaction, "publish")
    first = report(reaction)
    kept = by_noor(reaction, "keep")
    first.refresh_from_db()
    assert (kept.what, first.outcome) == ("keep", "rejected")
    undo(kept, by=noor, now=timezone.now())
    first.refresh_from_db()
    assert (first.status, state_of(reaction)) == ("open", "published")
    by_noor(reaction, "refuse", ground="attack")
    first.refresh_from_db()
    assert (first.outcome, state_of(reaction)) == ("upheld", "removed")


@pytest.mark.parametrize(
    ("verb", "words", "after"),
    [
        ("publish", {}, "held"),
        ("refuse", {"ground": "attack"}, "held"),
        ("spam", {}, "held"),
    ],
)
def test_what_waited_waits_again_when_a_decision_is_taken_back(verb, words, after, by_noor, noor):
    reaction = say(make_article())
    decision = by_noor(reaction, verb, **words)
    undone = undo(decision, by=noor, now=timezone.now())
    assert (state_of(reaction), undone.what, undone.about) == (after, "undo", decision)
    assert [one.what for one in Decision.objects.order_by("pk")] == [decision.what, "undo"]
    by_noor(reaction, "publish")
    assert state_of(reaction) == "published"


@pytest.mark.parametrize("verb", ["refuse", "spam"])
def test_what_stood_on_the_page_stands_there_again(verb, by_noor, noor):
    article = make_article()
    reaction = say(article)
    by_noor(reaction, "publish")
    row = Reaction.objects.get(pk=reaction.pk)
    undo(by_noor(reaction, verb, ground="attack"), by=noor, now=timezone.now())
    again = Reaction.objects.get(pk=reaction.pk)
    assert (again.status, again.shown, again.reply_no, again.thread_no) == ("published", True, 0, row.thread_no)


def test_only_ones_own_last_decision_is_taken_back_and_only_once(by_noor, noor, ruud):
    reaction, other = say(make_article()), say(make_article())
    decision = by_noor(reaction, "publish")
    with pytest.raises(NotUndoable):
        undo(decision, by=ruud, now=timezone.now())
    with pytest.raises(NotUndoable):
        undo(decision, by=noor, now=timezone.now() + timedelta(days=2))
    by_noor(other, "publish")
    with pytest.raises(NotUndoable):
        undo(decision, by=noor, now=timezone.now())
    last = by_noor(reaction, "refuse", ground="attack")
    undo(last, by=noor, now=timezone.now())
    with pytest.raises(NotUndoable):
        undo(last, by=noor, now=timezone.now())
    waiting = say(make_article())
    refused = by_noor(waiting, "publish")
    withdraw(Reaction.objects.get(pk=waiting.pk))
    with pytest.raises(NotUndoable):
        undo(refused, by=noor, now=timezone.now())


def test_c5_what_reports_hide_is_written_down_once_as_done_by_itself(by_noor, settings):
    settings.REPORTS_HIDE = 2
    reaction = say(make_article())
    by_noor(reaction, "publish")
    report(reaction, "a")
    report(reaction, "b")
    assert state_of(reaction) == "held"
    assert (record_hidings(), record_hidings()) == (1, 0)
    hidden = Decision.objects.get(what="hide")
    assert (hidden.is_automatic, hidden.before, hidden.after, hidden.because) == (
        True,
        "published",
        "held",
        ["reported"],
    )
    restored = by_noor(reaction, "publish")
    assert (restored.what, state_of(reaction), record_hidings()) == ("restore", "published", 0)
    assert set(Report.objects.values_list("outcome", flat=True)) == {"rejected"}


def test_what_was_hidden_and_is_refused_counts_as_removed(by_noor, settings):
    settings.REPORTS_HIDE = 1
    article = make_article()
    reaction = say(article)
    by_noor(reaction, "publish")
    by_noor(answer := say(article, to=reaction), "publish")
    report(reaction)
    record_hidings()
    assert by_noor(reaction, "refuse", ground="details").what == "remove"
    tombstone = Reaction.objects.get(pk=reaction.pk)
    assert tombstone.shown and "gegevens van een ander" in tombstone.html and state_of(answer) == "published"
    assert by_noor(reaction, "publish").what == "restore"


def test_a_decision_taken_back_while_hidden_is_no_new_hiding(by_noor, noor, settings):
    settings.REPORTS_HIDE = 1
    reaction = say(make_article())
    by_noor(reaction, "publish")
    report(reaction)
    record_hidings()
    undo(by_noor(reaction, "publish"), by=noor, now=timezone.now())
    assert state_of(reaction) == "held"
    assert (record_hidings(), Decision.objects.filter(what="hide").count()) == (0, 1)
