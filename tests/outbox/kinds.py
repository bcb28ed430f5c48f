"""One mail of every kind, for the tests that ask something of all of them.

A new kind in settings.OUTBOX_BUILDERS needs its line in MAKERS: a function that does what makes such a mail, by the doors
that readers and staff have, and leaves it queued.
"""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from forum.accounts.roles import Role
from forum.mine.actions import ask_link
from forum.moderation.actions import Seen, decide, file_appeal, handle_appeal
from forum.moderation.models import Decision
from forum.moderation.notify import tell_moderators
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.reports.actions import file_report, settle_reports
from forum.subscriptions.actions import change_frequency, subscribe
from forum.subscriptions.notify import announce_articles_due
from tests.factories import make_article, make_author, make_section
from tests.moderation.conftest import make_staff
from tests.reactions.talk import say
from tests.subscriptions.readers import follow_subject

THREE_LINKS = "http://een.example http://twee.example http://drie.example"  # held
LEZER = "lezer@voorbeeld.example"


def confirmation() -> None:
    subscribe(email=LEZER, article=make_article(), scope="article", client_key="", proven=False, now=timezone.now())


def reaction() -> None:
    article = make_article()
    subscribe(email=LEZER, article=article, scope="article", client_key="", proven=True, now=timezone.now())
    say(article, to=say(article))
    announce_due()


def question() -> None:
    user = User.objects.create_user("noor", email="noor@redactie.example", is_staff=True)
    say(make_article(author=make_author(name="Noor", user=user)), is_question=True)
    announce_due()


def article() -> None:
    section = make_section()
    follow_subject(section, LEZER)
    make_article(section=section)
    announce_articles_due()


def digest() -> None:
    article = make_article()
    now = timezone.now()
    followed = subscribe(email=LEZER, article=article, scope="article", client_key="", proven=True, now=now)
    change_frequency(followed, frequency="daily", now=now)
    say(article)
    announce_due()
    _now_is_the_moment()


def posted() -> None:
    _decided("publish", _held())


def decision() -> None:
    _decided("refuse", _held(), ground="attack")


def appeal() -> None:
    refused = _decided("refuse", _held(), ground="attack")
    made = file_appeal(refused, body="Het was geen aanval.", now=timezone.now())
    handle_appeal(made, uphold=False, answer="Toch wel.", by=make_staff("ruud", Role.MODERATOR), now=timezone.now())
    _now_is_the_moment()


def waiting() -> None:
    make_staff("noor", Role.MODERATOR)
    _held()
    tell_moderators()


def report() -> None:
    _reported()


def report_decided() -> None:
    settle_reports(_reported(), upheld=False)


def mine() -> None:
    say(make_article(), email=LEZER, email_proven=True)
    ask_link(email=LEZER, client_key="", now=timezone.now())


def _held() -> Reaction:
    return say(make_article(), THREE_LINKS, email=LEZER, email_proven=True)


def _decided(verb: str, reaction: Reaction, **words: str) -> Decision:
    row = Reaction.objects.select_related("article", "parent").get(pk=reaction.pk)
    made = decide(row, verb, seen=Seen.of(row), by=make_staff("noor", Role.MODERATOR), **words)
    _now_is_the_moment()
    return made


def _reported() -> Reaction:
    said = say(make_article())
    file_report(said, reason="attack", explanation="Lelijk.", email=LEZER, client_key="een")
    return said


def _now_is_the_moment() -> None:
    """Second thoughts are over, and it is the hour of the digests."""
    OutgoingMail.objects.filter(status="queued").update(due_at=Now())


MAKERS: dict[str, Callable[[], None]] = {
    "confirmation": confirmation,
    "reaction": reaction,
    "question": question,
    "article": article,
    "digest": digest,
    "posted": posted,
    "decision": decision,
    "appeal": appeal,
    "waiting": waiting,
    "report": report,
    "report decided": report_decided,
    "mine": mine,
}
