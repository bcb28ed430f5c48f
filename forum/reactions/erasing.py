"""Taking somebody out of what he wrote (PROMISES C3). The thread keeps its shape; a batch at a time, by the worker."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from forum.reactions import placing
from forum.reactions.actions import fingerprint
from forum.reactions.models import Claim, Reaction
from forum.reactions.owning import names_of, with_address
from forum.spam import actions as spam

BATCH = 200
Eraser = Callable[[Collection[int]], object]


def disown_others(owner: str) -> None:
    """Before erasing: what others posted with his address keeps its words, and loses the address."""
    own = sorted(names_of(owner).all)
    with_address(owner).exclude(name__in=own).update(reader_key="", subscription=None, proof="")


def forget_claims(owner: str) -> None:
    Claim.objects.filter(owner=owner).exclude(owner="").delete()


def erase_batch(
    owner: str, *, until: datetime, with_words: bool, copies: Iterable[Eraser] = (), limit: int = BATCH
) -> int:
    """Of what was posted with this address up to that moment: the name, the website, the address, all hashes, what was
    said before, what the filter learnt; and the words, if asked. Returns how many were done; may run twice.

    `copies`: what the rooms above do about what they keep of these reactions (their numbers). One transaction for each
    article.
    """
    found = with_address(owner).filter(created_at__lte=until).order_by("article_id", "pk")
    rows = list(found.values_list("article_id", "pk")[:limit])
    for article_id, group in groupby(rows, key=lambda row: row[0]):
        numbers = [pk for _, pk in group]
        with transaction.atomic():
            discussion = placing.locked_discussion(article_id)
            still = with_address(owner).filter(pk__in=numbers).select_related("article", "parent").order_by("pk")
            for reaction in still:
                _erase(reaction, with_words=with_words)
            for erase in copies:
                erase(numbers)
            placing.note_reworded(discussion)
    return len(rows)


def _erase(reaction: Reaction, *, with_words: bool) -> None:
    formerly = reaction.name
    reaction.editions.all().delete()
    spam.unlearn(reaction.pk)
    if not (reaction.by_author or reaction.by_editors):  # what the staff said, the site said; only the address goes
        reaction.website, reaction.name_confirmed = "", False
        reaction.held_because = []  # the filter names the words it found
        with translation.override(reaction.article.language):
            reaction.name = gettext("removed at request")
            if with_words:
                reaction.body = gettext("The writer had these words erased.")
    if reaction.status == Reaction.Status.HELD:
        reaction.status = Reaction.Status.WITHDRAWN
    reaction.reader_key = reaction.client_key = reaction.proof = ""
    reaction.subscription = reaction.form_key = None
    reaction.fingerprint = fingerprint(reaction)
    placing.reword(
        reaction,
        *("name", "website", "body", "status", "name_confirmed", "held_because"),
        *("reader_key", "client_key", "proof", "subscription", "form_key", "fingerprint"),
        formerly=formerly,
    )
