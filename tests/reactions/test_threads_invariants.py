"""Random posting, deciding and undoing against a tree kept in plain Python: what must always be true of a thread."""

from dataclasses import dataclass, field

import pytest
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Discussion
from articles.skyline import house
from forum.reactions import actions
from forum.reactions.models import MAX_PATH_LEVELS, Reaction
from forum.reactions.threads import article_page, conversation_page
from tests.factories import make_article
from tests.reactions.talk import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publish_at_once", "short_pages")]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["post", "post", "reply", "reply", "reply", "deeper", "hold", "approve", "refuse", "remove", "remove"]
            + ["withdraw", "restore", "ask", "ask below", "answer", "answer", "answer deeper", "hold a question"]
        ),
        st.integers(0, 1_000),
    ),
    min_size=1,
    max_size=24,
)
QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Said:
    """One reaction in the tree by brute force. `order` counts publications over the whole article."""

    parent: "Said | None"
    status: str
    order: int = 0
    children: list["Said"] = field(default_factory=list)
    numbers: tuple | None = None
    is_question: bool = False
    by_author: bool = False

    @property
    def shown(self) -> bool:
        return self.status == "published" or any(child.shown for child in self.children)

    @property
    def opening(self) -> "Said":
        return self if self.parent is None else self.parent.opening

    @property
    def asked(self) -> "Said | None":
        """The nearest question above, whatever became of it."""
        if self.parent is None or self.parent.is_question:
            return self.parent
        return self.parent.asked

    def everything(self) -> list["Said"]:
        return [self, *(one for child in self.children for one in child.everything())]


class Talk:
    """Does the same to the site and to the tree."""

    def __init__(self) -> None:
        self.article = make_article()
        self.said: dict[int, Said] = {}
        self.published = 0
        self.version = Discussion.objects.get(pk=self.article.pk).version

    def of(self, *statuses: str) -> list[int]:
        return [pk for pk, one in self.said.items() if one.status in statuses]

    def step(self, kind: str, pick: int) -> None:
        possible = {
            "reply": self.of("published"),
            "deeper": self.of("published")[-1:],
            "hold": self.of("published"),
            "hold a question": self.of("published"),
            "ask below": self.of("published"),
            "answer": [pk for pk in self.of("published") if self.said[pk].is_question],
            "answer deeper": [pk for pk in self.of("published") if self.said[pk].asked],
            "approve": self.of("held", "refused", "spam"),
            "refuse": self.of("held"),
            "remove": self.of("published"),
            "withdraw": self.of("published", "held"),
            "restore": self.of("removed"),
        }.get(kind, [0])
        if not possible:
            return
        pk = possible[pick % len(possible)]
        before = Discussion.objects.get(pk=self.article.pk).version
        if kind in (
            "post",
            "reply",
            "deeper",
            "hold",
            "ask",
            "ask below",
            "answer",
            "answer deeper",
            "hold a question",
        ):
            changed = self.post(
                parent=pk,
                held=kind.startswith("hold"),
                is_question="ask" in kind or "question" in kind,
                by_author="answer" in kind,
            )
        else:
            changed = self.decide(kind, pk)
        after = Discussion.objects.get(pk=self.article.pk).version
        assert (after > before) == changed  # I6

    def post(self, *, parent: int, held: bool, is_question: bool, by_author: bool) -> bool:
        above = self.said.get(parent)
        reaction = say(
            self.article,
            to=Reaction.objects.get(pk=parent) if above else None,
            honeypot="gevuld" if held else "",
            is_question=is_question,
            author=self.article.author if by_author else None,
        )
        one = Said(above, reaction.status, is_question=is_question, by_author=by_author)
        self.said[reaction.pk] = one
        assert reaction.status == ("held" if held else "published")
        if not held:
            self.note_publication(one)
        return not held

    def decide(self, kind: str, pk: int) -> bool:
        one, before = self.said[pk], self.said[pk].status
        decided = getattr(actions, kind)(Reaction.objects.get(pk=pk))
        one.status = decided.status
        if kind == "approve":
            self.note_publication(one)
        return "published" in (before, one.status)

    def note_publication(self, one: Said) -> None:
        self.published += 1
        one.order = self.published
        if one.parent:
            one.parent.children.append(one)


def check(talk: Talk) -> None:
    rows = {row.pk: row for row in Reaction.objects.filter(article=talk.article).order_by("pk")}
    discussion = Discussion.objects.get(pk=talk.article.pk)
    assert rows.keys() == talk.said.keys()
    for pk, one in talk.said.items():
        row = rows[pk]
        assert row.status == one.status
        assert row.shown == (one.order > 0 and one.shown)  # I1
        if not one.order:
            assert (row.thread_no, row.reply_no, row.path) == (None, None, None)
            continue
        numbers = (row.thread_no, row.reply_no, bytes(row.path))
        one.numbers = one.numbers or numbers
        assert numbers == one.numbers  # I2
        if one.parent is None:
            assert numbers[1:] == (0, b"")
            everything = one.everything()
            assert row.replies == sum(other.status == "published" for other in everything[1:])  # I5
            assert row.last_reply_no == len(everything) - 1
        else:
            parent = rows[row.parent_id]
            assert parent.thread_no == row.thread_no and parent.reply_no < row.reply_no  # I3
            beside = bytes(parent.path)[: 4 * (MAX_PATH_LEVELS - 1)]
            assert bytes(row.path) == beside + row.reply_no.to_bytes(4, "big")  # I4
            assert row.depth == parent.depth + 1
    published = sorted((one.order, pk) for pk, one in talk.said.items() if one.status == "published")
    taken = [one.numbers[:2] for one in talk.said.values() if one.numbers]
    assert len(taken) == len(set(taken))  # I2
    assert discussion.visible == len(published)  # I5
    assert discussion.last_thread_no == sum(one.order > 0 and one.parent is None for one in talk.said.values())
    assert discussion.skyline == "".join(
        house(words=len(rows[pk].body.split()), depth=rows[pk].depth, by_author=talk.said[pk].by_author)
        for _, pk in published
    )
    check_questions(talk, rows, discussion)


