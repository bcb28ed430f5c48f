"""The heart: a reaction. Numbers, path and paging are explained in docs/architecture.md, "How a thread is kept"."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Author, Byline
from forum.reactions.grounds import Ground
from forum.subscriptions.models import Subscription

FREE = timedelta(minutes=15)  # to change one's words unseen (PROMISES P16); after that it is a correction
MAX_PATH_LEVELS = 32  # a deeper reply hangs beside its parent; bounds the path to 128 bytes and the page's nesting


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def shown(self) -> "ReactionQuerySet":
        return self.filter(shown=True)

    def held(self) -> "ReactionQuerySet":
        return self.filter(status=Reaction.Status.HELD)

    def decided(self) -> "ReactionQuerySet":
        """Looked at and not to be read: refused, spam, removed, withdrawn."""
        return self.filter(~Q(status=Reaction.Status.PUBLISHED), ~Q(status=Reaction.Status.HELD))

    def refused_at_once(self) -> "ReactionQuerySet":
        """By an automatic check, and not in the log of decisions yet; oldest first."""
        return self.filter(status=Reaction.Status.SPAM, decided_at__isnull=True).order_by("pk")

    def questions(self) -> "ReactionQuerySet":
        """To the author, as far as everybody can read them."""
        return self.filter(is_question=True, status=Reaction.Status.PUBLISHED)

    def unannounced(self) -> "ReactionQuerySet":
        """Published, but the followers' mails are not all in the outbox yet; oldest first."""
        return self.filter(status=Reaction.Status.PUBLISHED, announced_at__isnull=True).order_by("pk")

    def recent(self) -> "ReactionQuerySet":
        """Published ones of public articles over the whole site, newest first.

        A subquery instead of a join: SQLite, which keeps no statistics, would begin at the articles and sort everything.
        """
        public = Article.objects.published().filter(pk=models.OuterRef("article"))
        return self.filter(models.Exists(public), shown=True, status=Reaction.Status.PUBLISHED).order_by("-pk")

    def answers_of(self, author: Author) -> "ReactionQuerySet":
        """What an author answered below his own articles, newest first; of more than 100 articles: the newest 100.

        Several authors share a thread, where the name tells who of them it was.
        """
        written = Article.objects.published().filter(bylines__author=author).newest_first()[:100]
        alone = models.Q(article__author=author) & ~models.Exists(
            Byline.objects.filter(article=models.OuterRef("article"), position__gt=0)
        )
        return (
            self.filter(by_author=True, shown=True, status=Reaction.Status.PUBLISHED)
            .filter(article__in=written.values("pk"))
            .filter(alone | models.Q(name=author.name))
            .order_by("-pk")
        )

    def newest_in(self, article: Article) -> "ReactionQuerySet":
        """Published ones of one article, the last published first."""
        published = self.filter(article=article, shown=True, status=Reaction.Status.PUBLISHED)
        return published.order_by("-published_at", "-pk")


class Proof(models.TextChoices):
    BROWSER = "browser", _("its browser had confirmed the address")
    MAIL = "mail", _("the mail that it caused was confirmed")
    SAID = "said", _("the owner of the address said so later")


