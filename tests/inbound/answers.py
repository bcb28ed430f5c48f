"""A follower who was mailed about one reaction, and what he sends back."""

from dataclasses import dataclass

from articles.models import Article
from forum.inbound.actions import receive_mail
from forum.inbound.models import InboundMail
from forum.outbox.letters import Letter
from forum.outbox.models import OutgoingMail
from forum.reactions.mails import build_news
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.subscriptions.models import Subscription
from tests.factories import make_article
from tests.inbound import clients
from tests.reactions.talk import say

SANNE = "Sanne@voorbeeld.example"


@dataclass
class Told:
    """`reaction` is what the follower was mailed about; `to` is the address to answer to."""

    article: Article
    own: Reaction
    subscription: Subscription
    reaction: Reaction
    row: OutgoingMail
    letter: Letter

    @property
    def to(self) -> str:
        return self.letter.headers.get("Reply-To", "")

    def answer(self, body: str, *headers: str, sender: str = SANNE, message_id: str = "een", **how) -> InboundMail:
        return receive_mail(
            clients.fill(clients.mail(*headers, body=body, **how), to=self.to, sender=sender, message_id=message_id)
        )


def told(email: str = SANNE, **fields) -> Told:
    """Sanne reacts with her address confirmed, Lotte answers her, and Sanne is mailed about it."""
    article = make_article()
    fields = {"name": "Sanne Kuipers", "website": "https://sanne.example/", **fields}
    own = say(article, email=email, notify="article", email_proven=True, **fields)
    said = say(article, "Hangt boven mijn bureau.", to=own, name="Lotte Hagedoorn")
    announce_due()
    row = OutgoingMail.objects.get(kind="reaction", event_id=said.pk)
    assert own.subscription is not None
    return Told(article, own, own.subscription, said, row, build_news([row]))


def sent(row: OutgoingMail) -> OutgoingMail:
    from django.utils import timezone

    OutgoingMail.objects.filter(pk=row.pk).update(status="sent", sent_at=timezone.now())
    return row