def check_questions(talk: Talk, rows: dict[int, Reaction], discussion: Discussion) -> None:
    """What is counted equals what counting gives; every published question says on the page who answered it."""
    answers: dict[int, list[int]] = {pk: [] for pk, one in talk.said.items() if one.is_question}
    by_said = {id(one): pk for pk, one in talk.said.items()}
    for _, pk in sorted((one.order, pk) for pk, one in talk.said.items() if one.order and one.by_author):
        asked = talk.said[pk].asked
        assert rows[pk].answers_id == (by_said[id(asked)] if asked else None)
        if asked and talk.said[pk].status == "published":
            answers[by_said[id(asked)]].append(pk)
    published = [pk for pk in answers if talk.said[pk].status == "published"]
    assert discussion.questions == len(published)
    assert discussion.answered == sum(bool(answers[pk]) for pk in published)
    for pk, found in answers.items():
        assert rows[pk].answered_by_id == (found[0] if found else None)
        link = f'<a href="/reactions/{found[0]}/">beantwoord door de auteur</a>' if found else ""
        assert ("beantwoord door de auteur" in rows[pk].html) == (bool(found) and pk in published)
        assert pk not in published or link in rows[pk].html


def in_reading_order(talk: Talk, order: str) -> list[int]:
    def walk(pk: int) -> list[int]:
        below = sorted(
            (one.order, child) for child, one in talk.said.items() if one.parent is talk.said[pk] and one.order
        )
        return [pk, *(found for _, child in below for found in walk(child))]

    openings = sorted((one.order, pk) for pk, one in talk.said.items() if one.parent is None and one.order)
    if order == "newest":
        openings.reverse()
    return [pk for _, opening in openings for pk in walk(opening) if talk.said[pk].shown]


def read_everything(talk: Talk, order: str) -> list[int]:
    """By cursors only, as a reader who follows every link."""
    talk.article.refresh_from_db()
    seen, after = [], None
    while True:
        page = article_page(talk.article, order, after)
        on_page = {row.pk for row in page.rows}
        assert {Reaction.objects.get(pk=pk).parent_id for pk in on_page} - {None} <= on_page  # I7
        if page.is_long:
            for row in page.rows:
                if row.reply_no == 0:
                    seen += read_conversation(talk, row.thread_no)
        else:
            seen += [row.pk for row in page.rows]
        if page.following is None:
            return seen
        after = str(page.following)


def read_conversation(talk: Talk, number: int) -> list[int]:
    seen, after = [], None
    while True:
        page = conversation_page(talk.article, number, after)
        above = [row.pk for row in page.above]
        assert above == seen[:1] + [pk for pk in seen[1:] if pk in above]  # the chain was all seen before
        seen += [row.pk for row in page.rows]
        if page.following is None:
            return seen
        after = str(page.following)


@QUICK
@given(STEPS)
def test_a_thread_stays_true_whatever_happens_to_it(steps):
    talk = Talk()
    for kind, pick in steps:
        talk.step(kind, pick)
        check(talk)
    for order in ("oldest", "newest"):
        assert read_everything(talk, order) == in_reading_order(talk, order)  # I8


def test_a_thread_deeper_than_its_path_hangs_beside_its_parent():
    talk = Talk()
    for _ in range(MAX_PATH_LEVELS + 5):
        talk.step("deeper" if talk.said else "post", 0)
    talk.step("remove", MAX_PATH_LEVELS + 2)
    check(talk)
    deepest = Reaction.objects.filter(article=talk.article).latest("pk")
    assert deepest.depth == MAX_PATH_LEVELS + 4 and len(deepest.path) == 4 * MAX_PATH_LEVELS
    assert read_everything(talk, "oldest") == in_reading_order(talk, "oldest")


@QUICK
@given(before=STEPS, between=STEPS, order=st.sampled_from(["oldest", "newest"]))
def test_reading_on_while_others_post_shows_nothing_twice_and_misses_nothing_old(before, between, order):
    talk = Talk()
    for _ in range(8):
        talk.step("post", 0)
    for kind, pick in before:
        talk.step(kind, pick)
    talk.article.refresh_from_db()
    first = article_page(talk.article, order)
    there = {pk for pk, one in talk.said.items() if one.parent is None and one.order and one.shown}
    for kind, pick in between:
        talk.step(kind, pick)
    talk.article.refresh_from_db()
    still_there = {pk for pk in there if talk.said[pk].shown}

    seen = [row.pk for row in first.rows if row.reply_no == 0]
    after = first.following
    while after is not None:
        try:
            page = article_page(talk.article, order, str(after))
        except Http404:  # all that stood there was taken away meanwhile
            break
        seen += [row.pk for row in page.rows if row.reply_no == 0]
        after = page.following
    assert len(seen) == len(set(seen))
    assert still_there <= set(seen)
