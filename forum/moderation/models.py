"""What was decided about reactions, by whom and on what ground; what was objected; what a moderator wants of the desk.

Decisions are a log: rows are added, never changed and never deleted. Triggers in the database see to it (log_triggers.py).
What in a decision may have to be erased one day, the words of the reader and of the moderator, stands in an Exhibit.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.reactions.grounds import Ground, Law
from forum.reactions.models import Reaction


class What(models.TextChoices):
    PUBLISH = "publish", _("published")
    REFUSE = "refuse", _("refused")
    SPAM = "spam", _("called spam")
    REMOVE = "remove", _("removed")
    RESTORE = "restore", _("put back")
    KEEP = "keep", _("left as it is")
    HIDE = "hide", _("hidden by itself")
    UNDO = "undo", _("decision taken back")
    UPHOLD = "uphold", _("objection upheld")
    REJECT = "reject", _("objection rejected")


TOOK_AWAY = (What.REFUSE, What.SPAM, What.REMOVE)  # what its writer may object to
STATED = (*TOOK_AWAY, What.HIDE)  # what gets a statement of reasons
DECIDED_AGAIN = (What.UPHOLD, What.REJECT)


class Decision(models.Model):
    """One decision. Never changed, never deleted: what takes it back is another one.

    `nonce` makes the token of the link to its statement, of which `token_hash` is the SHA-256; "" and null when there is
    no statement. `seal` is a keyed hash of the words as they stood; the key is in the exhibit, so that without the
    exhibit it says nothing about anybody.
    """

    reaction = models.ForeignKey(
        Reaction, verbose_name=_("reaction"), on_delete=models.PROTECT, related_name="decisions", db_index=False
    )
    what = models.CharField(_("what"), max_length=8, choices=What)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices, blank=True)
    law = models.CharField(_("law"), max_length=8, choices=Law.choices, blank=True)
    because = models.JSONField(
        _("why it was looked at"), default=list, blank=True
    )  # names of rules, no words of readers
    by = models.ForeignKey(  # null: it happened by itself
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    before = models.CharField(_("state before"), max_length=9)
    after = models.CharField(_("state after"), max_length=9)
    about = models.ForeignKey(  # the decision that was taken back, or objected to
        "self", on_delete=models.PROTECT, null=True, related_name="later"
    )
    waited = models.DurationField(_("waited"), null=True)  # since it was posted, or first reported; for the counts
    made_at = models.DateTimeField(_("when"))
    seal = models.CharField(max_length=64, blank=True)
    nonce = models.CharField(max_length=32, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(fields=["reaction", "-id"], name="decision_of_reaction"),
            models.Index(fields=["what", "-id"], name="decision_by_what"),
            models.Index(fields=["ground", "-id"], name="decision_by_ground", condition=~Q(ground="")),
            models.Index(fields=["by", "-id"], name="decision_by_whom"),
            models.Index(fields=["made_at"], name="decision_in_year"),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"

    @property
    def is_automatic(self) -> bool:
        return self.by_id is None

    @property
    def rule(self) -> str | Promise:
        return Ground(self.ground).label if self.ground else ""


class Exhibit(models.Model):
    """The words that a decision was about, and those that went with it. May be erased (PROMISES C3); never changed."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="exhibit")
    name = models.CharField(_("name"), max_length=60)
    website = models.CharField(_("website"), max_length=260, blank=True)
    body = models.TextField(_("reaction"))
    reasons = models.JSONField(_("why it was looked at"), default=list)  # as forum.spam.reasons.in_words reads them
    note = models.TextField(_("explanation"), blank=True)
    key = models.CharField(max_length=43)  # of the decision's seal
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="exhibit_age")]

    def __str__(self) -> str:
        return f"exhibit {self.pk}"


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> "AppealQuerySet":
        return self.filter(state=Appeal.State.OPEN)


class Appeal(models.Model):
    """The writer of a reaction objects to a decision; once for each."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("rejected")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    body = models.TextField(_("objection"), blank=True)  # blank once it was erased
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField(_("made at"))
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(_("handled at"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    same_hand = models.BooleanField(default=False)  # nobody else works here, so who decided first judged again
    outcome = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        indexes = [
            models.Index(fields=["id"], name="appeal_open", condition=Q(state="open")),
            models.Index(fields=["made_at"], name="appeal_in_year"),
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"


class Moderator(models.Model):
    """What one of the staff wants of the desk, and up to where the mail told what waits."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="moderator"
    )
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    mail_waiting = models.BooleanField(_("mail when something waits"), null=True)  # null: who has the role moderator
    # The outbox knows a mail by the user and `mails`, the number of this mail.
    mails = models.PositiveIntegerField(default=0, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)
    told_reaction = models.PositiveBigIntegerField(default=0, editable=False)
    told_report = models.PositiveBigIntegerField(default=0, editable=False)
    told_appeal = models.PositiveBigIntegerField(default=0, editable=False)
    first_untold = models.PositiveBigIntegerField(
        default=0, editable=False
    )  # the reaction that the last mail begins with

    class Meta:
        verbose_name = _("moderator")
        verbose_name_plural = _("moderators")

    def __str__(self) -> str:
        return f"moderator {self.pk}"
