"""What readers report: a reaction, why, and what became of it. Whoever reports is a number to everybody but the editors."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forum.outbox.models import Address
from forum.reactions.models import Reaction

TARGET = timedelta(hours=24)  # PROMISES C4
MAX_EXPLANATION_CHARS = 2_000


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> "ReportQuerySet":
        return self.filter(status=Report.Status.OPEN)

    def urgent_first(self) -> "ReportQuerySet":
        """Threats, personal details and what may be against the law; then by the moment it should be decided."""
        return self.order_by("priority", "due_at", "pk")

    def overdue(self, now: datetime) -> "ReportQuerySet":
        return self.open().filter(due_at__lt=now)


class Report(models.Model):
    """The number that a reporter is told is the row's own."""

    class Reason(models.TextChoices):
        ATTACK = "attack", _("Personal attack or threat")
        HATE = "hate", _("Discrimination or hate")
        PERSONAL = "personal", _("It contains someone else’s details")
        SPAM = "spam", _("Advertising or spam")
        UNLAWFUL = "unlawful", _("I think this breaks the law")
        OTHER = "other", _("Something else")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DECIDED = "decided", _("decided")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("rejected")
        MOOT = "moot", _("withdrawn by its writer meanwhile")

    class Priority(models.IntegerChoices):
        FIRST = 0
        NORMAL = 1

    FIRST_REASONS = (Reason.ATTACK, Reason.PERSONAL, Reason.UNLAWFUL)

    reaction = models.ForeignKey(
        Reaction, verbose_name=_("reaction"), on_delete=models.PROTECT, related_name="reports", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)
    explanation = models.TextField(_("explanation"), blank=True)  # "" when it was long ago, see retention.py
    name = models.CharField(_("name"), max_length=60, blank=True)
    address = models.ForeignKey(
        Address,
        verbose_name=_("e-mail address"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
    )
    # The receipt went to the address, below the ceilings of P27; the decision goes there too.
    is_answered_by_mail = models.BooleanField(default=False, editable=False)
    client_key = models.CharField(max_length=43, blank=True, editable=False)  # keyed hash of the client's address
    is_notice = models.BooleanField(_("notice of illegal content"), default=False, editable=False)
    is_child_abuse = models.BooleanField(_("about sexual abuse of children"), default=False, editable=False)
    created_at = models.DateTimeField(_("reported at"))
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL, editable=False)
    due_at = models.DateTimeField(_("to be decided by"))
    status = models.CharField(_("state"), max_length=7, choices=Status, default=Status.OPEN, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", decided_at__isnull=True, outcome="")
                | Q(status="decided", decided_at__isnull=False) & ~Q(outcome=""),
                name="report_decided_as_a_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["reaction", "client_key"], name="report_of_reaction"),
            models.Index(fields=["priority", "due_at", "id"], name="report_queue", condition=Q(status="open")),
            models.Index(fields=["client_key", "created_at"], name="report_by_client"),
            models.Index(fields=["created_at"], name="report_age"),
            models.Index(fields=["decided_at"], name="report_decided", condition=Q(decided_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
