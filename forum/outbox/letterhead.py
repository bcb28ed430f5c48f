"""What our mails have in common: links from SITE_URL, two halves from one context."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation


def link(name: str, *args: Any) -> str:
    """Never from the request: whoever forges a Host header gets no link of his into our mails."""
    return settings.SITE_URL + reverse(name, args=args)


def halves(kind: str, language: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML, out of templates/mail/<kind>/; the first line of the text template is the subject."""
    context = {"SITE_NAME": settings.SITE_NAME, "language": language, **context}
    with translation.override(language):
        subject, _, text = render_to_string(f"mail/{kind}/mail.txt", context).partition("\n")
        html = render_to_string(f"mail/{kind}/mail.html", {"subject": subject, **context})
    return subject, text.strip("\n") + "\n", html
