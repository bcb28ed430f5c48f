"""A labelled file, judged in memory as its rows would be if they were posted. Writes nothing to the database."""

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from forum import cleaning
from forum.spam import bayes, repeats
from forum.spam.actions import ENOUGH_NEWS, LESSONS_WEIGHED, NEWS_SHARE
from forum.spam.bayes import Counts
from forum.spam.features import MEASURE, STEM, features
from forum.spam.languages import SMALL_WORDS
from forum.spam.memory import Memory, places_of, said_by, stands_in
from forum.spam.models import BlockedTerm
from forum.spam.reading import read
from forum.spam.screening import Submission, Verdict, screen

LABELS = {"spam": True, "1": True, "ham": False, "good": False, "0": False}
MAX_CELL_CHARS = 1_000_000
MAX_BODY_CHARS = 20_000
NEEDS_MORE = (
    "honeypot",
    "too_fast",
    "no_origin",
    "protected_name",
    "disposable_mail",
    "hurried",
    "busy_site",
    "first_time",
    "all_are_read",
)


class BadFile(Exception):
    """The file cannot be judged; the words say why, and on which line."""


class Row(NamedTuple):
    text: str
    is_spam: bool
    name: str
    website: str
    time: datetime | None


def read_rows(path: Path) -> Iterator[Row]:
    """Line by line. Raises BadFile."""
    csv.field_size_limit(MAX_CELL_CHARS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            separator = max(",;\t", key=first.count)
            table = csv.DictReader(file, delimiter=separator)
            columns = {(column or "").strip().lower(): column for column in table.fieldnames or ()}
            missing = [column for column in ("text", "label") if column not in columns]
            if missing:
                raise BadFile(
                    f"The first line must name the columns text and label; {' and '.join(missing)} is missing."
                )
            for row in table:
                cells = {name: (row[column] or "").strip() for name, column in columns.items() if name}
                yield _row(cells, line=table.line_num)
    except OSError as error:
        raise BadFile(f"The file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadFile("The file is not in UTF-8.") from None
    except csv.Error as error:
        raise BadFile(f"Line {table.line_num} is no CSV: {error}.") from None


def _row(cells: dict[str, str], *, line: int) -> Row:
    label = LABELS.get(cells["label"].lower())
    if label is None:
        raise BadFile(f"Line {line}: the label is “{cells['label'][:40]}”. Allowed: {', '.join(LABELS)}.")
    moment = None
    if cells.get("time"):
        try:
            moment = datetime.fromisoformat(cells["time"])
        except ValueError:
            raise BadFile(
                f"Line {line}: the time is “{cells['time'][:40]}”. It must look like 2026-11-23T14:05."
            ) from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Row(cells["text"], label, cells.get("name", ""), cells.get("website", ""), moment)


def rows_in_order(path: Path) -> tuple[int, Iterator[Row]]:
    """How many, and the rows by time. One without a time stays behind the row before it. A file that is in order is
    read twice and never kept whole."""
    moments: list[datetime] = []
    for row in read_rows(path):
        moments.append(row.time or (moments[-1] if moments else datetime.min.replace(tzinfo=UTC)))
    if not moments:
        raise BadFile("The file holds no rows.")
    if all(one <= other for one, other in pairwise(moments)):
        return len(moments), read_rows(path)
    rows = list(read_rows(path))
    return len(rows), (rows[at] for at in sorted(range(len(rows)), key=moments.__getitem__))


class Notebook:
    """What the tables hold for a living site (models.py), for the time of a trial."""

    def __init__(self) -> None:
        self.lessons: list[bayes.Lesson] = []
        self.seen: dict[str, Counts] = {}
        self.learnt = Counts(0, 0)
        self.threshold: float | None = None
        self.news = 0
        self.prints: dict[str, list[datetime]] = defaultdict(list)
        self.terms = list(BlockedTerm.objects.values_list("reads", "term"))

    def learn(self, row: Row) -> None:
        lesson = bayes.Lesson(row.is_spam, features(row.name, row.website, row.text))
        self.lessons.append(lesson)
        spam, good = int(row.is_spam), int(not row.is_spam)
        self.learnt = Counts(self.learnt.spam + spam, self.learnt.good + good)
        for word in lesson.words:
            known = self.seen.get(word, Counts(0, 0))
            self.seen[word] = Counts(known.spam + spam, known.good + good)
        self.news += 1

    def calibrate(self) -> None:
        self.threshold = bayes.choose_threshold(self.lessons[-2 * LESSONS_WEIGHED :])
        self.news = 0

    @property
    def is_news_enough(self) -> bool:
        return self.news >= max(ENOUGH_NEWS, sum(self.learnt) // NEWS_SHARE)

    def recall(self, row: Row, *, now: datetime) -> Memory:
        text = read(row.text)
        words = features(row.name, row.website, row.text)
        since = now - repeats.REMEMBERED
        times = {print_: sum(at > since for at in self.prints.get(print_, ())) for print_ in repeats.prints(row.text)}
        said, places = said_by(text, name=row.name), places_of(row.text, website=row.website, email="")
        blocked = next((term for reads, term in sorted(self.terms) if stands_in(reads, said, places)), "")
        seen = {word: self.seen[word] for word in words if word in self.seen}
        return Memory(words, seen, self.learnt, self.threshold, {p: n for p, n in times.items() if n}, blocked)

    def note_posted(self, row: Row, *, now: datetime) -> None:
        for print_ in repeats.prints(row.text):
            self.prints[print_].append(now)

    def strongest(self, most: int = 20) -> list[tuple[str, Counts]]:
        weights = {word: bayes.weight(seen, self.learnt) for word, seen in self.seen.items()}
        speaking = [word for word in weights if not word.startswith((MEASURE, STEM)) and word not in SMALL_WORDS]
        speaking.sort(key=lambda word: (-weights[word], -self.seen[word].spam, word))
        return [(word, self.seen[word]) for word in speaking[:most] if weights[word] > 0]


@dataclass
class Result:
    learnt: Counts
    threshold: float | None
    strongest: list[tuple[str, Counts]]
    spam: int = 0
    good: int = 0
    caught: int = 0
    wrongly_held: list[tuple[Row, list[str]]] = field(default_factory=list)
    missed: list[Row] = field(default_factory=list)
    caught_by: Counter[str] = field(default_factory=Counter)
    wrong_by: Counter[str] = field(default_factory=Counter)

    def note(self, row: Row, verdict: Verdict) -> None:
        rules = [reason.partition(":")[0] for reason in verdict.reasons]
        (self.caught_by if row.is_spam else self.wrong_by).update(rules)
        self.spam += row.is_spam
        self.good += not row.is_spam
        if row.is_spam and rules:
            self.caught += 1
        elif row.is_spam:
            self.missed.append(row)
        elif rules:
            self.wrongly_held.append((row, verdict.reasons))

    @property
    def precision(self) -> float:
        held = self.caught + len(self.wrongly_held)
        return self.caught / held if held else 1.0

    @property
    def recall(self) -> float:
        return self.caught / self.spam if self.spam else 1.0

    @property
    def wrong_share(self) -> float:
        return len(self.wrongly_held) / self.good if self.good else 0.0


def try_file(path: Path, *, learn_share: float, go_on: bool, language: str, without: Collection[str]) -> Result:
    """Learn from the first rows, judge the others. Raises BadFile."""
    total, rows = rows_in_order(path)
    to_learn = int(total * learn_share)
    notebook, result = Notebook(), None
    now = datetime(2000, 1, 1, tzinfo=UTC)
    off = {*NEEDS_MORE, *without}
    for number, row in enumerate(map(_as_posted, rows)):
        now = row.time or now + timedelta(seconds=1)
        if number >= to_learn:
            if result is None:
                notebook.calibrate()
                result = Result(notebook.learnt, notebook.threshold, notebook.strongest())
            submission = Submission(
                row.name, row.website, row.text, "after", language=language, memory=notebook.recall(row, now=now)
            )
            result.note(row, screen(submission, without=off))
        if number < to_learn or go_on:
            notebook.learn(row)
            if result and notebook.is_news_enough:
                notebook.calibrate()
        notebook.note_posted(row, now=now)
    if result is None:
        raise BadFile("Nothing is left to judge: learn from less than the whole file.")
    return result


def _as_posted(row: Row) -> Row:
    """As the form would store it; what the form would refuse is judged as it is."""
    text, name, website = row.text, row.name, row.website
    try:
        text = cleaning.clean_body(text, max_chars=MAX_BODY_CHARS)
    except cleaning.Refused:
        pass
    try:
        name = cleaning.clean_name(name)
    except cleaning.Refused:
        pass
    try:
        website = cleaning.clean_website(website)
    except cleaning.Refused:
        website = ""
    return row._replace(text=text, name=name, website=website)
