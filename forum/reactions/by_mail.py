"""The address to which a follower answers a mail with one reaction: who, what is answered, and under which name.

reply+<subscription>.<reaction>.<seal>@<our domain>, the numbers in base 36. The seal is made with our key from the
subscription's nonce (128 random bits), the reaction, and the name and website that the mail said the answer would carry:
what the reader was told is what happens, also when somebody else used his address with another name meanwhile. Nothing
is kept; the subscription's end is the address's end.
"""

import re
from base64 import b32encode
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from forum.reactions.models import Reaction
from forum.reactions.owning import reader_key
from forum.subscriptions.models import Subscription

PURPOSE = "forum.reactions.reply.1"  # raise the number when what is sealed changes: older addresses then end
SEAL_BYTES = 16
VOICES = 50  # names that one reader used, the newest, among which an address may mean one
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ADDRESS = re.compile(r"reply\+([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([a-z2-7]{26})@([^@\s]+)", re.ASCII)
HIGHEST = 2**63 - 1
Status = Reaction.Status


class Voice(NamedTuple):
    """Under what a follower speaks: as he did before."""

    name: str
    website: str


class Meant(NamedTuple):
    """What a reply address of ours means."""

    subscription: Subscription
    reaction_id: int
    voice: Voice


def voice_of(subscription: Subscription) -> Voice | None:
    """The name with which this follower reacted last: in this subscription, or else anywhere; None when never.

    Not as an author or one of the staff: a mail does not log in.
    """
    return next(iter(_voices(subscription)), None)


def reply_address(subscription: Subscription, reaction_id: int, voice: Voice) -> str:
    numbers = f"{_base36(subscription.pk)}.{_base36(reaction_id)}"
    return f"reply+{numbers}.{_seal(subscription, reaction_id, voice)}@{settings.MAIL_DOMAIN}"


def meant_by(address: str) -> Meant | None:
    """None for an address that we did not make, or of which the subscription is gone or the name not used any more.

    Capitals do not matter: some mail servers change them.
    """
    found = ADDRESS.fullmatch(address.strip().lower())
    if not found or found[4] != settings.MAIL_DOMAIN.lower():
        return None
    subscription_id, reaction_id = int(found[1], 36), int(found[2], 36)
    if max(subscription_id, reaction_id) > HIGHEST:
        return None
    subscription = Subscription.objects.select_related("address").filter(pk=subscription_id).first()
    if subscription is None:
        return None
    for voice in _voices(subscription):
        if constant_time_compare(found[3], _seal(subscription, reaction_id, voice)):
            return Meant(subscription, reaction_id, voice)
    return None


def _voices(subscription: Subscription) -> list[Voice]:
    """The newest first: what is published before what still waits, of this very subscription before the others."""
    as_reader = (
        Reaction.objects.filter(by_author=False, by_editors=False).order_by("-pk").values_list("name", "website")
    )
    here = as_reader.filter(subscription=subscription)
    anywhere = as_reader.filter(reader_key=reader_key(subscription.address.email), status=Status.PUBLISHED)
    published, waiting = here.filter(status=Status.PUBLISHED), here.filter(status=Status.HELD)
    rows = [row for voices in (published, anywhere, waiting) for row in voices[:VOICES]]
    return [Voice(*row) for row in dict.fromkeys(rows)]


def _seal(subscription: Subscription, reaction_id: int, voice: Voice) -> str:
    sealed = "\0".join((subscription.nonce, str(subscription.pk), str(reaction_id), *voice))
    digest = salted_hmac(PURPOSE, sealed, algorithm="sha256").digest()
    return b32encode(digest[:SEAL_BYTES]).decode().lower().rstrip("=")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
