"""A statement of reasons: what was decided about a reaction, on what ground, how, and what its writer can do.

Source of what it must hold: Regulation (EU) 2022/2065 (Digital Services Act), article 17(3).
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from forum.cleaning import website_host
from forum.moderation.actions.appealing import OPEN_FOR
from forum.moderation.models import TOOK_AWAY, Appeal, Decision, Exhibit, What
from forum.moderation.tokens import decision_of, statement_token
from forum.outbox.letterhead import link
from forum.reactions import identity
from forum.reactions.grounds import RULES, Ground, Law
from forum.reactions.models import Reaction
from forum.spam.screening import CERTAIN
from forum.text import reader_html, reader_text

BY_THEMSELVES = ("first_time", "all_are_read")  # everybody's reaction waits for these; no filter found anything


@dataclass(frozen=True)
class Statement:
    decision: Decision
    reaction: Reaction
    exhibit: Exhibit | None  # None: the words were erased
    appeal: Appeal | None
    later: Decision | None  # what was decided about the reaction since, the last of it
    taken_back: bool

    @property
    def what(self) -> str:
        match self.decision.what:
            case What.REFUSE:
                return gettext("We did not post your reaction.")
            case What.SPAM:
                return gettext("We did not post your reaction: we took it for bulk advertising.")
            case What.HIDE:
                return gettext("Your reaction is hidden until one of the editors has looked at it.")
        return gettext("We removed your reaction.")

    @property
    def ground(self) -> str:
        return str(Ground(self.decision.ground).label) if self.decision.ground else ""

    @property
    def rule(self) -> str:
        return str(RULES[self.decision.ground]) if self.decision.ground else ""

    @property
    def law(self) -> str:
        return str(Law(self.decision.law).label) if self.decision.law else ""

    @property
    def how(self) -> str:
        """How it came to be looked at, and whether a human being decided."""
        because = set(self.decision.because)
        if self.decision.is_automatic and CERTAIN in because:
            return gettext(
                "An automatic check refused it: it was sent by a machine, and advertising. Nobody has looked at it. "
                "Is that wrong, then one of the editors looks and decides."
            )
        if self.decision.is_automatic and "reported" not in because:
            return gettext(
                "A filter noticed it after it was posted or changed. It was hidden by itself, without anybody looking; "
                "one of the editors looks at it now and decides."
            )
        if self.decision.is_automatic:
            return gettext(
                "Several readers reported it. It was hidden by itself, without anybody looking; "
                "one of the editors looks at it now and decides."
            )
        if "reported" in because:
            return gettext("Readers reported it. An editor read it and decided. No automatic decision was taken.")
        if because - set(BY_THEMSELVES):
            return gettext("A filter held your reaction. An editor read it and decided.")
        return gettext("An editor read this and decided. No automatic decision was taken.")

    @property
    def note(self) -> str:
        return self.exhibit.note if self.exhibit else ""

    @property
    def words_html(self) -> str:
        return reader_html(self.exhibit.body) if self.exhibit else ""

    @property
    def words_text(self) -> str:
        return reader_text(self.exhibit.body) if self.exhibit else ""

    @property
    def nameplate(self) -> dict[str, object]:
        """As templates/reactions/_form_nameplate.html shows it."""
        if self.exhibit is None:
            return {}
        website = self.exhibit.website
        host = website_host(website) if website else ""
        return {"name": self.exhibit.name, "host": host, "words": self.words_html}

    @property
    def outcome(self) -> str:
        """What became of it since; "" while it stands."""
        if self.taken_back:
            return gettext("This decision was taken back. Your reaction waits for another one, or is up.")
        if self.reaction.status == Reaction.Status.WITHDRAWN:
            return gettext("You withdrew this reaction.")
        if self.reaction.status == Reaction.Status.PUBLISHED:
            return gettext("Your reaction is up (again).")
        return ""

    @property
    def appeal_until(self) -> datetime:
        return self.decision.made_at + OPEN_FOR

    def may_appeal(self, now: datetime) -> bool:
        return not self.outcome and self.appeal is None and self.decision.what in TOOK_AWAY and now <= self.appeal_until

    @property
    def address(self) -> str:
        """From SITE_URL, as mails need it; whoever has it is taken for the writer."""
        return link("statement", self.reaction.pk, statement_token(self.decision.nonce))


def statement_by_token(pk: int, token: str) -> Statement | None:
    """For who proves that he wrote reaction `pk`: with the link of our mail, of one decision, or with what his browser
    was given when it waited, and then of the last one. None: no proof, or there is nothing to state.
    """
    if (decision := decision_of(token)) is not None:
        return statement_of(decision) if decision.reaction_id == pk else None
    if identity.proven_id(token) != pk:
        return None
    return last_statement(pk)


def last_statement(pk: int) -> Statement | None:
    stated = Decision.objects.filter(reaction=pk).exclude(nonce="").select_related("reaction__article")
    decision = stated.order_by("-pk").first()
    return statement_of(decision) if decision else None


def statement_of(decision: Decision) -> Statement:
    later = list(Decision.objects.filter(reaction=decision.reaction_id, pk__gt=decision.pk).order_by("-pk")[:20])
    return Statement(
        decision=decision,
        reaction=decision.reaction,
        exhibit=Exhibit.objects.filter(pk=decision.pk).first(),
        appeal=Appeal.objects.filter(decision=decision).first(),
        later=later[0] if later else None,
        taken_back=any(one.what == What.UNDO and one.about_id == decision.pk for one in later),
    )
