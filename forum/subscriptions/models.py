"""Who wants to hear what. A subscription is one address following one article; a consent is one time it was asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from forum.outbox.models import Address


class Scope(models.TextChoices):
    ARTICLE = "article", _("All new reactions to this article")
    REPLIES = "replies", _("Only answers to my reaction")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> "SubscriptionQuerySet":
        """Confirmed and not ended; mail may go there unless the address is suppressed."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def followed_with(self, one: "Subscription") -> "SubscriptionQuerySet":
        """Everything that the address of this subscription follows, newest first."""
        return self.active().filter(address=one.address_id).select_related("article").order_by("-pk")


class Subscription(models.Model):
    """`nonce` makes the token of this subscription's links (forum.subscriptions.tokens); only its SHA-256 is kept."""

    address = models.ForeignKey(
        Address, verbose_name=_("e-mail address"), on_delete=models.CASCADE, related_name="subscriptions"
    )
    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    scope = models.CharField(_("about"), max_length=7, choices=Scope, default=Scope.ARTICLE)
    nonce = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["address", "article"], name="subscription_once_per_article"),
        ]
        indexes = [
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


class Consent(models.Model):
    """One request to be told, from asking to ending; the proof of double opt-in (PROMISES C1). Never changed back."""

    subscription = models.ForeignKey(Subscription, on_delete=models.SET_NULL, null=True, related_name="consents")
    address = models.ForeignKey(
        Address, verbose_name=_("e-mail address"), on_delete=models.SET_NULL, null=True, related_name="consents"
    )
    address_hash = models.CharField(_("keyed hash of the address"), max_length=64, blank=True)  # set at the end
    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    scope = models.CharField(_("about"), max_length=7, choices=Scope)
    wording = models.CharField(_("version of the words"), max_length=20)  # those that were agreed to
    client_key = models.CharField(max_length=43, blank=True)  # keyed hash of who asked; emptied after 30 days
    nonce = models.CharField(max_length=32, blank=True, editable=False)  # makes the token of the link to confirm
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # of that token; null: none was mailed
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # link | one-click | all | manage | replaced | article gone
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
