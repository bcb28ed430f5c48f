"""What our mails to followers have in common: their links, and a title that fits a subject."""

import unicodedata

from django.conf import settings

from articles.models import Article
from forum.outbox.letterhead import halves, link
from forum.subscriptions.models import Subject, Subscription
from forum.subscriptions.tokens import digest_token, subscription_token

__all__ = [
    "article_link",
    "halves",
    "language_of",
    "link",
    "manage_link",
    "stop_digests_link",
    "stop_link",
    "subject_link",
    "subject_title",
]
MAX_TITLE_CHARS = 120


def subject_title(title: str) -> str:
    """On one line: control, line and direction characters become spaces; at most 120 characters."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char for char in title)
    line = " ".join(plain.split())
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1].rstrip() + "…"


def language_of(subject: Subject | None) -> str:
    """Of what an article's followers read; authors and sections have none of their own."""
    return subject.language if isinstance(subject, Article) else settings.LANGUAGE_CODE


def subject_link(subject: Subject) -> str:
    return settings.SITE_URL + subject.get_absolute_url()


def article_link(article: Article) -> str:
    return link("article", article.slug)


def manage_link(subscription: Subscription) -> str:
    return link("subscription", subscription_token(subscription.nonce))


def stop_link(subscription: Subscription) -> str:
    return link("unsubscribe", subscription_token(subscription.nonce))


def stop_digests_link(subscription: Subscription) -> str:
    """Stops every digest to its address, in one click. Works once `digest_token_hash` is there."""
    return link("unsubscribe", digest_token(subscription.nonce))