class Reaction(models.Model):
    class Status(models.TextChoices):
        HELD = "held", _("waiting")
        PUBLISHED = "published", _("published")
        REFUSED = "refused", _("refused")
        REMOVED = "removed", _("removed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SPAM = "spam", _("spam")

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="reactions", db_index=False
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", db_index=False
    )
    # Given when first published, under a lock on the article's Discussion; never changed afterwards.
    thread_no = models.PositiveIntegerField(null=True, editable=False)
    reply_no = models.PositiveIntegerField(null=True, editable=False)
    path = models.BinaryField(max_length=4 * MAX_PATH_LEVELS, null=True, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    # On openings only: what is below them.
    replies = models.PositiveIntegerField(default=0, editable=False)
    last_reply_no = models.PositiveIntegerField(default=0, editable=False)
    heated_until = models.DateTimeField(null=True, editable=False)  # who answers below it pauses between two; pauses.py

    name = models.CharField(_("name"), max_length=60)
    website = models.CharField(_("website"), max_length=260, blank=True)  # normalised: 200 typed, longer in IDNA
    body = models.TextField(_("reaction"))
    language = models.CharField(max_length=2)
    by_author = models.BooleanField(_("by the article's author"), default=False, editable=False)
    by_editors = models.BooleanField(_("by the editors"), default=False, editable=False)
    # Its writer asks the author something; `answered_by` is the first of the published reactions that `answers` it.
    is_question = models.BooleanField(_("question to the author"), default=False, editable=False)
    answered_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    # Of what an author says below a question: the nearest one above it. Given with the numbers; never changes.
    answers = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    status = models.CharField(_("state"), max_length=9, choices=Status.choices, default=Status.HELD, editable=False)
    held_because = models.JSONField(_("why it waits"), default=list, blank=True, editable=False)
    decision_reason = models.CharField(_("reason given"), max_length=200, blank=True)
    # Of the decision that took it away, for its readers; forum.moderation has all decisions. Null: nobody decided so.
    decision_ground = models.CharField(_("ground"), max_length=20, null=True, blank=True, choices=Ground.choices)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    # Published, or a tombstone that still carries a shown reply. What is shown is what stands on a page.
    shown = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("posted at"))
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)  # the last change of its words, free or not
    # The last change that readers are told of: later than a quarter of an hour, or after an answer.
    corrected_at = models.DateTimeField(null=True, editable=False)
    hidden_at = models.DateTimeField(null=True, editable=False)  # held again after it was published, the last time
    announced_at = models.DateTimeField(null=True, editable=False)

    html = models.TextField(default="", editable=False)  # the finished part of the page, in the article's language
    html_version = models.PositiveSmallIntegerField(default=0, editable=False)

    subscription = models.ForeignKey(
        Subscription, on_delete=models.SET_NULL, null=True, blank=True, related_name="reactions", editable=False
    )
    reader_key = models.CharField(max_length=43, blank=True, editable=False)  # keyed hash of the reader's address
    # How we know that the owner of that address wrote it; see owning.py. Empty: an address was typed, by anybody.
    proof = models.CharField(max_length=7, choices=Proof, blank=True, default="", db_default="", editable=False)
    # Posted by who has claimed this name; the page says so.
    name_confirmed = models.BooleanField(default=False, db_default=False, editable=False)
    client_key = models.CharField(max_length=43, blank=True, editable=False)  # keyed hash of the client's address
    form_key = models.CharField(max_length=64, null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=43, editable=False)  # of article, parent, name and text

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["article", "thread_no", "reply_no"], name="reaction_number_once"),
            models.CheckConstraint(
                condition=Q(thread_no__isnull=True, reply_no__isnull=True, path__isnull=True)
                | Q(thread_no__isnull=False, reply_no__isnull=False, path__isnull=False),
                name="reaction_numbered_together",
            ),
            models.CheckConstraint(
                condition=Q(shown=False) | Q(thread_no__isnull=False), name="reaction_shown_is_numbered"
            ),
            models.CheckConstraint(
                condition=Q(reply_no__isnull=True)
                | Q(reply_no=0, parent__isnull=True)
                | Q(reply_no__gt=0, parent__isnull=False),
                name="reaction_opening_has_no_parent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["article", "thread_no"],
                name="reaction_openings",
                condition=Q(parent__isnull=True, shown=True),
            ),
            models.Index(
                fields=["article", "thread_no", "path"],
                name="reaction_conversation",
                condition=Q(parent__isnull=False, shown=True),
            ),
            models.Index(fields=["parent", "shown"], name="reaction_children", condition=Q(parent__isnull=False)),
            models.Index(fields=["id"], name="reaction_queue", condition=Q(status="held")),
            models.Index(fields=["-id"], name="reaction_recent", condition=Q(shown=True)),
            models.Index(
                fields=["article", "-published_at", "-id"],
                name="reaction_newest_in_article",
                condition=Q(shown=True),
            ),
            models.Index(
                fields=["id"],
                name="reaction_unannounced",
                condition=Q(announced_at__isnull=True, status="published"),
            ),
            models.Index(
                fields=["id"],
                name="reaction_refused_at_once",
                condition=Q(status="spam", decided_at__isnull=True),
            ),
            # Of what has no moment yet nothing: only who asks by moment finds it, no other plan is tempted.
            models.Index(
                fields=["article", "-published_at"], name="reaction_days", condition=Q(published_at__isnull=False)
            ),
            models.Index(
                fields=["article", "status"],
                name="reaction_decided",
                condition=~Q(status="published") & ~Q(status="held"),
            ),
            models.Index(fields=["reader_key", "-id"], name="reaction_by_reader", condition=~Q(reader_key="")),
            models.Index(fields=["name", "-id"], name="reaction_by_name"),
            models.Index(fields=["website", "-id"], name="reaction_by_website", condition=~Q(website="")),
            models.Index(fields=["created_at"], name="reaction_client_kept", condition=~Q(client_key="")),
            models.Index(fields=["client_key", "-created_at"], name="reaction_by_client", condition=~Q(client_key="")),
            models.Index(fields=["fingerprint", "-id"], name="reaction_same_words"),
            models.Index(
                fields=["article", "-id"], name="reaction_by_author", condition=Q(by_author=True, status="published")
            ),
            models.Index(
                fields=["id"],
                name="reaction_open_questions",
                condition=Q(is_question=True, status="published", answered_by__isnull=True),
            ),
            models.Index(fields=["article", "id"], name="reaction_questions", condition=Q(is_question=True)),
            models.Index(fields=["answered_by"], name="reaction_answers", condition=Q(answered_by__isnull=False)),
            models.Index(
                fields=["answers", "reply_no"], name="reaction_answers_of", condition=Q(answers__isnull=False)
            ),
            models.Index(fields=["html_version"], name="reaction_old_part", condition=Q(thread_no__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"reaction {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reaction", args=[self.pk])

    @property
    def is_held_again(self) -> bool:
        """Was published, and waits until somebody has looked at it."""
        return self.status == Reaction.Status.HELD and self.thread_no is not None

    @property
    def is_hidden_by_readers(self) -> bool:
        """Nobody has looked at it yet: reports in numbers did it (forum.reports)."""
        return self.is_held_again and any(reason.startswith("reported") for reason in self.held_because)

    @property
    def numbers_above(self) -> list[int]:
        """The reply numbers of all that it stands under, the opening's first; its path lists them."""
        path = bytes(self.path or b"")
        return [0, *(int.from_bytes(path[at : at + 4], "big") for at in range(0, len(path) - 4, 4))]


class Edition(models.Model):
    """What a reaction said before it was changed; kept for moderators."""

    reaction = models.ForeignKey(Reaction, on_delete=models.CASCADE, related_name="editions")
    website = models.CharField(_("website"), max_length=260, blank=True)
    body = models.TextField(_("reaction"))
    until = models.DateTimeField(_("until"))

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"edition {self.pk}"


class Claim(models.Model):
    """A name that only its owner signs with. `skeleton` is the same for all names that look alike; `owner` is the keyed
    hash of the address, the reader_key of his reactions. Once released, everybody may use it, but nobody else may claim
    it: the marks that it gave must not seem to be another's.
    """

    name = models.CharField(_("name"), max_length=60)
    skeleton = models.CharField(max_length=240, unique=True, editable=False)
    owner = models.CharField(max_length=43, db_index=True, editable=False)
    claimed_at = models.DateTimeField(_("claimed at"))
    released_at = models.DateTimeField(_("released at"), null=True)

    class Meta:
        verbose_name = _("claimed name")
        verbose_name_plural = _("claimed names")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"claim {self.pk}"
