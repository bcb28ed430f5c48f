"""The mail with the link to one's own page (PAGES section 7, mail 8). Nothing in it was typed by a visitor."""

from django.utils import timezone

from forum.mine.actions import LASTS
from forum.mine.belonging import has_something, language_of
from forum.mine.models import Link
from forum.outbox.envelope import mine_message_id
from forum.outbox.letterhead import halves, link
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.subscriptions.tokens import mine_token


def build_link(rows: list[OutgoingMail]) -> Letter:
    """One row, one link. An address to which nothing belongs hears nothing."""
    asked = Link.objects.select_related("address").filter(pk=rows[0].event_id).first()
    if asked is None or asked.token_hash is None:
        raise NothingToSay("a newer link was asked")
    if asked.asked_at < timezone.now() - LASTS:
        raise NothingToSay("the link would have expired")
    if not has_something(asked):
        raise NothingToSay("nothing belongs to this address")
    context = {"link": link("own_page", mine_token(asked.nonce))}
    subject, text, html = halves("mine", language_of(asked), context)
    return Letter(subject=subject, text=text, html=html, message_id=mine_message_id(asked.pk))
