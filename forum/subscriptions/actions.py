"""Asking, confirming and ending mail about an article."""

from datetime import datetime

from articles.models import Article
from forum.subscriptions.models import Subscription


def subscribe(
    *, email: str, article: Article, scope: str, client_key: str, proven: bool, now: datetime
) -> Subscription:
    """Note that this address asked for news of this article, inside the caller's transaction.

    Queues a confirmation mail unless the address follows already, the ceilings of P27 are reached, or `proven` (the
    browser has just confirmed this very address): then it is confirmed at once. Known, unknown, suppressed and
    confirmed addresses take the same path (P18). Returns the row that a reaction links to.
    """
    raise NotImplementedError
