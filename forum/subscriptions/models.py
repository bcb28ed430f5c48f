"""Who wants to hear what. A subscription is one address following one article, author or section; a consent is one time
it was asked.
"""

from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Author, Section
from forum.outbox.models import Address, Digest

Subject = Article | Author | Section
Column = Literal["article", "author", "section"]


class Scope(models.TextChoices):
    """What somebody who follows an article hears of it."""

    ARTICLE = "article", _("All new reactions to this article")
    REPLIES = "replies", _("Only answers to my reaction")


NEW_ARTICLES = "new"  # the scope of whoever follows an author or a section: there is nothing to choose
SCOPES = [*Scope.choices, (NEW_ARTICLES, _("New articles"))]


class Frequency(models.TextChoices):
    AT_ONCE = "at once", _("At once")
    DAILY = Digest.DAILY.value, _("Once a day")
    WEEKLY = Digest.WEEKLY.value, _("Once a week")
    PAUSED = "paused", _("Not for now")


DIGESTS = (Frequency.DAILY, Frequency.WEEKLY)


def column_of(subject: Subject) -> Column:
    """The name of the column in which a row refers to it."""
    if isinstance(subject, Article):
        return "article"
    return "author" if isinstance(subject, Author) else "section"


class HasSubject(models.Model):
    """One of three. A table with a foreign key for each, so that what is deleted takes its followers along."""

    class Meta:
        abstract = True

    article: models.ForeignKey[Article | None, Article | None]
    author: models.ForeignKey[Author | None, Author | None]
    section: models.ForeignKey[Section | None, Section | None]

    @property
    def subject(self) -> Subject | None:
        """None in a consent whose subject is gone."""
        return self.article or self.author or self.section

    @property
    def column(self) -> Column | None:
        return column_of(self.subject) if self.subject else None

    @property
    def title(self) -> str:
        """The headline, or the name of the author or the section; ours, never a reader's."""
        return str(self.subject or "")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> "SubscriptionQuerySet":
        """Confirmed and not ended; mail may go there unless the address is suppressed."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def followed_with(self, one: "Subscription") -> "SubscriptionQuerySet":
        """Everything that the address of this subscription follows, newest first."""
        return self.active().filter(address=one.address_id).with_subject().order_by("-pk")

    def end_of_batch(self, column: Column, number: int, *, after: int, size: int) -> int | None:
        """The id at which a batch of followers of this subject ends, above `after`; None when there are no more."""
        followers = self.active().filter(**{column: number}, pk__gt=after).order_by("pk")
        full = followers.values_list("pk", flat=True)[size - 1 : size].first()
        return full if full is not None else followers.order_by("-pk").values_list("pk", flat=True).first()

    def with_subject(self) -> "SubscriptionQuerySet":
        return self.select_related("article", "author", "section")


class Subscription(HasSubject):
    """`nonce` makes the tokens of this subscription's links (forum.subscriptions.tokens); only their SHA-256 is kept.

    `frequency` is its reader's choice at any moment and no part of what was agreed to, so the consents do not hold it.
    """

    address = models.ForeignKey(
        Address, verbose_name=_("e-mail address"), on_delete=models.CASCADE, related_name="subscriptions"
    )
    article = models.ForeignKey(
        Article,
        verbose_name=_("article"),
        on_delete=models.CASCADE,
        null=True,
        related_name="subscriptions",
        db_index=False,
    )
    author = models.ForeignKey(
        Author, verbose_name=_("author"), on_delete=models.CASCADE, null=True, related_name="followers", db_index=False
    )
    section = models.ForeignKey(
        Section,
        verbose_name=_("section"),
        on_delete=models.CASCADE,
        null=True,
        related_name="followers",
        db_index=False,
    )
    scope = models.CharField(_("about"), max_length=7, choices=SCOPES, default=Scope.ARTICLE)
    frequency = models.CharField(
        _("how often"),
        max_length=7,
        choices=Frequency,
        default=Frequency.AT_ONCE,
        db_default=Frequency.AT_ONCE.value,
    )
    nonce = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # Of the link that stops all digests of this address; null until there is a digest that may carry it.
    digest_token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["address", "article"], name="subscription_once_per_article"),
            *(
                models.UniqueConstraint(
                    fields=["address", one],
                    name=f"subscription_once_per_{one}",
                    condition=models.Q(**{f"{one}__isnull": False}),
                )
                for one in ("author", "section")
            ),
            models.CheckConstraint(
                name="subscription_of_one_subject",
                condition=models.Q(article__isnull=False, author=None, section=None, scope__in=Scope.values)
                | models.Q(article=None, author__isnull=False, section=None, scope=NEW_ARTICLES)
                | models.Q(article=None, author=None, section__isnull=False, scope=NEW_ARTICLES),
            ),
        ]
        indexes = [
            *(
                models.Index(
                    fields=[one, "id"], name=f"{one}_followers", condition=models.Q(**{f"{one}__isnull": False})
                )
                for one in ("author", "section")
            ),
            models.Index(
                fields=["article", "id"],
                name="subscription_followers",
                condition=models.Q(confirmed_at__isnull=False, ended_at__isnull=True),
            ),
            models.Index(
                fields=["created_at"], name="subscription_unconfirmed", condition=models.Q(confirmed_at__isnull=True)
            ),
            models.Index(fields=["ended_at"], name="subscription_ended", condition=models.Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class Consent(HasSubject):
    """One request to be told, from asking to ending; the proof of double opt-in (PROMISES C1). Never changed back."""

    subscription = models.ForeignKey(Subscription, on_delete=models.SET_NULL, null=True, related_name="consents")
    address = models.ForeignKey(
        Address, verbose_name=_("e-mail address"), on_delete=models.SET_NULL, null=True, related_name="consents"
    )
    address_hash = models.CharField(_("keyed hash of the address"), max_length=64, blank=True)  # set at the end
    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    author = models.ForeignKey(
        Author, verbose_name=_("author"), on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    scope = models.CharField(_("about"), max_length=7, choices=SCOPES)
    wording = models.CharField(_("version of the words"), max_length=20)  # those that were agreed to
    client_key = models.CharField(max_length=43, blank=True)  # keyed hash of who asked; emptied after 30 days
    nonce = models.CharField(max_length=32, blank=True, editable=False)  # makes the token of the link to confirm
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # of that token; null: none was mailed
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # link | one-click | all | manage | digests | replaced | article gone | subject gone
    ended_how = models.CharField(_("how it ended"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(fields=["address", "-asked_at"], name="consent_of_address"),
            models.Index(fields=["client_key", "-asked_at"], name="consent_of_client"),
            models.Index(fields=["-asked_at"], name="consent_recent"),
            models.Index(
                fields=["asked_at"], name="consent_unconfirmed", condition=models.Q(confirmed_at__isnull=True)
            ),
            models.Index(fields=["asked_at"], name="consent_with_client", condition=~models.Q(client_key="")),
            models.Index(fields=["ended_at"], name="consent_ended", condition=models.Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
