"""People who ask for mail and answer the mails they get; always by the doors a reader has."""

from datetime import datetime
from urllib.parse import urlsplit

from django.utils import timezone

from articles.models import Article
from forum.outbox.models import OutgoingMail
from forum.subscriptions import actions
from forum.subscriptions.actions import confirm, subscribe
from forum.subscriptions.letterhead import manage_link, stop_link
from forum.subscriptions.mails import build_confirmation
from forum.subscriptions.models import Consent, Subject, Subscription

SANNE = "Sanne.Kuipers@voorbeeld.example"


def ask(article: Article, email: str = SANNE, *, now: datetime | None = None, **fields) -> Subscription:
    fields = {"scope": "article", "client_key": "", "proven": False, **fields}
    return subscribe(email=email, article=article, now=now or timezone.now(), **fields)


def confirm_path(subscription: Subscription) -> str:
    """The path of the link in the newest mail that asks to confirm this subscription."""
    row = OutgoingMail.objects.filter(kind="confirmation", subscription_id=subscription.pk).latest("pk")
    [link] = [line for line in build_confirmation([row]).text.splitlines() if "://" in line]
    return urlsplit(link).path


def token_in(path: str) -> str:
    return path.strip("/").removesuffix("/unsubscribe").rsplit("/", 1)[-1]


def follow(article: Article, email: str = SANNE, scope: str = "article") -> Subscription:
    subscription = ask(article, email, scope=scope)
    confirm(token_in(confirm_path(subscription)), scope=scope)
    subscription.refresh_from_db()
    return subscription


def follow_subject(subject: Subject, email: str = SANNE, frequency: str = "") -> Subscription:
    """An article, an author or a section, without reacting; by the link in the mail."""
    subscription = actions.follow(email=email, subject=subject, client_key=email, proven=False, now=timezone.now())
    confirm(token_in(confirm_path(subscription)), scope=subscription.scope, frequency=frequency)
    subscription.refresh_from_db()
    return subscription


def followers(article: Article, count: int, scope: str = "article") -> list[Subscription]:
    """Many at once, without the ceilings."""
    return [ask_and_start(article, f"lezer{n}@voorbeeld.example", scope) for n in range(count)]


def ask_and_start(article: Article, email: str, scope: str = "article") -> Subscription:
    return ask(article, email, scope=scope, proven=True)


def manage_path(subscription: Subscription) -> str:
    return urlsplit(manage_link(subscription)).path


def stop_path(subscription: Subscription) -> str:
    return urlsplit(stop_link(subscription)).path


def live_consent(subscription: Subscription) -> Consent:
    return Consent.objects.get(subscription=subscription, ended_at=None)
