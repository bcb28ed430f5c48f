"""What our mails have in common: links from SITE_URL, a title that fits a subject, two halves from one context."""

import unicodedata
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from articles.models import Article
from forum.subscriptions.models import Subscription
from forum.subscriptions.tokens import subscription_token

MAX_TITLE_CHARS = 120


def link(name: str, *args: Any) -> str:
    """Never from the request: whoever forges a Host header gets no link of his into our mails."""
    return settings.SITE_URL + reverse(name, args=args)


def subject_title(title: str) -> str:
    """On one line: control, line and direction characters become spaces; at most 120 characters."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char for char in title)
    line = " ".join(plain.split())
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1].rstrip() + "…"


def article_link(article: Article) -> str:
    return link("article", article.slug)


def manage_link(subscription: Subscription) -> str:
    return link("subscription", subscription_token(subscription.nonce))


def stop_link(subscription: Subscription) -> str:
    return link("unsubscribe", subscription_token(subscription.nonce))


def halves(kind: str, language: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML, out of templates/mail/<kind>/; the first line of the text template is the subject."""
    context = {"SITE_NAME": settings.SITE_NAME, "language": language, **context}
    with translation.override(language):
        subject, _, text = render_to_string(f"mail/{kind}/mail.txt", context).partition("\n")
        html = render_to_string(f"mail/{kind}/mail.html", {"subject": subject, **context})
    return subject, text.strip("\n") + "\n", html
