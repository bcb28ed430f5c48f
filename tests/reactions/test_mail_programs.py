"""What other people's programs make of our mails: Dovecot threads them, and its vacation script stays silent."""

import email
import random
import re
from email.message import Message

import pytest
from django.utils import timezone

from articles.models import Article
from forum.outbox.envelope import article_message_id, reaction_message_id
from forum.outbox.models import OutgoingMail
from forum.outbox.sending import send_due
from forum.reactions.notify import announce_due
from forum.subscriptions.actions import confirm, subscribe
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.outbox.dovecot import SANNE, Dovecot, dovecot, parents
from tests.outbox.rows import pass_time
from tests.outbox.scripted import Scripted, scripted_server
from tests.reactions.talk import say
from tests.subscriptions.readers import confirm_path, token_in

pytestmark = pytest.mark.django_db
OURS = (
    *("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive"),
)


@pytest.fixture(autouse=True)
def the_site(publish_at_once, settings):
    settings.SITE_URL = "https://luisterkamer.example"
    settings.MAIL_DOMAIN = "luisterkamer.example"
    settings.MAIL_FROM = "reacties@luisterkamer.example"


@pytest.fixture
def sannes() -> Dovecot:
    with dovecot() as reader:
        yield reader


@pytest.fixture
def server(settings) -> Scripted:
    with scripted_server(settings) as server:
        yield server


def follow(article: Article) -> Subscription:
    fields = {"scope": "article", "client_key": "", "proven": False, "now": timezone.now()}
    subscription = subscribe(email=SANNE, article=article, **fields)
    send_due()
    confirm(token_in(confirm_path(subscription)), scope="article")
    return subscription


def talk(article: Article, count: int, chance: random.Random, *, deep: int) -> dict[int, int]:
    """Reaction -> what it answers (0: nothing): a chain, and then anything anywhere. Each is mailed before the next."""
    said, answers = [], {}
    for number in range(count):
        to = said[-1] if said and number < deep else chance.choice([None, *said])
        one = say(article, to=to)
        said.append(one)
        answers[one.pk] = to.pk if to else 0
        announce_due()
        send_due()
        pass_time(minutes=20)
    return answers


def mails(server: Scripted) -> list[tuple[str, bytes]]:
    """(envelope sender, mail) as the mail server got them."""
    bodies = [re.sub(rb"(^|\r\n)\.\.", rb"\1.", body) for body in server.mails]
    assert len(bodies) == len(server.senders)
    return list(zip(server.senders, bodies, strict=True))


def news(server: Scripted) -> list[tuple[str, bytes]]:
    return [(sender, mail) for sender, mail in mails(server) if b"\r\nIn-Reply-To:" in mail]


def without(mail: bytes, *names: str) -> bytes:
    message: Message = email.message_from_bytes(mail)
    for name in names:
        del message[name]
    return message.as_bytes()


def test_the_answer_of_a_server_is_read_as_the_standard_says():
    assert list(parents("(2)(3 6 (4 23)(44 7 96))")) == [
        (2, 0),
        (3, 0),
        (6, 3),
        (4, 6),
        (23, 4),
        (44, 6),
        (7, 44),
        (96, 7),
    ]
    assert list(parents("((1 2)(3))")) == [(1, 0), (2, 1), (3, 0)]


def test_a_mail_program_shows_exactly_the_tree_of_the_reactions(sannes, server):
    """Also beyond the 20 References that a mail has at most, for two articles at once, in any order of arrival."""
    chance = random.Random(5256)
    trees = []
    for title, count, deep in (("Het stille uur", 34, 25), ("Een markt in de regen", 8, 2)):
        article = make_article(title=title)
        subscription = follow(article)
        answers = talk(article, count, chance, deep=deep)
        trees += [(reaction_message_id(pk, subscription.pk), above, subscription) for pk, above in answers.items()]
    arriving = news(server)
    assert len(arriving) == len(trees)
    chance.shuffle(arriving)
    for sender, mail in arriving:
        sannes.deliver(mail, sender=sender)
    expected = [(own, reaction_message_id(above, sub.pk) if above else "") for own, above, sub in trees]
    assert sannes.threads() == sorted(expected)


def test_without_our_headers_there_is_no_such_tree(sannes, server):
    article = make_article()
    follow(article)
    talk(article, 4, random.Random(1), deep=4)
    for sender, mail in news(server):
        sannes.deliver(without(mail, "References", "In-Reply-To"), sender=sender)
    threads = sannes.threads()
    assert len(threads) == 4
    assert len({above for _, above in threads if above}) <= 1  # by their subject alone: all beside each other


def test_all_news_of_an_article_refers_to_it(server):
    article = make_article()
    subscription = follow(article)
    talk(article, 3, random.Random(1), deep=2)
    for _, mail in news(server):
        references = str(email.message_from_bytes(mail)["References"]).split()
        assert references[0] == article_message_id(article.pk, subscription.pk)


def test_a_reader_who_is_away_answers_none_of_our_mails_and_would_without_our_headers(sannes, server):
    article = make_article()
    follow(article)
    talk(article, 2, random.Random(1), deep=1)
    assert {*OutgoingMail.objects.values_list("kind", flat=True)} == {"confirmation", "reaction"}
    for sender, mail in mails(server):
        sannes.deliver(mail, sender=sender)
    assert sannes.answers() == []
    assert "discarding vacation response" in sannes.log()
    for sender, mail in news(server):
        sannes.deliver(without(mail, *OURS), sender=sender)
        break
    [answer] = sannes.answers()
    assert "Ik ben er even niet." in answer


@pytest.mark.parametrize("left", ["Auto-Submitted", "Precedence", "List-Id"])
def test_each_of_our_headers_is_enough_to_keep_it_silent(sannes, server, left):
    article = make_article()
    follow(article)
    talk(article, 1, random.Random(1), deep=1)
    [(sender, mail)] = news(server)
    sannes.deliver(without(mail, *(name for name in OURS if name != left)), sender=sender)
    assert sannes.answers() == []
