"""Which reactions stand on which page. By index and cursor only: never OFFSET, never COUNT, so no page grows dearer.

A cursor is a number that never changes: `thread_no` of the last conversation on a page of an article, `reply_no` of the
last reply on a page of a conversation. See docs/architecture.md, "How a thread is kept".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from articles.models import Article
from forum.converters import number_in_query
from forum.prepared import A_NUMBER, Prepared
from forum.reactions.models import Reaction
from forum.reactions.placing import STEP

INLINE_LIMIT = 200  # visible reactions; up to here all stand on the article's own page
INLINE_ROWS = 600  # with their tombstones; an article that was moderated beyond this is paged all the same
OPENINGS_PER_PAGE = 20
REPLIES_SHOWN = 10  # of each conversation on a page of a long article
CONVERSATION_PAGE = 50

ORDERS = ("oldest", "newest")
COLUMNS = (
    "pk",
    "thread_no",
    "reply_no",
    "path",
    "name",
    "status",
    "replies",
    "html",
    "website",
    "body",
    "published_at",
    "corrected_at",
)


class Row(NamedTuple):
    """What a page needs of a reaction; the rest stays in the database."""

    pk: int
    thread_no: int
    reply_no: int
    path: bytes
    name: str
    status: str
    replies: int
    html: str
    website: str
    body: str
    published_at: datetime | None  # None only while it is not published
    corrected_at: datetime | None

    @property
    def is_published(self) -> bool:
        return self.status == Reaction.Status.PUBLISHED


@dataclass(frozen=True)
class Page:
    """Rows in reading order. Cursors are None at the ends; `previous` is 0 when the page before is the first."""

    rows: list[Row]
    order: str = ORDERS[0]
    is_long: bool = False  # conversations are cut after REPLIES_SHOWN replies
    previous: int | None = None
    following: int | None = None
    above: list[Row] = field(default_factory=list)  # ancestors of the first row, oldest first

    @property
    def people(self) -> int:
        return len({row.name for row in self.rows if row.is_published})


def article_page(article: Article, order: str | None = None, after: str | None = None) -> Page:
    """Two queries, three for a later page of a long article. Raises Http404 for a cursor that no page has."""
    order = order if order in ORDERS else ORDERS[0]
    cursor = _cursor(after, article.discussion.last_thread_no)
    if article.discussion.visible <= INLINE_LIMIT:
        if cursor is None:
            firsts, below = (_as_rows(found(article=article.pk)) for found in _whole_thread(order, INLINE_ROWS + 1))
        else:
            later = _beyond(_openings(article), order, cursor), _beyond(_replies(article), order, cursor)
            firsts = _rows(later[0].order_by(_direction(order))[: INLINE_ROWS + 1])
            below = _rows(later[1].order_by("thread_no", "path")[: INLINE_ROWS + 1])
        if len(firsts) + len(below) <= INLINE_ROWS:
            return Page(_together(_found(firsts, cursor), below), order, previous=None if cursor is None else 0)

    start = {} if cursor is None else {"cursor": cursor}
    openings = _page_of_openings(order, OPENINGS_PER_PAGE + 1, is_first=cursor is None)
    firsts = _found(_as_rows(openings(article=article.pk, **start)), cursor)
    more, firsts = len(firsts) > OPENINGS_PER_PAGE, firsts[:OPENINGS_PER_PAGE]
    numbers = [row.thread_no for row in firsts]
    replies = _first_replies(len(numbers), REPLIES_SHOWN)
    below = _as_rows(replies(article=article.pk, **_named(numbers))) if numbers else []
    return Page(
        _together(firsts, sorted(below, key=lambda row: row.path)),
        order,
        is_long=True,
        previous=None if cursor is None else _page_before(article, order, cursor),
        following=numbers[-1] if more else None,
    )


def conversation_page(article: Article, number: int, after: str | None = None) -> Page:
    """One conversation from its opening on, CONVERSATION_PAGE replies at a time. Raises Http404."""
    shown = Reaction.objects.shown().filter(article=article, thread_no=number)
    replies = _replies(article).filter(thread_no=number)
    if after is None:
        opening = _rows(shown.filter(reply_no=0))
        if not opening:
            raise Http404
        rows = _rows(replies.order_by("path")[: CONVERSATION_PAGE + 1])
        more, rows = len(rows) > CONVERSATION_PAGE, rows[:CONVERSATION_PAGE]
        return Page(opening + rows, following=rows[-1].reply_no if more else None)

    path = _path_of(article, number, number_in_query(after))
    rows = _rows(replies.filter(path__gt=path).order_by("path")[: CONVERSATION_PAGE + 1])
    if not rows:
        raise Http404
    more, rows = len(rows) > CONVERSATION_PAGE, rows[:CONVERSATION_PAGE]
    first = rows[0].path
    chain = [int.from_bytes(first[at : at + STEP], "big") for at in range(0, len(first) - STEP, STEP)]
    before = replies.filter(path__lte=path).order_by("-path")
    numbers = list(before.values_list("reply_no", flat=True)[: CONVERSATION_PAGE + 1])
    return Page(
        rows,
        previous=numbers[-1] if len(numbers) > CONVERSATION_PAGE else 0,
        following=rows[-1].reply_no if more else None,
        above=sorted(_rows(shown.filter(reply_no__in=[0, *chain])), key=lambda row: row.path),
    )


def place_of(reaction: Reaction) -> str:
    """The address of the page on which a shown reaction stands, with its fragment. One query in a long article."""
    article, fragment = reaction.article, f"#reaction-{reaction.pk}"
    if article.discussion.visible <= INLINE_LIMIT:
        rows = [
            len(some.values_list("thread_no")[: INLINE_ROWS + 1]) for some in (_openings(article), _replies(article))
        ]
        if sum(rows) <= INLINE_ROWS:
            return article.get_absolute_url() + fragment
    assert reaction.reply_no is not None and reaction.path is not None  # what is shown has its numbers
    if reaction.reply_no <= REPLIES_SHOWN:
        before = _openings(article).filter(thread_no__lt=reaction.thread_no).order_by("-thread_no")
        cursor = _start(list(before.values_list("thread_no", flat=True)[:OPENINGS_PER_PAGE]), OPENINGS_PER_PAGE)
        return article.get_absolute_url() + _query(cursor) + fragment
    replies = _replies(article).filter(thread_no=reaction.thread_no, path__lt=bytes(reaction.path))
    numbers = replies.order_by("-path").values_list("reply_no", flat=True)
    cursor = _start(list(numbers[:CONVERSATION_PAGE]), CONVERSATION_PAGE)
    return reverse("conversation", args=[article.slug, reaction.thread_no]) + _query(cursor) + fragment


def _openings(article: Article) -> QuerySet[Reaction]:
    return Reaction.objects.shown().filter(article=article, parent__isnull=True)


def _replies(article: Article) -> QuerySet[Reaction]:
    return Reaction.objects.shown().filter(article=article, parent__isnull=False)


def _together(openings: list[Row], replies: list[Row]) -> list[Row]:
    """Each opening followed by its replies, which come in order of path."""
    below: dict[int, list[Row]] = {opening.thread_no: [] for opening in openings}
    for reply in replies:
        below[reply.thread_no].append(reply)
    return [row for opening in openings for row in (opening, *below[opening.thread_no])]


def _start(before: list[int | None], per_page: int) -> int | None:
    """Where a page must begin to hold what comes next after `before`: at the top while it still fits there."""
    return None if len(before) < per_page else before[0]


def _query(cursor: int | None) -> str:
    return "?" + urlencode({"after": cursor}) if cursor else ""


def _cursor(after: str | None, last: int) -> int | None:
    """None when no cursor was given; Http404 when it is not one that a page of this article could have."""
    if after is None:
        return None
    number = number_in_query(after)
    if number is None or not 1 <= number <= last:
        raise Http404
    return number


def _found(rows: list[Row], cursor: int | None) -> list[Row]:
    if cursor is not None and not rows:
        raise Http404  # beyond the end; never the last page under another address
    return rows


def _direction(order: str) -> str:
    return "thread_no" if order == "oldest" else "-thread_no"


def _beyond(shown: QuerySet[Reaction], order: str, cursor: int | None) -> QuerySet[Reaction]:
    if cursor is None:
        return shown
    return shown.filter(thread_no__gt=cursor) if order == "oldest" else shown.filter(thread_no__lt=cursor)


def _path_of(article: Article, thread_no: int, reply_no: int | None) -> bytes:
    if not reply_no or reply_no > 2**31 - 1:
        raise Http404
    cursor = Reaction.objects.filter(article=article, thread_no=thread_no, reply_no=reply_no)
    path = cursor.values_list("path", flat=True).first()
    if path is None:
        raise Http404
    return bytes(path)


@lru_cache(maxsize=20)
def _whole_thread(order: str, most: int) -> tuple[Prepared[Any], Prepared[Any]]:
    """Openings and replies of the page that nearly everybody asks for."""

    def openings(article: int) -> QuerySet[Reaction, Any]:
        return _openings(Article(pk=article)).order_by(_direction(order)).values_list(*COLUMNS)[:most]

    def replies(article: int) -> QuerySet[Reaction, Any]:
        return _replies(Article(pk=article)).order_by("thread_no", "path").values_list(*COLUMNS)[:most]

    return Prepared(openings, article=A_NUMBER), Prepared(replies, article=A_NUMBER)


@lru_cache(maxsize=20)
def _page_of_openings(order: str, most: int, *, is_first: bool) -> Prepared[Any]:
    """Of a long article, from the beginning or beyond a cursor."""

    def openings(article: int, cursor: int | None = None) -> QuerySet[Reaction, Any]:
        found = _beyond(_openings(Article(pk=article)), order, cursor)
        return found.order_by(_direction(order)).values_list(*COLUMNS)[:most]

    return Prepared(openings, article=A_NUMBER, **({} if is_first else {"cursor": A_NUMBER + 1}))


def _page_before(article: Article, order: str, cursor: int) -> int:
    numbers = [number for (number,) in _numbers_before(order, OPENINGS_PER_PAGE + 1)(article=article.pk, cursor=cursor)]
    return numbers[-1] if len(numbers) > OPENINGS_PER_PAGE else 0


@lru_cache(maxsize=20)
def _numbers_before(order: str, most: int) -> Prepared[Any]:
    def back(article: int, cursor: int) -> QuerySet[Reaction, Any]:
        openings = _openings(Article(pk=article))
        if order == "oldest":
            found = openings.filter(thread_no__lte=cursor).order_by("-thread_no")
        else:
            found = openings.filter(thread_no__gte=cursor).order_by("thread_no")
        return found.values_list("thread_no")[:most]

    return Prepared(back, article=A_NUMBER, cursor=A_NUMBER + 1)


@lru_cache(maxsize=20)
def _first_replies(openings: int, replies: int) -> Prepared[Any]:
    """Of so many conversations, of each the first replies by number."""

    def below(article: int, **numbers: int) -> QuerySet[Reaction, Any]:
        shown = Reaction.objects.shown().filter(article=article, thread_no__in=list(numbers.values()))
        return shown.filter(reply_no__range=(1, replies)).values_list(*COLUMNS)

    return Prepared(below, article=A_NUMBER, **_named(A_NUMBER + 1 + at for at in range(openings)))


def _named(numbers: Iterable[int]) -> dict[str, int]:
    return {f"number_{at}": number for at, number in enumerate(numbers)}


def _rows(reactions: QuerySet[Reaction]) -> list[Row]:
    return _as_rows(reactions.values_list(*COLUMNS))


def _as_rows(found: Iterable[Any]) -> list[Row]:
    return [Row(pk, thread_no, reply_no, bytes(path), *others) for pk, thread_no, reply_no, path, *others in found]
