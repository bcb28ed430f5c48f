"""The locked section: giving a reaction its place in the thread, taking it away, putting it back.

Every function here changes rows under the lock on the article's Discussion, which its caller took with
`locked_discussion`, and keeps true what is counted: Discussion.visible, Reaction.replies, the skyline, `shown`; and with
answering.py the questions to the author.
"""

from datetime import datetime

from django.db.models import F, TextField, Value
from django.db.models.functions import Replace
from django.utils import translation
from django.utils.safestring import SafeString

from articles.models import Discussion
from articles.skyline import MAX_HOUSES, house
from forum.prepared import A_NUMBER, Added, Prepared, Stored
from forum.reactions import answering, rendering
from forum.reactions.models import MAX_PATH_LEVELS, Reaction

STEP = 4  # bytes of a path per level
DECIDED = ("decision_reason", "decision_ground", "decided_at")
EXACT_SKYLINE = 200  # with more visible reactions the street is full, and one house less changes nothing


def locked_discussion(article_id: int) -> Discussion:
    """Only those who post under the same article wait here; to the end of the transaction."""
    return _one(_LOCKED(article=article_id))


def discussion_of(article_id: int) -> Discussion:
    return _one(_DISCUSSION(article=article_id))


def _one(found: list[Discussion]) -> Discussion:
    if not found:
        raise Discussion.DoesNotExist
    return found[0]


_DISCUSSION = Prepared(lambda article: Discussion.objects.filter(pk=article), article=A_NUMBER)
_ADDED = Added(Reaction)
_PLACED = Stored(
    Reaction,
    *("thread_no", "reply_no", "path", "answers", "published_at", "status", "shown"),
    *("held_because", *DECIDED, "html", "html_version"),
)
_COUNTED = Stored(Reaction, "replies", "last_reply_no")
_CHANGED = Stored(
    Discussion,
    *("version", "visible", "last_thread_no", "last_reaction_at", "skyline", "questions", "answered"),
)
_LOCKED = Prepared(lambda article: Discussion.objects.select_for_update().filter(pk=article), article=A_NUMBER)


def next_number() -> int:
    """Of a reaction that this transaction adds: its part of the page holds its address."""
    return _ADDED.next_key()


def keep(reaction: Reaction) -> None:
    """Add what is not published, or not yet. It has no place."""
    _ADDED(reaction)


def place(reaction: Reaction, discussion: Discussion, *, now: datetime, html: str = "") -> None:
    """Publish for the first time: give numbers, count, show. `html` when the caller made the part before the lock.

    What is new is added as it is going to stand there: its row and its indexes are written once. Reads the parent again:
    its state is certain now.
    """
    opening = _opening_above(reaction)
    _give_numbers(reaction, opening, discussion)
    reaction.answers = answering.question_above(reaction)
    reaction.status, reaction.shown, reaction.published_at = Reaction.Status.PUBLISHED, True, now
    reaction.html, reaction.html_version = html or rendering.part(reaction), rendering.HTML_VERSION
    if reaction._state.adding:
        _ADDED(reaction)
    else:
        _PLACED(reaction)
    if opening:
        opening.replies += 1  # nobody else counts: we hold the lock
        _COUNTED(opening)
        _show_tombstones_above(reaction)
    discussion.visible += 1
    discussion.last_reaction_at = max(now, discussion.last_reaction_at or now)
    if len(discussion.skyline) < 2 * MAX_HOUSES:
        discussion.skyline += _house(reaction)
    answering.count_in(reaction, discussion)
    _note_change(discussion)


def put_back(reaction: Reaction, discussion: Discussion) -> None:
    """A reaction that was taken away returns to the place it had."""
    was = reaction.status
    reaction.status, reaction.shown, reaction.decision_reason = Reaction.Status.PUBLISHED, True, ""
    reaction.decision_ground = reaction.decided_at = None
    reaction.html, reaction.html_version = rendering.part(reaction), rendering.HTML_VERSION
    reaction.save(update_fields=["status", "shown", *DECIDED, "html", "html_version"])
    _rename_in_answers(reaction, was)
    _count_reply(reaction, +1)
    _show_tombstones_above(reaction)
    discussion.visible += 1
    answering.count_in(reaction, discussion)
    discussion.skyline = _skyline(discussion)
    _note_change(discussion)


def take_away(reaction: Reaction, discussion: Discussion, *, status: str, reason: str) -> None:
    """A tombstone stays while a shown answer hangs below it; tombstones that carry nothing any more go as well."""
    was, reaction.status, reaction.decision_reason = reaction.status, status, reason
    reaction.shown = Reaction.objects.filter(parent=reaction, shown=True).exists()
    reaction.html, reaction.html_version = rendering.part(reaction), rendering.HTML_VERSION
    reaction.save(update_fields=["status", "shown", "held_because", *DECIDED, "html", "html_version"])
    _rename_in_answers(reaction, was)
    _count_reply(reaction, -1)
    if not reaction.shown:
        _hide_tombstones_above(reaction)
    discussion.visible -= 1
    answering.count_out(reaction, discussion)
    discussion.skyline = _skyline(discussion)
    _note_change(discussion)


