"""Who is told about a reaction, and that it happens once."""

import pytest
from django.db import transaction
from django.utils import timezone

from articles.models import Article
from forum.outbox.models import Address, OutgoingMail
from forum.reactions import notify
from forum.reactions.actions import approve, remove
from forum.reactions.models import Reaction
from forum.reactions.notify import announce, announce_due
from forum.subscriptions.actions import end, subscribe
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.reactions.talk import say
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db


def follow(article: Article, who: str, scope: str = "article") -> Subscription:
    return subscribe(
        email=f"{who}@voorbeeld.example",
        article=article,
        scope=scope,
        client_key="",
        proven=True,
        now=timezone.now(),
    )


def say_as(article: Article, who: str, *, to: Reaction | None = None, scope: str = "replies") -> Reaction:
    """Somebody who has confirmed before reacts, and wants to hear of answers."""
    return say(article, to=to, name=who.title(), email=f"{who}@voorbeeld.example", notify=scope, email_proven=True)


def told(reaction: Reaction) -> list[str]:
    mails = OutgoingMail.objects.filter(kind="reaction", event_id=reaction.pk).select_related("address")
    return sorted(mail.address.email.split("@")[0] for mail in mails)


@pytest.fixture(autouse=True)
def at_once(publish_at_once):
    pass


def test_followers_of_the_article_are_told_once_each():
    article, elsewhere = make_article(), make_article()
    for who in ("anna", "bram", "chris"):
        follow(article, who)
    follow(elsewhere, "dirk")
    follow(elsewhere, "anna")
    reaction = say(article)
    assert announce_due() == 1
    assert told(reaction) == ["anna", "bram", "chris"]
    mail = OutgoingMail.objects.filter(event_id=reaction.pk).first()
    assert mail.status == "queued" and mail.attempts == 0 and mail.due_at <= timezone.now()
    assert mail.subscription_id in Subscription.objects.filter(article=article).values_list("pk", flat=True)


def test_p28_only_confirmed_followers_who_want_mail_are_told():
    article = make_article()
    follow(article, "anna")
    subscribe(
        email="bram@voorbeeld.example",
        article=article,
        scope="article",
        client_key="",
        proven=False,
        now=timezone.now(),
    )
    end(follow(article, "chris"), how="link")
    dirk = follow(article, "dirk")
    Address.objects.filter(pk=dirk.address_id).update(suppressed_at=timezone.now(), suppressed_because="bounces")
    reaction = say(article)
    announce_due()
    assert told(reaction) == ["anna"]


def test_p28_the_poster_is_not_told_of_his_own_words():
    article = make_article()
    follow(article, "anna")
    reaction = say_as(article, "bram", scope="article")
    answer = say_as(article, "anna", to=reaction, scope="article")
    announce_due()
    assert told(reaction) == ["anna"]
    assert told(answer) == ["bram"]


def test_who_wants_answers_only_hears_of_the_whole_branch_below_and_of_nothing_else():
    article = make_article()
    opening = say_as(article, "anna")
    left = say_as(article, "bram", to=opening)
    right = say_as(article, "chris", to=opening)
    deep = say_as(article, "dirk", to=left)
    deeper = say_as(article, "els", to=deep)
    other_opening = say_as(article, "fred")
    other_reply = say(article, to=other_opening)
    announce_due()
    assert told(opening) == []
    assert told(left) == ["anna"]
    assert told(right) == ["anna"]
    assert told(deep) == ["anna", "bram"]
    assert told(deeper) == ["anna", "bram", "dirk"]
    assert told(other_opening) == []
    assert told(other_reply) == ["fred"]


def test_below_32_levels_the_one_who_is_answered_still_hears_of_it():
    article = make_article()
    last = say_as(article, "anna")
    for _ in range(35):
        last = say(article, to=last)
    last = say_as(article, "bram", to=last)
    answer = say(article, to=last)
    announce_due()
    assert told(answer) == ["anna", "bram"]


def test_one_mail_for_who_stands_above_it_twice():
    article = make_article()
    opening = say_as(article, "anna")
    reply = say(article, to=opening)
    again = say_as(article, "anna", to=reply)
    answer = say(article, to=again)
    announce_due()
    assert told(answer) == ["anna"]


def test_p28_what_is_not_published_is_not_announced(settings):
    settings.MODERATION = "before"
    article = make_article()
    follow(article, "anna")
    held = say(article)
    assert announce_due() == 0
    assert not announce(held)
    assert told(held) == []
    approve(held)
    assert announce_due() == 1
    assert told(held) == ["anna"]


def test_p28_what_was_removed_meanwhile_is_not_announced():
    article = make_article()
    follow(article, "anna")
    reaction = say(article)
    remove(reaction)
    assert announce_due() == 0
    assert told(reaction) == []


def test_p23_under_a_withdrawn_article_nothing_is_announced():
    article = make_article()
    follow(article, "anna")
    reaction = say(article)
    Article.objects.update(status=Article.Status.WITHDRAWN)
    assert announce_due() == 0
    Article.objects.update(status=Article.Status.PUBLISHED)
    assert announce_due() == 1
    assert told(reaction) == ["anna"]


def test_announcing_twice_queues_nothing_twice():
    article = make_article()
    follow(article, "anna")
    reaction = say(article)
    assert announce(reaction)
    assert not announce(reaction)
    Reaction.objects.update(announced_at=None)
    assert announce(reaction)
    assert told(reaction) == ["anna"]


def test_a_worker_that_dies_between_batches_is_finished_by_the_next(monkeypatch):
    monkeypatch.setattr(notify, "BATCH", 2)
    article = make_article()
    for n in range(7):
        follow(article, f"lezer{n}")
    reaction = say(article)
    whole_batch = notify._queue
    batches = []

    def dies_at_the_third(*given):
        batches.append(given)
        if len(batches) == 3:
            raise KeyboardInterrupt
        whole_batch(*given)

    monkeypatch.setattr(notify, "_queue", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        announce_due()
    assert len(told(reaction)) == 4
    reaction.refresh_from_db()
    assert reaction.announced_at is None
    monkeypatch.setattr(notify, "_queue", whole_batch)
    assert announce_due() == 1
    assert len(told(reaction)) == 7
    reaction.refresh_from_db()
    assert reaction.announced_at


def test_a_batch_holds_as_many_followers_as_it_may(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(notify, "BATCH", 2)
    article = make_article()
    for n in range(4):
        follow(article, f"lezer{n}")
        follow(make_article(), f"lezer{n}")  # ids with gaps
    reaction = say(article)
    with transaction.atomic(), django_assert_num_queries(12):
        # is it due; (end of the batch, begin, queue, end) twice; two looks that find no more; done
        announce(reaction)
    assert len(told(reaction)) == 4


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_queue_one_mail_per_follower(tmp_path):
    article = make_article()
    for n in range(40):
        follow(article, f"lezer{n}")
    for _ in range(5):
        say(article)
    script = """
from forum.reactions import notify
notify.BATCH = 7
print(json.dumps(notify.announce_due()))
"""
    count = """
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
print(json.dumps([OutgoingMail.objects.count(), Reaction.objects.unannounced().count()]))
"""
    database = shared_database(tmp_path)
    announced = run_together([script, script], database)
    assert sum(announced) == 5
    assert run_together([count], database) == [[200, 0]]
