"""What every action takes first, so that what it saw stays true to the end of its transaction."""

from hashlib import blake2b

from django.utils import timezone

from articles.models import Article, Discussion
from forum.prepared import A_MOMENT, A_NUMBER, Prepared
from forum.reactions import placing
from forum.reactions.actions.errors import AlreadyDecided, Closed
from forum.reactions.models import Reaction


def open_discussion(article: Article, *, lock: bool = False) -> Discussion:
    """Raises Closed. With `lock` the answer stays true to the end of the transaction."""
    if lock:
        discussion = placing.locked_discussion(article.pk)
    else:
        discussion = placing.discussion_of(article.pk)
    if not discussion.is_open or not _IS_PUBLIC(article=article.pk, now=timezone.now()):
        raise Closed
    return discussion


def lock(reaction: Reaction, *decidable: str) -> Discussion:
    """Take the lock of its article and read the row again. Raises AlreadyDecided when its state or its words are not
    those that the caller saw, or its state is none of `decidable`."""
    seen, edited_at = reaction.status, reaction.edited_at
    discussion = placing.locked_discussion(reaction.article_id)
    reaction.refresh_from_db(from_queryset=Reaction.objects.select_related("article", "parent"))
    if reaction.status != seen or reaction.edited_at != edited_at or seen not in decidable:
        raise AlreadyDecided(reaction)
    return discussion


def lock_number(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


_IS_PUBLIC = Prepared(
    lambda article, now: Article.objects.published(now).filter(pk=article).values_list("pk"),
    article=A_NUMBER,
    now=A_MOMENT,
)
