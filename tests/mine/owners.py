"""Readers with an address, by the doors that a reader has: post, confirm, ask for the link, open it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.test import Client

from articles.models import Article
from forum.mine.mails import build_link
from forum.mine.models import Link
from forum.outbox.letters import NothingToSay
from forum.outbox.models import OutgoingMail
from forum.reactions.models import Reaction
from forum.subscriptions.models import Subscription
from tests.reactions.posts import FROM_OUR_PAGE, send
from tests.subscriptions.readers import confirm_path

SANNE = "Sanne.Kuipers@voorbeeld.example"


def post(client: Client, article: Article, email: str = SANNE, **fields) -> Reaction:
    last = Reaction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = send(client, article, email=email, **fields)
    assert answer.status_code == 303, answer.text
    return Reaction.objects.get(pk__gt=last)


def confirm_last(client: Client) -> None:
    """Press the button in the last mail that asks to confirm; the browser is known from then on."""
    path = confirm_path(Subscription.objects.latest("pk"))
    assert client.post(path, {"scope": "article"}, headers=FROM_OUR_PAGE).status_code == 200


def post_and_confirm(client: Client, article: Article, email: str = SANNE, **fields) -> Reaction:
    reaction = post(client, article, email, **fields)
    confirm_last(client)
    return reaction


def ask(client: Client, email: str = SANNE, **options):
    return client.post("/mine/", {"email": email}, headers=FROM_OUR_PAGE, **options)


def mailed_path(client: Client, email: str = SANNE) -> str:
    """Ask for the link, and read it in the mail."""
    answer = ask(client, email)
    assert answer.status_code == 303
    letter = build_link([newest_mail()])
    [link] = [line for line in letter.text.splitlines() if "://" in line]
    assert link in letter.html
    return urlsplit(link).path


def newest_mail() -> OutgoingMail:
    return OutgoingMail.objects.filter(kind="mine").latest("pk")


def hears_nothing() -> bool:
    """Of the newest request there is no mail to be made."""
    try:
        build_link([newest_mail()])
    except NothingToSay:
        return True
    return False


def later(**ago) -> None:
    """As if everything that was posted and asked had happened so much earlier."""
    for reaction in Reaction.objects.all():
        moments = {name: getattr(reaction, name) for name in ("created_at", "published_at", "edited_at")}
        shifted = {name: moment - timedelta(**ago) for name, moment in moments.items() if moment}
        consents = (
            reaction.subscription.consents.filter(asked_at=reaction.created_at) if reaction.subscription else None
        )
        if consents is not None:
            consents.update(asked_at=shifted["created_at"])
        Reaction.objects.filter(pk=reaction.pk).update(**shifted)
    for link in Link.objects.all():
        Link.objects.filter(pk=link.pk).update(asked_at=link.asked_at - timedelta(**ago))


def act(client: Client, path: str, what: str, **fields):
    return client.post(path, {"what": what, **fields}, headers=FROM_OUR_PAGE)


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found
    return found[1]
