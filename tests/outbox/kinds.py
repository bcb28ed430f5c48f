"""One mail of every kind, for the tests that ask something of all of them.

A new kind in settings.OUTBOX_BUILDERS needs its line in MAKERS: a function that does what makes such a mail, by the doors
that readers and staff have, and leaves it queued.
"""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.utils import timezone

from forum.reactions.notify import announce_due
from forum.subscriptions.actions import subscribe
from tests.factories import make_article, make_author
from tests.reactions.talk import say

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


MAKERS: dict[str, Callable[[], None]] = {
    "confirmation": confirmation,
    "reaction": reaction,
    "question": question,
}
