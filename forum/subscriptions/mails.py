"""The words of the mail that asks to confirm. Nothing in it was typed by a visitor (PROMISES P27)."""

from datetime import datetime

from django.utils import timezone

from forum.outbox.envelope import confirmation_message_id
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail
from forum.subscriptions import tokens
from forum.subscriptions.letterhead import halves, language_of, link, subject_title
from forum.subscriptions.models import NEW_ARTICLES, Consent


def build_confirmation(rows: list[OutgoingMail]) -> Letter:
    """One mail asks one question: of several rows the first that may still be asked, the others are left out."""
    now = timezone.now()
    consents = Consent.objects.select_related("article", "author", "section").in_bulk([row.event_id for row in rows])
    left_out: dict[int, str] = {}
    asked = None
    for row in rows:
        consent = consents.get(row.event_id)
        why = "asked in another mail" if asked else _why_not(consent, now)
        if why:
            left_out[row.pk] = why
        else:
            asked = consent
    if asked is None or asked.subject is None:
        raise NothingToSay(next(iter(left_out.values()), "no rows"))
    context = {
        "title": subject_title(asked.title),
        "column": asked.column,
        "scope": asked.scope,
        "link": link("confirm", tokens.confirm_token(asked.nonce)),
    }
    subject, text, html = halves("confirmation", language_of(asked.subject), context)
    return Letter(
        subject=subject,
        text=text,
        html=html,
        message_id=confirmation_message_id(asked.pk),
        left_out=left_out,
    )


def _why_not(consent: Consent | None, now: datetime) -> str:
    if consent is None or consent.ended_at is not None or not consent.nonce:
        return "no longer asked"
    if consent.confirmed_at is not None:
        return "answered already"
    if not tokens.is_fresh(consent, now):
        return "the link would have expired"
    if consent.scope == NEW_ARTICLES:
        return "" if consent.subject else "what was to be followed is gone"
    if consent.article is None or not consent.article.is_public:
        return "the article is not public"
    return ""
