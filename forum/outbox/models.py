"""Mail that is never lost: a row per mail and per receiver, written in the transaction of what caused it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

FINAL = ("sent", "failed", "suppressed", "cancelled")  # states in which nothing more happens by itself


class Address(models.Model):
    """The only place where a reader's e-mail address is kept (PROMISES P17). `key` is what addresses are compared by."""

    email = models.CharField(_("e-mail address"), max_length=254)  # as typed
    key = models.CharField(max_length=254, unique=True, editable=False)  # lower-cased, domain in IDNA
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(_("first confirmed at"), null=True, blank=True, editable=False)
    suppressed_at = models.DateTimeField(_("no mail since"), null=True, blank=True)
    suppressed_because = models.CharField(_("reason for no mail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")
        indexes = [
            models.Index(
                fields=["suppressed_at", "id"],
                name="address_suppressed",
                condition=models.Q(suppressed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"address {self.pk}"  # never the address: this text ends up in logs


class Digest(models.TextChoices):
    """Mail that waits for its moment and then goes as one (forum.outbox.queue)."""

    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def of_subscription(self, subscription_id: int) -> "OutgoingMailQuerySet":
        """Not those in which the same number means something else, as an author or a report."""
        return self.filter(
            subscription_id=subscription_id, kind__in=[OutgoingMail.Kind.CONFIRMATION, *OutgoingMail.NEWS]
        )

    def news(self) -> "OutgoingMailQuerySet":
        return self.filter(kind__in=OutgoingMail.NEWS)

    def unclaimed(self) -> "OutgoingMailQuerySet":
        """Queued, and in no mail that was tried before."""
        return self.filter(status=OutgoingMail.Status.QUEUED, attempts=0, lead=None)


class OutgoingMail(models.Model):
    """One thing to tell one receiver. Rows of one subscription that wait together become one mail: `lead` carries it.

    `subscription_id` and `event_id` are plain numbers because the outbox lies below the apps that know what they mean:
    kind "reaction": a forum.subscriptions Subscription and a forum.reactions Reaction;
    kind "article": a forum.subscriptions Subscription and an articles Article;
    kind "confirmation": a forum.subscriptions Subscription and Consent;
    kind "question": an articles Author, who is asked, and a forum.reactions Reaction;
    kinds "report" and "report decided": a forum.reports Report and a forum.reactions Reaction;
    kind "posted": a forum.reactions Reaction, twice;
    kinds "decision" and "appeal": a forum.reactions Reaction and a forum.moderation Decision or Appeal;
    kind "waiting": one of the staff and the number of the mail to him.
    kind "mine": nothing (0), and a forum.mine Link.
    """

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", _("request to confirm")
        REACTION = "reaction", _("news of a reaction")
        QUESTION = "question", _("question to an author")
        ARTICLE = "article", _("new article")
        DIGEST = "digest", _("digest")
        POSTED = "posted", _("posted after waiting")
        DECISION = "decision", _("decision on a reaction")
        APPEAL = "appeal", _("decision on an appeal")
        REPORT = "report", _("receipt of a report")
        REPORT_DECIDED = "report decided", _("decision on a report")
        WAITING = "waiting", _("work for a moderator")
        MINE = "mine", _("link to a reader’s own page")

    NEWS = (Kind.REACTION, Kind.ARTICLE)  # what followers get, in bundles and digests

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SUPPRESSED = "suppressed", _("suppressed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="mails", db_index=False)
    subscription_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField()
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"))
    digest = models.CharField(_("digest"), max_length=6, choices=Digest, blank=True, default="", db_default="")
    lease_until = models.DateTimeField(null=True)  # by the database's clock; set while a worker holds the row
    lead = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="bundled", db_index=False)
    message_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subscription_id", "event_id"], name="mail_once_per_event"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="mail_due", condition=models.Q(status="queued", lead=None)),
            models.Index(
                fields=["lease_until", "id"], name="mail_in_flight", condition=models.Q(status="sending", lead=None)
            ),
            # Not the usual index of a foreign key: nearly every row has no lead, and the planners fall for that.
            models.Index(fields=["lead"], name="mail_bundled", condition=models.Q(lead__isnull=False)),
            models.Index(fields=["subscription_id", "-sent_at"], name="mail_recent_of_subscription"),
            models.Index(fields=["address", "-sent_at"], name="mail_recent_of_address"),
            models.Index(fields=["address", "created_at", "id"], name="mail_of_address"),
            models.Index(fields=["event_id"], name="mail_of_event", condition=models.Q(status="queued")),
            # For the delivery screen and for clearing away. One for each state, because an index that begins with the
            # state would draw the planner of SQLite away from `mail_due`.
            *(
                models.Index(fields=["created_at", "id"], name=f"mail_{state}", condition=models.Q(status=state))
                for state in FINAL
            ),
            *(
                models.Index(
                    fields=["kind", "created_at", "id"], name=f"mail_{state}_by_kind", condition=models.Q(status=state)
                )
                for state in FINAL
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Bounce(models.Model):
    """One time that a mail came back, was refused for good, or was called spam; kept for 30 days (PROMISES section B).

    Nothing of what came back is kept but its status. `points` is what it counts for, 0 when it does not.
    """

    class Kind(models.TextChoices):
        BOUNCE = "bounce", _("came back")
        COMPLAINT = "complaint", _("complaint")

    class Source(models.TextChoices):
        SMTP = "smtp", _("answer of the mail server")
        DSN = "dsn", _("mail that came back")
        WEBHOOK = "webhook", _("message of the mail service")
        COMPLAINT = "complaint", _("report of a complaint")

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="bounces", db_index=False)
    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="bounces", db_index=False)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    source = models.CharField(_("heard by"), max_length=9, choices=Source.choices)
    status = models.CharField(_("status"), max_length=11, blank=True)  # as in RFC 3463: 5.1.1; empty: none was given
    points = models.FloatField(_("points"))  # halves, so exact
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        constraints = [
            # The same news twice, as when a mail service asks again because our answer was lost, is one.
            models.UniqueConstraint(fields=["mail", "kind", "source", "status"], name="bounce_once"),
        ]
        indexes = [
            models.Index(fields=["address", "at"], name="bounce_of_address"),
            models.Index(fields=["at"], name="bounce_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
