"""Asks Akismet, a service outside, about one text. Only where the operator chose to (AKISMET_KEY), never while somebody posts.

What goes there: name, website, text, the reaction's address, the languages of the site. Never the reader's e-mail address, and
not the address of his machine: we do not have it, and send 0.0.0.0, as the service wants one. A redirect is not followed.
Source: Akismet's API 1.1, comment-check.
"""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 5  # the worker has other work waiting
NO_ADDRESS = "0.0.0.0"  # noqa: S104  (nothing listens there: it means nobody)
ANSWERS = {b"true": True, b"false": False}


class NoAnswer(Exception):
    """The service is away, or said something else than yes or no; the words say what, and hold nothing of the text."""


def takes_for_spam(*, name: str, website: str, body: str, permalink: str, language: str, is_reply: bool) -> bool:
    """Raises NoAnswer."""
    service = urlsplit(settings.AKISMET_URL)
    assert service.hostname  # settings sees to it
    kind = HTTPSConnection if service.scheme == "https" else HTTPConnection
    connection = kind(service.hostname, service.port, timeout=TIMEOUT_SECONDS)
    about = {
        "api_key": settings.AKISMET_KEY,
        "blog": f"{settings.SITE_URL}/",
        "blog_charset": "UTF-8",
        "blog_lang": language,
        "user_ip": NO_ADDRESS,
        "comment_type": "reply" if is_reply else "comment",
        "comment_author": name,
        "comment_author_url": website,
        "comment_content": body,
        "permalink": permalink,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Luisterkamer/1"}
    try:
        connection.request("POST", f"{service.path.rstrip('/')}/1.1/comment-check", urlencode(about), headers)
        response = connection.getresponse()
        said = response.read(16).strip()
    except (OSError, HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        connection.close()
    if response.status != 200 or said not in ANSWERS:
        raise NoAnswer(f"it answered {response.status}, neither true nor false")
    return ANSWERS[said]
