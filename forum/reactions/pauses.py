"""A heated conversation: many of its reactions were reported lately, so who answers in it pauses between two answers.

The moment until which it lasts stands on the opening. Who reckons it lies above (forum.reports).
"""

from datetime import datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext, ngettext

from articles.models import Article
from forum.prepared import A_NUMBER, Prepared
from forum.reactions.models import Reaction, ReactionQuerySet


def heat(reaction: Reaction, *, until: datetime | None) -> None:
    """The conversation that this reaction stands in is heated until then; None: not any more."""
    openings = Reaction.objects.filter(article=reaction.article_id, thread_no=reaction.thread_no, reply_no=0)
    openings.exclude(heated_until=until).update(heated_until=until)


def with_heat(reactions: ReactionQuerySet) -> ReactionQuerySet:
    """Each knows until when its conversation is heated, in `conversation_heated_until`; costs no query of its own."""
    opening = Reaction.objects.filter(article=OuterRef("article"), thread_no=OuterRef("thread_no"), reply_no=0)
    return reactions.annotate(conversation_heated_until=Subquery(opening.values("heated_until")))


def published_with_heat(article: Article, number: int) -> Reaction | None:
    """The reaction that somebody is about to answer; None when it is not shown any more."""
    found = _PUBLISHED_WITH_HEAT(article=article.pk, number=number)
    return found[0] if found else None


_PUBLISHED_WITH_HEAT = Prepared(
    lambda article, number: with_heat(
        Reaction.objects.filter(article=article, status=Reaction.Status.PUBLISHED, pk=number)
    ),
    article=A_NUMBER,
    number=A_NUMBER + 1,
)


def is_heated(reaction: Reaction, now: datetime) -> bool:
    """Of one that was asked for with its heat."""
    until = reaction.conversation_heated_until  # type: ignore[attr-defined]
    return bool(settings.HEATED_REPORTS) and until is not None and until > now


def seconds_to_wait(answered: Reaction, *, client_key: str, now: datetime) -> int:
    """Until this client may answer again in that conversation; 0 for now. `answered` knows its heat. What it posted and is held counts as well.
    Clients without an address cannot be told apart, so none of them waits.

    Inside the transaction of the post: of two posts at once, one waits here for the other.
    """
    if not client_key or not is_heated(answered, now):
        return 0
    if connection.vendor == "postgresql":  # SQLite's transactions come one after another by themselves (IMMEDIATE)
        key = blake2b(f"pause {answered.article_id} {answered.thread_no} {client_key}".encode(), digest_size=8).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, "big", signed=True)])
    pause = timedelta(seconds=settings.HEATED_PAUSE_SECONDS)
    # Said twice, so that the index of what has a client serves it.
    lately = Reaction.objects.exclude(client_key="").filter(client_key=client_key, created_at__gt=now - pause)
    below = lately.filter(article=answered.article_id, parent__thread_no=answered.thread_no)
    posted = below.order_by("-created_at").values_list("created_at", flat=True).first()
    return max(1, int((posted + pause - now).total_seconds()) + 1) if posted else 0


def openly() -> str:
    """What stands above the form, in the language that is active."""
    seconds = settings.HEATED_PAUSE_SECONDS
    minutes = seconds // 60
    if seconds % 60:
        pause = ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    else:
        pause = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return gettext("Feelings run high in this conversation. Between two answers you wait %(pause)s.") % {"pause": pause}


def refusal(seconds: int) -> str:
    return ngettext(
        "Feelings run high in this conversation, so there is a pause between two answers. You can post this in "
        "%(n)s second. Your text is below",
        "Feelings run high in this conversation, so there is a pause between two answers. You can post this in "
        "%(n)s seconds. Your text is below",
        seconds,
    ) % {"n": seconds}
