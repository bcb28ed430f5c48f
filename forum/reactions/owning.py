"""Whose a reaction is, as far as we can know; docs/decisions/0019-whose-words.md.

Anybody can type anybody's address. So an address alone proves nothing: what counts is a name together with an address
of which once was proven that they belong together. What was posted under that name with that address is its owner's.
"""

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac

from forum.cleaning import email_key
from forum.reactions.models import Proof, Reaction, ReactionQuerySet
from forum.subscriptions.models import Consent

MOST_NAMES = 200  # of one address that are looked at


class Names(NamedTuple):
    """Of one address. `proven`: the writer of something under this name owned the mailbox. `said`: its owner told us
    later that he is this one too; he may take back what stands there, but not change it."""

    proven: frozenset[str]
    said: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.proven | self.said


def reader_key(email: str) -> str:
    """What stands for an address beside a reaction; "" for none."""
    if not email:
        return ""
    return hashed(salted_hmac("forum.reactions.reader", email_key(email), algorithm="sha256").digest())


def hashed(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")


def with_address(owner: str) -> ReactionQuerySet:
    """Everything that was posted with the address of this key, by whomever; newest first. Nothing for no key."""
    return Reaction.objects.filter(reader_key=owner).exclude(reader_key="").order_by("-pk")


def names_of(owner: str) -> Names:
    posted = with_address(owner).order_by()
    proven = posted.filter(Q(proof__in=(Proof.BROWSER, Proof.MAIL)) | Exists(_confirmed())).values_list(
        "name", flat=True
    )
    said = posted.filter(proof=Proof.SAID).values_list("name", flat=True)
    known = frozenset(proven.distinct()[:MOST_NAMES])
    return Names(known, frozenset(said.distinct()[:MOST_NAMES]) - known)


def is_known(owner: str) -> bool:
    """Is there anything of which its owner has shown to own the mailbox?"""
    return with_address(owner).filter(~Q(proof="") | Exists(_confirmed())).exists()


def _confirmed() -> QuerySet[Consent]:
    """The question that was mailed because of this very reaction (both have the same moment), and was confirmed."""
    return Consent.objects.filter(
        subscription=OuterRef("subscription"), asked_at=OuterRef("created_at"), confirmed_at__isnull=False
    )


def adopt(owner: str, name: str) -> int:
    """The owner of the mailbox says that he is the one who posts under this name with his address."""
    return with_address(owner).filter(name=name, proof="").update(proof=Proof.SAID)


def disown(owner: str, name: str) -> int:
    """The owner of the mailbox says that it is somebody else: his address comes off, the words stay. Nothing happens to
    what was proven to be his."""
    if name in names_of(owner).proven:
        return 0
    return with_address(owner).filter(name=name).update(reader_key="", subscription=None, proof="")


def keep_proofs(now: datetime) -> int:
    """Subscriptions are erased some time after their end; what they proved stays with the reaction. May run twice."""
    ending = Reaction.objects.filter(proof="", subscription__ended_at__lt=now)
    confirmed = ending.filter(
        subscription__consents__asked_at=F("created_at"), subscription__consents__confirmed_at__isnull=False
    )
    return Reaction.objects.filter(pk__in=list(confirmed.values_list("pk", flat=True)[:1_000])).update(proof=Proof.MAIL)
