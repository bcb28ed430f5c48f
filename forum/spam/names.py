"""Names that nobody may borrow: of authors and staff, of the site, and of those who speak for it."""

import re
from collections.abc import Iterable
from functools import cache

from django.conf import settings

from forum.cleaning import name_skeleton

_BETWEEN = re.compile(r"[\s()\[\]{}<>,;:/\\\"'’“”„«»·•–—~*#=+_-]+")  # no sign that may stand for a letter
_MOST_WORDS = 30
_OFFICES = (
    *("redactie", "redaktie", "redacteur", "eindredactie", "eindredacteur", "hoofdredactie", "hoofdredacteur"),
    *("moderator", "moderators", "moderatie", "beheerder", "sitebeheer", "webmaster", "admin", "admins"),
    *("administrator", "editor", "editors", "editorial", "staff", "support"),
)


def is_borrowed(name: str, protected: Iterable[str]) -> bool:
    """Is the name, or looks it like, one of these, or does an office, the site's name or a full name of theirs stand in it?
    A first name or a login of one word is protected as it is only: "Noor Jansen" is not "Noor"."""
    parts = _parts(name) | _parts(name.replace("|", " "))
    whole = name_skeleton(name)
    for other in protected:
        skeleton = name_skeleton(other)
        if skeleton and (skeleton == whole or (len(other.split()) > 1 and skeleton in parts)):
            return True
    return not parts.isdisjoint(_reserved(settings.SITE_NAME))


@cache
def _reserved(site_name: str) -> frozenset[str]:
    return frozenset(filter(None, map(name_skeleton, (*_OFFICES, site_name))))


def _parts(name: str) -> set[str]:
    """The skeletons of its words, and of all words in a row: "R e d a c t i e" too."""
    words = [skeleton for word in _BETWEEN.split(name)[:_MOST_WORDS] if (skeleton := name_skeleton(word))]
    return {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
