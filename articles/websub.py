"""Tell the hub of the operator's choice (WEBSUB_HUB) that a feed changed, so that its followers hear within seconds.

Source: WebSub (W3C) leaves this request to the hubs; they take the one of PubSubHubbub 0.3, section 7.1. No other
address is ever asked for, and a redirect is not followed (P22).
"""

import logging
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, HubPing
from forum.webaddress import absolute

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5  # the worker has other work waiting
PER_ROUND = 10
LEASE = timedelta(minutes=1)
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))  # then this change goes untold


def note_change(article: Article) -> None:
    """In the transaction that changes the article: the hub has to hear of every feed that it stands in."""
    if not settings.WEBSUB_HUB:
        return
    now = timezone.now()
    topics = [reverse("articles_feed"), reverse("articles_json"), reverse("section_feed", args=[article.section.slug])]
    topics += [reverse("author_feed", args=[slug]) for _, slug in article.byline]
    due_at = max(now, article.published_at or now)
    HubPing.objects.bulk_create(
        [
            HubPing(topic=topic, due_at=due_at) for topic in sorted(topics)
        ],  # in order, so that no two wait for each other
        update_conflicts=True,
        unique_fields=["topic"],
        update_fields=["due_at", "attempts"],
    )


def tell_hub() -> int:
    """Tell what is due; stops at the first failure, for then the hub is away. May run beside another. Returns how many."""
    if not settings.WEBSUB_HUB:
        return 0
    told = 0
    for ping in HubPing.objects.filter(due_at__lte=timezone.now()).order_by("due_at")[:PER_ROUND]:
        lease = timezone.now() + LEASE
        if not _moved(ping, ping.due_at, due_at=lease, attempts=F("attempts") + 1):
            continue  # another worker has it
        fault = _fault_of_telling(absolute(ping.topic))
        if fault is None:
            _moved(ping, lease, due_at=None, attempts=0)
            told += 1
        else:
            _put_off(ping, lease, fault)
            break
    return told


def _moved(ping: HubPing, known: datetime | None, **values: object) -> bool:
    """Only from the moment that we know: a change noted meanwhile has another one, and is told as well."""
    return HubPing.objects.filter(pk=ping.pk, due_at=known).update(**values) == 1


def _put_off(ping: HubPing, lease: datetime, fault: str) -> None:
    if ping.attempts < len(RETRY_AFTER):
        _moved(ping, lease, due_at=timezone.now() + RETRY_AFTER[ping.attempts])
        return
    log.warning("the hub was not told that %s changed: %s", ping.topic, fault)
    _moved(ping, lease, due_at=None, attempts=0)


def _fault_of_telling(topic: str) -> str | None:
    """None when the hub took it."""
    hub = urlsplit(settings.WEBSUB_HUB)
    assert hub.hostname  # settings sees to it
    kind = HTTPSConnection if hub.scheme == "https" else HTTPConnection
    connection = kind(hub.hostname, hub.port, timeout=TIMEOUT_SECONDS)
    body = urlencode({"hub.mode": "publish", "hub.url": topic})
    try:
        connection.request(
            "POST",
            (hub.path or "/") + (f"?{hub.query}" if hub.query else ""),
            body,
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        status = connection.getresponse().status
        return None if 200 <= status < 300 else f"it answered {status}"
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