def leave_away(reaction: Reaction, discussion: Discussion, *, status: str, reason: str) -> None:
    """What was taken away for the time being stays away for good: a tombstone that stands says so from now on."""
    was, reaction.status, reaction.decision_reason = reaction.status, status, reason
    reaction.html, reaction.html_version = rendering.part(reaction), rendering.HTML_VERSION
    reaction.save(update_fields=["status", *DECIDED, "html", "html_version"])
    _rename_in_answers(reaction, was)
    _note_change(discussion)


def reword(reaction: Reaction, *columns: str, formerly: str = "", words: SafeString | None = None) -> None:
    """Store what it says or signs now, and its part of the page; where it stands stays. `formerly`: the name that its
    answers know. The caller ends with note_reworded, once for all that he changed."""
    if reaction.thread_no is None:
        reaction.save(update_fields=columns)
        return
    reaction.html, reaction.html_version = rendering.part(reaction, words=words), rendering.HTML_VERSION
    reaction.save(update_fields=[*columns, "html", "html_version"])
    if formerly and formerly != reaction.name:
        _rename_in_answers(reaction, reaction.status, formerly=formerly)


def note_reworded(discussion: Discussion) -> None:
    discussion.skyline = _skyline(discussion)
    _note_change(discussion)


def _opening_above(reaction: Reaction) -> Reaction | None:
    """The opening of this reply's conversation, its parent refreshed on the way; None for an opening."""
    if reaction.parent_id is None:
        return None
    (parent,) = _BY_NUMBER(number=reaction.parent_id)
    reaction.parent = parent
    if parent.reply_no == 0:
        return parent
    return _OPENING(article=parent.article_id, thread=parent.thread_no)[0]


_BY_NUMBER = Prepared(lambda number: Reaction.objects.filter(pk=number), number=A_NUMBER)
_OPENING = Prepared(
    lambda article, thread: Reaction.objects.filter(article=article, thread_no=thread, reply_no=0).order_by(),
    article=A_NUMBER,
    thread=A_NUMBER + 1,
)


def _give_numbers(reaction: Reaction, opening: Reaction | None, discussion: Discussion) -> None:
    if opening is None:
        discussion.last_thread_no += 1
        reaction.thread_no, reaction.reply_no, reaction.path = discussion.last_thread_no, 0, b""
        return
    opening.last_reply_no += 1
    parent = reaction.parent
    assert parent is not None and parent.path is not None  # below an opening, and only what has numbers is answered
    beside = bytes(parent.path)[: STEP * (MAX_PATH_LEVELS - 1)]
    reaction.thread_no, reaction.reply_no = parent.thread_no, opening.last_reply_no
    reaction.path = beside + opening.last_reply_no.to_bytes(STEP, "big")


def _show_tombstones_above(reaction: Reaction) -> None:
    if reaction.parent and reaction.parent.status == Reaction.Status.PUBLISHED:
        return  # shown, and so is everything above it
    above = reaction.parent_id
    while above and Reaction.objects.filter(pk=above, shown=False).update(shown=True):
        above = Reaction.objects.values_list("parent_id", flat=True).get(pk=above)


def _hide_tombstones_above(reaction: Reaction) -> None:
    above = reaction.parent_id
    while above and not Reaction.objects.filter(parent=above, shown=True).exists():
        tombstone = Reaction.objects.filter(pk=above, shown=True).exclude(status=Reaction.Status.PUBLISHED)
        if not tombstone.update(shown=False):
            return
        above = Reaction.objects.values_list("parent_id", flat=True).get(pk=above)


def _count_reply(reaction: Reaction, change: int) -> None:
    if reaction.parent_id:
        Reaction.objects.filter(article_id=reaction.article_id, thread_no=reaction.thread_no, reply_no=0).update(
            replies=F("replies") + change
        )


def _rename_in_answers(reaction: Reaction, was: str, *, formerly: str = "") -> None:
    """Answers say whom they answer; one statement, however many there are. `was`: its state until now, `formerly`: its
    name.
    """
    answers = Reaction.objects.filter(parent=reaction, shown=True)
    before = Reaction(pk=reaction.pk, name=formerly or reaction.name, status=was, thread_no=reaction.thread_no)
    with translation.override(reaction.article.language):
        old, new = rendering.answer_link(before), rendering.answer_link(reaction)
    if old == new:
        return
    replaced = Replace("html", Value(old, output_field=TextField()), Value(new, output_field=TextField()))
    answers.filter(html_version=rendering.HTML_VERSION).update(html=replaced)
    rendering.remake_parts(
        answers.exclude(html_version=rendering.HTML_VERSION).select_related("article", "parent").iterator(500)
    )


def _skyline(discussion: Discussion) -> str:
    """The first houses of the street, in order of publication."""
    if discussion.visible > EXACT_SKYLINE:
        return discussion.skyline
    published = Reaction.objects.filter(article_id=discussion.pk, shown=True, status=Reaction.Status.PUBLISHED)
    in_order = sorted(published.only("published_at", "body", "depth", "by_author"), key=_moment)
    return "".join(_house(reaction) for reaction in in_order[:MAX_HOUSES])


def _moment(reaction: Reaction) -> tuple[datetime, int]:
    assert reaction.published_at is not None  # only what is published has a house
    return reaction.published_at, reaction.pk


def _house(reaction: Reaction) -> str:
    return house(words=len(reaction.body.split()), depth=reaction.depth, by_author=reaction.by_author)


def _note_change(discussion: Discussion) -> None:
    discussion.version += 1
    _CHANGED(discussion)
