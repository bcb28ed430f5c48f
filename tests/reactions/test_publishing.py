"""Posting: what is published at once, what waits, what is not taken."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from articles.models import Article, Discussion
from forum.outbox.models import OutgoingMail
from forum.reactions.actions import Closed, ParentGone, approve, post_reaction, refuse, remove
from forum.reactions.models import Reaction
from forum.reactions.threads import article_page
from tests.factories import make_article, make_author
from tests.reactions.talk import say

pytestmark = pytest.mark.django_db

# Savepoint 2, posted before? 1 (PostgreSQL: a lock first), open? 2, parent 1, protected names 2, what the filter
# remembers 1, insert 1;
# under the lock: discussion 1, open? 1, parent and opening 2, reaction 1, opening 1, discussion 1.
QUERIES_OF_A_REPLY = 17 if connection.vendor == "postgresql" else 16


def test_an_opening_and_its_answers_get_numbers_in_order_of_publication(publish_at_once):
    article = make_article()
    first, second = say(article), say(article)
    answer = say(article, to=first)
    to_answer = say(article, to=answer)
    beside = say(article, to=first)

    numbers = [(r.thread_no, r.reply_no, bytes(r.path), r.depth) for r in (first, second, answer, to_answer, beside)]
    one, two, three = (n.to_bytes(4, "big") for n in (1, 2, 3))
    assert numbers == [(1, 0, b"", 0), (2, 0, b"", 0), (1, 1, one, 1), (1, 2, one + two, 2), (1, 3, three, 1)]
    discussion = Discussion.objects.get(pk=article.pk)
    assert (discussion.visible, discussion.last_thread_no, len(discussion.skyline)) == (5, 2, 10)
    assert discussion.last_reaction_at == beside.published_at


def test_posting_costs_the_same_under_many_reactions(publish_at_once, django_assert_num_queries):
    article = make_article()
    opening = say(article)
    parent = say(article, to=opening)
    with django_assert_num_queries(QUERIES_OF_A_REPLY):
        say(article, to=parent)
    for _ in range(15):
        say(article, to=parent)
    with django_assert_num_queries(QUERIES_OF_A_REPLY):
        say(article, to=parent)


def test_the_strictest_of_site_and_article_decides(settings):
    settings.MODERATION = "after"
    assert say(make_article()).status == "published"
    waiting = say(make_article(discussion={"state": "before"}))
    assert waiting.status == "held" and waiting.held_because and not waiting.shown
    assert waiting.thread_no is None and waiting.html == "" and waiting.published_at is None
    settings.MODERATION = "before"
    assert say(make_article(discussion={"state": "first"})).status == "held"


def test_a_waiting_reaction_changes_nothing_that_others_see(settings):
    settings.MODERATION = "before"
    article = make_article()
    say(article)
    discussion = Discussion.objects.get(pk=article.pk)
    assert (discussion.version, discussion.visible, discussion.skyline) == (1, 0, "")
    assert article_page(article).rows == []


def test_name_with_address_is_known_after_its_first_publication(settings):
    settings.MODERATION = "first"
    article = make_article()
    sanne = {"name": "Sanne Kuipers", "email": "Sanne@sannetekent.example"}
    first = say(article, **sanne)
    assert first.status == "held"
    assert say(article, **sanne).status == "held"
    approve(first)
    assert say(article, **sanne).status == "published"
    assert say(article, **{**sanne, "email": "sanne@sannetekent.example"}).status == "published"
    assert say(article, **{**sanne, "name": "Piet"}).status == "held"
    assert say(article, name="Sanne Kuipers").status == "held"  # without an address nobody is known
    assert "sanne" not in str(Reaction.objects.filter(pk=first.pk).values("reader_key")).lower().replace("sanne k", "")


def test_without_an_address_nobody_becomes_known(settings):
    settings.MODERATION = "first"
    article = make_article()
    approve(say(article))
    assert say(article).status == "held"


def test_the_author_answers_under_his_own_name(settings):
    settings.MODERATION = "first"
    article = make_article(author=make_author(name="Noor Terbeek"))
    answer = say(article, name="Somebody else", author=article.author)
    assert (answer.name, answer.status, answer.by_author) == ("Noor Terbeek", "published", True)
    assert "by-author" in answer.html


def test_nobody_else_signs_with_the_name_of_an_author(publish_at_once, django_user_model):
    make_author(name="Noor Terbeek")
    django_user_model.objects.create_user("imre", first_name="Imre", last_name="Voskuyl", is_staff=True)
    article = make_article()
    assert say(article, name="Noor Terbeek").status == "held"
    assert say(article, name="Imre Voskuyl").status == "held"
    assert say(article, name="Noortje").status == "published"


@pytest.mark.parametrize(
    ("discussion", "fields"),
    [
        ({"state": "closed"}, {}),
        ({"closes_at": timezone.now() - timedelta(minutes=1)}, {}),
        ({}, {"status": Article.Status.WITHDRAWN}),
        ({}, {"status": Article.Status.DRAFT, "published_at": None}),
        ({}, {"published_at": timezone.now() + timedelta(days=1)}),
    ],
)
def test_p23_a_closed_or_unpublished_article_takes_nothing(publish_at_once, discussion, fields):
    article = make_article(discussion=discussion, **fields)
    with pytest.raises(Closed):
        say(article, email="sanne@sannetekent.example")
    assert not Reaction.objects.exists() and not OutgoingMail.objects.exists()


def test_p23_an_article_that_closes_later_still_takes_reactions(publish_at_once):
    article = make_article(discussion={"closes_at": timezone.now() + timedelta(days=1)})
    assert say(article).status == "published"


def test_only_a_published_reaction_of_the_same_article_can_be_answered(publish_at_once):
    article = make_article()
    elsewhere, removed, tombstone = say(make_article()), say(article), say(article)
    held, refused = say(article, honeypot="gevuld"), refuse(say(article, honeypot="gevuld"))
    say(article, to=tombstone)
    remove(removed)
    remove(tombstone)
    for parent in (elsewhere, removed, tombstone, held, refused):
        with pytest.raises(ParentGone):
            say(article, to=parent)
    with pytest.raises(ParentGone):
        post_reaction(article, name="Sanne", website="", body="Hallo.", parent_id=2**63 - 1)


def test_the_form_key_is_kept_only_when_it_has_the_right_shape(publish_at_once):
    article = make_article()
    assert say(article, form_key="A" * 22).form_key == "A" * 22
    for wrong in ("", "short", "x" * 65, "é" * 30, "a b" * 10):
        assert say(article, form_key=wrong).form_key is None


def test_p02_a_reaction_and_its_request_to_confirm_are_written_together(publish_at_once):
    article = make_article()
    say(article, email="sanne@sannetekent.example")
    assert Reaction.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="confirmation").count() == 1

    Discussion.objects.filter(pk=article.pk).update(last_thread_no=0)  # so the last step meets a number that is taken
    with pytest.raises(IntegrityError):
        say(article, email="karim@karim.example")
    assert Reaction.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="confirmation").count() == 1
