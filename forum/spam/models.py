"""What the filter remembers. Nothing here says who wrote what: a lesson knows its reaction by number only."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.spam.reading import fold, host_of, read, skeleton

MAX_WORD_CHARS = 64


class Token(models.Model):
    """How often a word (or pair, host, measure: see features.py) stood in what moderators called spam, and in what not."""

    word = models.CharField(max_length=MAX_WORD_CHARS, primary_key=True)
    spam = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(spam__gt=0) | models.Q(good__gt=0), name="spam_token_is_seen")
        ]

    def __str__(self) -> str:
        return f"token {self.spam}/{self.good}"


class Lesson(models.Model):
    """One decision that was learnt: enough to unlearn it exactly, whatever has become of the text or of our word-cutting."""

    subject = models.PositiveBigIntegerField(unique=True)  # the reaction's number; the rooms above know what it is
    is_spam = models.BooleanField()
    words = models.JSONField(default=list)
    learnt_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["learnt_at"], name="spam_lesson_age")]

    def __str__(self) -> str:
        return f"lesson {self.subject}"


class Filter(models.Model):
    """The one row of totals. Who learns holds its lock, so two moderators count one after the other."""

    spam = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    threshold = models.FloatField(null=True)  # None: the filter is silent
    news = models.PositiveIntegerField(default=0)  # lessons learnt and unlearnt since the threshold was chosen

    def __str__(self) -> str:
        return f"filter {self.spam}/{self.good}"


class SeenText(models.Model):
    """The prints of texts posted lately (see repeats.py). No text and no name can be read back from them."""

    print = models.CharField(max_length=24)
    place = models.PositiveBigIntegerField()  # the article's number; the rooms above know what it is
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["print", "place", "seen_at"], name="spam_seen_print"),
            models.Index(fields=["seen_at"], name="spam_seen_age"),
        ]

    def __str__(self) -> str:
        return f"print {self.pk}"


class ServiceCheck(models.Model):
    """A text about which a service is still to be asked (akismet.py), and when next. Gone when it answered, or never will."""

    subject = models.PositiveBigIntegerField(unique=True)  # the reaction's number; the rooms above know what it is
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="spam_check_due")]

    def __str__(self) -> str:
        return f"check {self.pk}"


class BlockedTerm(models.Model):
    """A word, some words in a row, or a domain with all below it, that moderators want to see before it is published."""

    term = models.CharField(_("word, words or domain"), max_length=80, unique=True)
    note = models.CharField(_("why"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)
    # The term as it is compared, and the first word of it, by which it is found: derived, see `prepare`.
    reads = models.CharField(max_length=120, editable=False)
    key = models.CharField(max_length=80, editable=False, db_index=True)

    class Meta:
        verbose_name = _("blocked term")
        verbose_name_plural = _("blocked terms")
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term

    def clean(self) -> None:
        self.prepare()
        if not self.key:
            raise ValidationError({"term": _("A term needs at least two letters or digits")})

    def prepare(self) -> None:
        """Fill what the term is compared by."""
        term = " ".join(self.term.split())
        host = host_of(term)
        self.term = term
        if "." in host and " " not in term and not host.replace(".", "").isdigit() and len(host.split(".")[-1]) > 1:
            self.key = self.reads = host
            return
        words = read_words(term)
        self.reads = " ".join(words)[:120]
        self.key = words[0][:80] if len(self.reads) > 1 else ""


def read_words(term: str) -> list[str]:
    return [skeleton(word) for word in read(term).words] or [skeleton(fold(word)[0]) for word in term.split()]
