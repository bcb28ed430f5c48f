"""Why a mail did not arrive, in the language of who looks. The rows hold English; what follows is a code and stays.

Those of other rooms are known by their own sentences: whoever gives a reason may mark it for translation anywhere.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

WORDS = (
    _("receiver refused"),
    _("sender refused"),
    _("mail refused"),
    _("mail server answered"),
    _("mail server not reached"),
    _("mailbox not writable"),
    _("not delivered in 72 hours"),
    _("its worker stopped"),
    _("cannot be built"),
    _("database did not answer"),
    _("came back"),
    _("came back too often"),
    _("the last time"),
    _("no status"),
    _("its reader complained"),
    _("complaint"),
    _("by hand"),
    _("asked by the owner"),
    _("the subscription has ended"),
    _("no longer asked"),
    _("answered already"),
    _("asked in another mail"),
    _("the link would have expired"),
    _("the article is not public"),
    _("the article has other authors"),
    _("the reaction is not published any more"),
    _("the question is not published any more"),
    _("the author has no login"),
    _("the author wants no mail about questions"),
    _("the login has another address"),
)


def in_words(reason: str) -> str:
    """ "not delivered in 72 hours; receiver refused: 452 4.2.2": each part that is known is translated."""
    return "; ".join(_part(part) for part in reason.split("; "))


def _part(part: str) -> str:
    head, colon, rest = part.partition(": ")
    name, bracket, tail = head.partition(" (")
    words = name.rstrip(" 0123456789")
    return _known(words) + name[len(words) :] + bracket + tail + colon + _known(rest)


def _known(words: str) -> str:
    return gettext(words) if words else ""  # of nothing, gettext tells who translated
