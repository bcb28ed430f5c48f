"""Deciding: refuse, remove, withdraw, restore; what stays on the page, and who decided first."""

import pytest

from articles.models import Discussion
from forum.reactions import actions
from forum.reactions.actions import AlreadyDecided, approve, refuse, remove, restore, withdraw
from forum.reactions.models import Reaction
from forum.reactions.rendering import HTML_VERSION, remake_parts
from forum.reactions.threads import article_page
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once")]


def shown(article) -> list[int]:
    article = type(article).objects.select_related("discussion").get(pk=article.pk)
    return [row.pk for row in article_page(article).rows]


def test_a_reaction_without_answers_disappears_and_returns_to_its_place():
    article = make_article()
    first, second, third = say(article), say(article), say(article)
    before = Discussion.objects.values().get(pk=article.pk)
    gone = remove(second, reason="reclame")
    assert (gone.status, gone.shown, gone.decision_reason) == ("removed", False, "reclame")
    assert shown(article) == [first.pk, third.pk]

    restore(second)
    assert shown(article) == [first.pk, second.pk, third.pk]
    after = Discussion.objects.values().get(pk=article.pk)
    assert after.pop("version") == before.pop("version") + 2
    assert after == before


def test_a_tombstone_stays_while_an_answer_hangs_below_it():
    article = make_article()
    opening = say(article, "Iets onaardigs.", name="Bart")
    answer = say(article, to=opening)
    last = say(article, to=answer)
    remove(opening, reason="persoonlijke aanval.")
    remove(answer)
    assert shown(article) == [opening.pk, answer.pk, last.pk]
    tombstone = Reaction.objects.get(pk=opening.pk).html
    assert 'class="reaction gone"' in tombstone and f'id="reaction-{opening.pk}"' in tombstone
    assert "persoonlijke aanval." in tombstone and "aanval.." not in tombstone
    assert "Bart" not in tombstone and "Iets onaardigs" not in tombstone

    remove(last)
    assert shown(article) == []
    restore(last)
    assert shown(article) == [opening.pk, answer.pk, last.pk]


def test_a_withdrawn_reaction_says_so_and_cannot_be_put_back():
    article = make_article()
    opening = say(article)
    say(article, to=opening)
    withdraw(opening)
    assert Reaction.objects.get(pk=opening.pk).html != ""
    with pytest.raises(AlreadyDecided):
        restore(opening)
    waiting = withdraw(say(article, honeypot="gevuld"))
    assert (waiting.status, waiting.thread_no) == ("withdrawn", None)


def test_answers_do_not_name_whom_was_removed_and_name_him_again_after():
    article = make_article()
    opening = say(article, name="Bart & zonen")
    answers = [say(article, f"Zeg Bart & zonen, {n}.", to=opening) for n in range(3)]
    older = answers[-1]
    Reaction.objects.filter(pk=older.pk).update(html="from an older template: Bart", html_version=HTML_VERSION - 1)
    named = f'<a class="u-in-reply-to" href="/reactions/{opening.pk}/"><bdi>Bart &amp; zonen</bdi></a>'
    assert named in answers[0].html

    remove(opening)
    for answer in answers:
        answer.refresh_from_db()
        assert "<bdi>Bart &amp; zonen</bdi></a>" not in answer.html
        assert f'href="/reactions/{opening.pk}/"' in answer.html
        assert "Zeg Bart &amp; zonen" in answer.html  # what people wrote stays as they wrote it
    restore(opening)
    for answer in answers:
        answer.refresh_from_db()
        assert named in answer.html


def test_c8_what_is_hidden_is_not_counted_and_not_on_the_page():
    article = make_article()
    say(article)
    for decided in (
        remove(say(article)),
        refuse(say(article, honeypot="x")),
        refuse(say(article, honeypot="x"), as_spam=True),
    ):
        assert decided.pk not in shown(article)
    assert Discussion.objects.get(pk=article.pk).visible == 1
    assert [reaction.status for reaction in Reaction.objects.recent()] == ["published"]


def test_a_refused_reaction_can_still_be_published_with_its_answer_numbers():
    article = make_article()
    opening = say(article)
    waiting = say(article, to=opening, honeypot="gevuld")
    refuse(waiting, reason="reclame")
    say(article, to=opening)
    published = approve(waiting)
    assert (published.reply_no, published.decision_reason) == (2, "")
    assert published.html and published.published_at > published.created_at


def test_an_answer_that_waited_brings_its_removed_parent_back_as_a_tombstone():
    article = make_article()
    opening = say(article, name="Bart")
    waiting = say(article, to=opening, honeypot="gevuld")
    remove(opening)
    assert shown(article) == []
    assert "Bart" not in approve(waiting).html
    assert shown(article) == [opening.pk, waiting.pk]


def test_a_moderator_may_publish_after_the_article_has_closed():
    article = make_article()
    waiting = say(article, honeypot="gevuld")
    Discussion.objects.filter(pk=article.pk).update(state="closed")
    assert approve(waiting).status == "published"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("approve", "approve"),
        ("approve", "refuse"),
        ("refuse", "refuse"),
        ("refuse", "approve"),
        ("remove", "remove"),
        ("remove", "withdraw"),
        ("withdraw", "remove"),
    ],
)
def test_p21_of_two_decisions_on_what_both_saw_the_first_one_holds(first, second):
    reaction = say(make_article(), honeypot="gevuld" if first in ("approve", "refuse") else "")
    as_seen_by_another = Reaction.objects.get(pk=reaction.pk)
    decided = getattr(actions, first)(reaction)
    with pytest.raises(AlreadyDecided) as refused:
        getattr(actions, second)(as_seen_by_another)
    assert refused.value.reaction.status == decided.status
    assert Reaction.objects.get(pk=reaction.pk).status == decided.status


def test_old_parts_are_made_again_in_batches():
    article = make_article()
    opening, removed = say(article), say(article)
    say(article, to=removed)
    remove(removed)
    right = dict(Reaction.objects.values_list("pk", "html"))
    Reaction.objects.update(html="old", html_version=0)
    assert remake_parts(Reaction.objects.filter(html_version=0).select_related("article", "parent")) == 3
    assert dict(Reaction.objects.values_list("pk", "html")) == right
    assert opening.html_version == HTML_VERSION
