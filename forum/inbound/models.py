"""What came in by mail, and what became of it. Neither an address nor a word of what was written is kept here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.reactions.models import Reaction


class InboundMail(models.Model):
    """One mail to one of our addresses, handled once. `key` is a keyed hash of its Message-ID and of the address."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("answer by mail")
        BOUNCE = "bounce", _("mail that came back")
        COMPLAINT = "complaint", _("complaint")
        OTHER = "other", _("other mail")

    class Outcome(models.TextChoices):
        POSTED = "posted", _("published")
        HELD = "held", _("waits for the editors")
        COUNTED = "counted", _("counted")
        IGNORED = "ignored", _("ignored")
        REFUSED = "refused", _("could not be posted")
        UNCLEAR = "unclear", _("not understood")

    key = models.CharField(max_length=43, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    outcome = models.CharField(_("what became of it"), max_length=7, choices=Outcome.choices)
    reason = models.CharField(_("reason"), max_length=40, blank=True)  # a word of forum.inbound.reasons, or a status
    received_at = models.DateTimeField(_("came in at"))
    reaction = models.ForeignKey(  # what it became
        Reaction, on_delete=models.SET_NULL, null=True, related_name="+", editable=False, db_index=False
    )
    answered = models.ForeignKey(  # what it answered
        Reaction, on_delete=models.SET_NULL, null=True, related_name="+", editable=False, db_index=False
    )

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mails")
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="inbound_newest"),
            models.Index(fields=["reaction"], name="inbound_became", condition=models.Q(reaction__isnull=False)),
            models.Index(fields=["answered"], name="inbound_answered", condition=models.Q(answered__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def needs_eyes(self) -> bool:
        """A person may want to read it; in a mailbox it is laid aside for that."""
        return self.outcome in (self.Outcome.REFUSED, self.Outcome.UNCLEAR)


class LastLook(models.Model):
    """The one row that says when the mailbox was last read, and what was the matter if it could not be."""

    looked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=100, blank=True)
    trouble_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "last look"

    @property
    def is_in_trouble(self) -> bool:
        """The last time that it was tried, it could not be read."""
        return self.trouble_at is not None and (self.looked_at is None or self.looked_at < self.trouble_at)
