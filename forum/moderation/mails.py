"""The words of four mails: a statement of reasons, "your reaction is up", the judgement of an objection, work for a moderator."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone, translation

from forum.accounts.roles import Ability, able
from forum.cleaning import email_key, website_host
from forum.moderation import queues
from forum.moderation.actions import moderator_of
from forum.moderation.actions.preferring import wants_mail
from forum.moderation.models import Appeal, Decision, What
from forum.moderation.statement import Statement, statement_of
from forum.outbox.envelope import single_message_id
from forum.outbox.letterhead import halves, link
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.spam.reasons import in_words
from forum.subscriptions.letterhead import article_link, subject_title
from forum.text import reader_html, reader_text

Status = Reaction.Status


def build_decision(rows: list[OutgoingMail]) -> Letter:
    """Nothing when it was taken back before this mail left."""
    [row] = rows
    decision = (
        Decision.objects.select_related("reaction__article", "reaction__subscription").filter(pk=row.event_id).first()
    )
    if decision is None:
        raise NothingToSay("no such decision")
    statement = statement_of(decision)
    if statement.outcome:
        raise NothingToSay("decided otherwise since")
    if statement.exhibit is None:
        raise NothingToSay("erased on request")
    article = decision.reaction.article
    language = article.language
    with translation.override(language):
        context = {
            "is_refused": decision.what == What.REFUSE,
            "is_hidden": decision.what == What.HIDE,
            "title": subject_title(article.title),
            "name": statement.exhibit.name,
            "moment": decision.reaction.created_at,
            **_said(statement),
            "may_appeal": statement.may_appeal(timezone.now()),
            "until": statement.appeal_until,
            "statement_url": statement.address,
        }
    return _letter("decision", language, context, row)


def _said(statement: Statement) -> dict[str, Any]:
    return {
        "what": statement.what,
        "ground": statement.ground,
        "rule": statement.rule,
        "law": statement.law,
        "note": statement.note,
        "how": statement.how,
        "text": statement.words_text,
        "html": statement.words_html,
    }


def build_posted(rows: list[OutgoingMail]) -> Letter:
    [row] = rows
    reaction = Reaction.objects.select_related("article").filter(pk=row.event_id).first()
    if reaction is None or reaction.status != Status.PUBLISHED or not reaction.article.is_public:
        raise NothingToSay("not on the page (any more)")
    context = {
        "title": subject_title(reaction.article.title),
        "article_url": article_link(reaction.article),
        "name": reaction.name,
        "url": link("reaction", reaction.pk),
    }
    return _letter("posted", reaction.article.language, context, row)


def build_appeal(rows: list[OutgoingMail]) -> Letter:
    [row] = rows
    found = Appeal.objects.select_related("decision__reaction__article").filter(pk=row.event_id).first()
    if found is None or found.state == Appeal.State.OPEN:
        raise NothingToSay("not judged")
    reaction = found.decision.reaction
    context = {
        "title": subject_title(reaction.article.title),
        "name": reaction.name,
        "moment": found.made_at,
        "upheld": found.state == Appeal.State.UPHELD,
        "is_up": reaction.status == Status.PUBLISHED,
        "answer": found.answer,
        "same_hand": found.same_hand,
        "automatic": found.decision.is_automatic,
        "url": link("reaction", reaction.pk),
        "statement_url": statement_of(found.decision).address,
    }
    return _letter("appeal", reaction.article.language, context, row)


def build_waiting(rows: list[OutgoingMail]) -> Letter:
    """To a moderator: what waits now, the oldest he was not told of first. Nothing when it was all done meanwhile."""
    [row] = rows
    user = User.objects.filter(pk__in=[row.subscription_id]).first()
    known = moderator_of(user) if user else None
    if user is None or known is None or not able(user, Ability.MODERATE) or not wants_mail(user, known.mail_waiting):
        raise NothingToSay("does not want it, or moderates no longer")
    if "@" not in user.email or email_key(user.email) != row.address.key:
        raise NothingToSay("the login has another address")
    counts = queues.counts()
    if not any(counts):
        raise NothingToSay("nothing waits any more")
    held = Reaction.objects.held().select_related("article", "parent").order_by("pk")
    first = held.filter(pk__gte=known.first_untold).first() or held.first()
    context = {
        "counts": counts,
        "others": counts.waiting - 1,
        "first": _entry(first) if first else None,
        "title": subject_title(first.article.title) if first else "",
        "url": link("moderation_item", first.pk) if first else link("moderation"),
        "desk_url": link("moderation"),
        "reported_url": link("moderation_reported"),
        "appeals_url": link("moderation_appeals"),
    }
    return _letter("waiting", translation.get_language() or "nl", context, row)


def _entry(reaction: Reaction) -> dict[str, Any]:
    return {
        "name": reaction.name,
        "website": reaction.website,
        "host": website_host(reaction.website) if reaction.website else "",
        "moment": reaction.created_at,
        "text": reader_text(reaction.body),
        "html": reader_html(reaction.body),
        "why": [in_words(reason) for reason in reaction.held_because],
        "answered": reaction.parent.name if reaction.parent else "",
    }


def _letter(kind: str, language: str, context: dict[str, Any], row: OutgoingMail) -> Letter:
    subject, text, html = halves(kind, language, context)
    assert row.subscription_id is not None  # the number of a reaction, or of one of the staff
    message_id = single_message_id(kind, row.event_id, row.subscription_id)
    return Letter(subject=subject, text=text, html=html, message_id=message_id)
