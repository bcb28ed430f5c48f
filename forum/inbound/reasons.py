"""The reasons of what became of incoming mail, in words for the staff."""

from django.utils.translation import gettext_lazy as _

LABELS = {
    "automatic": _("an automatic answer"),
    "own": _("a mail of our own that came back"),
    "unknown_token": _("to an address that was never given out, or is not used any more"),
    "ended": _("the subscription has ended"),
    "other_sender": _("from another address than the one that was written to"),
    "too_many": _("more than 30 answers in an hour"),
    "quote": _("the quoted mail could not be told from the answer"),
    "closed": _("the article takes no reactions any more"),
    "parent_gone": _("the reaction it answers is gone"),
    "again": _("the same was posted before"),
    "body_empty": _("nothing was left to post"),
    "body_long": _("too long"),
    "body_lines": _("too many lines"),
    "body_links": _("too many links"),
    "body_characters": _("characters that we cannot show"),
    "delayed": _("not delivered yet; it is tried again"),
    "delivered": _("a message that it was delivered"),
    "receipt": _("a receipt"),
    "no_bounce": _("no message about a mail that came back"),
    "not_spam": _("its reader says that it was no spam"),
    "no_mark": _("nothing tells which mail it is about"),
    "nobody": _("to another address"),
    "too_large": _("too large"),
    "many_parts": _("too many parts"),
    "unreadable": _("cannot be read"),
    "fault": _("a fault of ours; the log knows more"),
    "not_taken": _("not taken now"),
}


def in_words(reason: str) -> str:
    """A status such as 5.1.1 stays as it is."""
    return str(LABELS.get(reason, reason))
