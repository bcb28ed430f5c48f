"""Everything of one reader as one JSON document (PROMISES C3), made piece by piece however much it is.

The address itself is not in it: whoever reads it got the link there, and the file may end up anywhere (decision 6).
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from forum.mine.belonging import consents, subscriptions
from forum.mine.models import Link
from forum.reactions.models import Reaction
from forum.reactions.naming import claimed_by
from forum.reactions.owning import names_of, with_address
from forum.subscriptions.models import Consent, Subscription
from forum.webaddress import absolute

BATCH = 500
VERSION = 1


def pieces(link: Link) -> Iterator[str]:
    own = names_of(link.owner).all
    yield _piece({"version": VERSION, "made_at": _moment(timezone.now())})[:-1]
    names = ({"name": claim.name, "claimed_at": _moment(claim.claimed_at)} for claim in claimed_by(link.owner))
    yield from _list("claimed_names", names)
    yield from _list("reactions", (_reaction(one, is_own=one.name in own) for one in _reactions(link)))
    yield from _list("subscriptions", map(_subscription, subscriptions(link.address).iterator(BATCH)))
    yield from _list("consents", map(_consent, consents(link.address).iterator(BATCH)))
    yield "}\n"


def _reactions(link: Link) -> Iterator[Reaction]:
    """A batch at a time, with their earlier words."""
    last = 0
    rows = with_address(link.owner).select_related("article").prefetch_related("editions").defer("html").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _list(name: str, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f", {json.dumps(name)}: ["
    for number, row in enumerate(rows):
        yield (", " if number else "") + _piece(row)
    yield "]"


def _piece(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _reaction(reaction: Reaction, *, is_own: bool) -> dict[str, Any]:
    return {
        "id": reaction.pk,
        "confirmed_to_be_yours": is_own,
        "article": {"title": reaction.article.title, "url": absolute(reaction.article.get_absolute_url())},
        "url": absolute(reaction.get_absolute_url()) if reaction.thread_no is not None else None,
        "in_reply_to": reaction.parent_id,
        "name": reaction.name,
        "name_confirmed": reaction.name_confirmed,
        "website": reaction.website,
        "text": reaction.body,
        "language": reaction.language,
        "is_question": reaction.is_question,
        "state": reaction.status,
        "reason_given": reaction.decision_reason,
        "posted_at": _moment(reaction.created_at),
        "published_at": _moment(reaction.published_at),
        "edited_at": _moment(reaction.edited_at),
        "earlier": [
            {"website": edition.website, "text": edition.body, "until": _moment(edition.until)}
            for edition in reaction.editions.all()
        ],
    }


def _subscription(subscription: Subscription) -> dict[str, Any]:
    return {
        "about": subscription.title,
        "scope": subscription.scope,
        "frequency": subscription.frequency,
        "asked_at": _moment(subscription.created_at),
        "confirmed_at": _moment(subscription.confirmed_at),
        "ended_at": _moment(subscription.ended_at),
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "about": consent.title,
        "scope": consent.scope,
        "wording": consent.wording,
        "asked_at": _moment(consent.asked_at),
        "confirmed_at": _moment(consent.confirmed_at),
        "ended_at": _moment(consent.ended_at),
        "ended_how": consent.ended_how,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
