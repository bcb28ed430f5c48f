"""On what ground a reaction is refused or removed: a rule of the house, and where it applies an article of the law.

The lists are fixed, so that a ground can be counted and said in every language. Source of the articles, and what was not
checked: docs/law.md.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Ground(models.TextChoices):
    ATTACK = "attack", _("personal attack")
    HATE = "hate", _("discrimination or hate")
    DETAILS = "details", _("someone else’s details")
    OFF_TOPIC = "off topic", _("not about the article")
    ADVERTISING = "advertising", _("advertising")
    UNLAWFUL = "unlawful", _("possibly criminal")


# What the house rules say about each, in one sentence. The pages of the house say more.
RULES: dict[str, Promise] = {
    Ground.ATTACK: _("Talk about what somebody says, not about who he is. Attacks and threats are removed."),
    Ground.HATE: _("No discrimination and no hate because of origin, religion, sex, orientation, handicap or age."),
    Ground.DETAILS: _("No addresses, telephone numbers or other private details of other people."),
    Ground.OFF_TOPIC: _("A reaction is about the article or about what another reader said."),
    Ground.ADVERTISING: _("No advertising, and no text that only serves to lead readers elsewhere."),
    Ground.UNLAWFUL: _("What breaks the law does not stay."),
}


class Law(models.TextChoices):
    """Acts by their official Dutch name, in every language."""

    THREAT = "sr 285", _("threat (Wetboek van Strafrecht, article 285)")
    DOXING = "sr 285d", _("spreading personal details to frighten (Wetboek van Strafrecht, article 285d)")
    INCITEMENT = "sr 131", _("incitement to a crime or to violence (Wetboek van Strafrecht, article 131)")
    GROUP_INSULT = "sr 137c", _("insult of a group (Wetboek van Strafrecht, article 137c)")
    HATE = "sr 137d", _("incitement to hate or discrimination (Wetboek van Strafrecht, article 137d)")
    SLANDER = "sr 261", _("slander or libel (Wetboek van Strafrecht, articles 261 and 262)")
    INSULT = "sr 266", _("insult (Wetboek van Strafrecht, article 266)")
    PRIVACY = "gdpr 6", _("personal data without a legal basis (Regulation (EU) 2016/679, article 6)")
    COPYRIGHT = "aw 1", _("another’s work without permission (Auteurswet, article 1)")
    OTHER = "other", _("another provision, named in the explanation")
