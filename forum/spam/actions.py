"""What the filter and the rules write down: a text that was posted, a decision that was learnt or taken back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from forum.prepared import Added
from forum.spam import bayes, repeats
from forum.spam.features import features
from forum.spam.models import Filter, Lesson, SeenText, ServiceCheck, Token

ENOUGH_NEWS = 5  # lessons, or one in twenty, before the threshold is chosen anew
NEWS_SHARE = 20
LESSONS_WEIGHED = 2_000  # of each kind, the newest, for the threshold
MOST_LESSONS = 10_000  # older ones are forgotten, words and all
MOST_TOKENS = 200_000
BATCH = 500

_SEEN = Added(SeenText)


def note_posted(body: str, *, place: int, now: datetime) -> None:
    """Remember the prints of a text under an article, so that a repeat elsewhere is known."""
    for print_ in repeats.prints(body):
        _SEEN(SeenText(print=print_, place=place, seen_at=now))


def note_check(subject: int, *, now: datetime) -> None:
    """A service is to be asked about it, by the worker."""
    ServiceCheck.objects.bulk_create([ServiceCheck(subject=subject, due_at=now)], ignore_conflicts=True)


def is_decided(subject: int) -> bool:
    """Has a moderator published it, or called it spam?"""
    return Lesson.objects.filter(subject=subject).exists()


def learn(subject: int, *, name: str, website: str, body: str, as_spam: bool) -> None:
    """From a moderator's decision. The last decision about a subject counts, once."""
    words = features(name, website, body)
    with transaction.atomic():
        totals = _locked_totals()
        known = Lesson.objects.filter(subject=subject).first()
        if known and known.is_spam == as_spam and known.words == words:
            return
        if known:
            _count(known.words, as_spam=known.is_spam, by=-1, totals=totals)
            known.delete()
        Lesson.objects.create(subject=subject, is_spam=as_spam, words=words, learnt_at=timezone.now())
        _count(words, as_spam=as_spam, by=+1, totals=totals)


def unlearn(subject: int) -> None:
    """As if it had never been decided. Harmless when it was not."""
    if not Lesson.objects.filter(subject=subject).exists():
        return
    with transaction.atomic():
        totals = _locked_totals()
        for known in Lesson.objects.filter(subject=subject):
            _count(known.words, as_spam=known.is_spam, by=-1, totals=totals)
            known.delete()


def calibrate_due() -> int:
    """Choose the threshold when enough was learnt since the last time; 1 when it was chosen."""
    totals = Filter.objects.first()
    if totals is None or totals.news < max(ENOUGH_NEWS, (totals.spam + totals.good) // NEWS_SHARE):
        return 0
    calibrate()
    return 1


def calibrate() -> None:
    """Reads the lessons without a lock; what is learnt meanwhile is news for the next time."""
    totals = Filter.objects.first()
    if totals is None:
        return
    threshold = bayes.choose_threshold(_newest_lessons())
    with transaction.atomic():
        now = _locked_totals()
        now.threshold = threshold
        now.news -= min(now.news, totals.news)
        now.save(update_fields=["threshold", "news"])


def forget_old(now: datetime) -> int:
    """Prints that are too old to count, the oldest lessons and the rarest words above what is kept. May run twice."""
    gone, _ = SeenText.objects.filter(seen_at__lt=now - repeats.REMEMBERED).delete()
    while surplus := Lesson.objects.order_by("-learnt_at", "-pk").values_list("subject", flat=True)[MOST_LESSONS:][
        :BATCH
    ]:
        for subject in list(surplus):
            unlearn(subject)
            gone += 1
    return gone + _prune_words()


def _prune_words() -> int:
    """Words that were met once, the most of them from texts long forgotten. The lessons of those words are dropped too,
    so that nothing is ever counted below zero."""
    surplus = Token.objects.count() - MOST_TOKENS
    gone = 0
    while surplus > gone:
        oldest = list(Lesson.objects.order_by("learnt_at", "pk").values_list("subject", flat=True)[:BATCH])
        if not oldest:
            break
        before = Token.objects.count()
        for subject in oldest:
            unlearn(subject)
        gone += before - Token.objects.count()
    return gone


def _locked_totals() -> Filter:
    totals = Filter.objects.select_for_update().filter(pk=1).first()
    if totals is None:
        Filter.objects.bulk_create([Filter(pk=1)], ignore_conflicts=True)  # of two who learn first, one makes it
        totals = Filter.objects.select_for_update().get(pk=1)
    return totals


def _count(words: Sequence[str], *, as_spam: bool, by: int, totals: Filter) -> None:
    """Under the lock on the totals, so reading and writing back loses nobody's count."""
    known = Token.objects.in_bulk(words)
    for word in words:
        token = known.setdefault(word, Token(word=word))
        if as_spam:
            token.spam = max(0, token.spam + by)
        else:
            token.good = max(0, token.good + by)
    kept = [token for token in known.values() if token.spam or token.good]
    gone = [word for word, token in known.items() if not (token.spam or token.good)]
    Token.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["word"], update_fields=["spam", "good"], batch_size=BATCH
    )
    if gone:
        Token.objects.filter(word__in=gone).delete()
    if as_spam:
        totals.spam = max(0, totals.spam + by)
    else:
        totals.good = max(0, totals.good + by)
    totals.news += 1
    totals.save(update_fields=["spam", "good", "news"])


def _newest_lessons() -> list[bayes.Lesson]:
    """In the order in which they were learnt."""
    lessons: list[tuple[datetime, int, bool, list[str]]] = []
    for is_spam in (True, False):
        newest = Lesson.objects.filter(is_spam=is_spam).order_by("-learnt_at", "-pk")
        lessons += newest.values_list("learnt_at", "pk", "is_spam", "words")[:LESSONS_WEIGHED]
    lessons.sort(key=lambda row: row[:2])
    return [bayes.Lesson(is_spam, words) for _, _, is_spam, words in lessons]
