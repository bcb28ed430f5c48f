"""What a reader may change about what he follows: for every page that shows it (templates/subscriptions/_followed.html)."""

from collections.abc import Mapping
from datetime import datetime

from forum.converters import number_in_query
from forum.subscriptions.actions import change_frequency, end, set_scope
from forum.subscriptions.models import Frequency, Scope, Subscription, SubscriptionQuerySet

CHOICES = {"scopes": Scope.choices, "frequencies": Frequency.choices}  # for the templates
SAVE, STOP = ("choices", "scope", "frequency"), "stop"


def choose(followed: SubscriptionQuerySet, typed: Mapping[str, str], *, now: datetime) -> str:
    """Do to one of `followed` what the form says: `what`, `subscription` and, as far as given, `scope` and `frequency`.

    Returns "saved" or "stopped"; "" for a form that means nothing, or another's subscription.
    """
    number, what = number_in_query(typed.get("subscription")), typed.get("what", "")
    meant = followed.filter(pk=number).first() if number else None
    if meant is None:
        return ""
    if what == STOP:
        end(meant, how="manage", now=now)
        return "stopped"
    if what not in SAVE:
        return ""
    save(meant, typed, now=now)
    return "saved"


def save(subscription: Subscription, typed: Mapping[str, str], *, now: datetime) -> None:
    scope, frequency = typed.get("scope", ""), typed.get("frequency", "")
    if scope in Scope.values and subscription.article_id:
        set_scope(subscription, scope=scope, now=now)
    if frequency in Frequency.values:
        change_frequency(subscription, frequency=frequency, now=now)
