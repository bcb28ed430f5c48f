"""The rules' names in words, for moderators."""

from django.utils.translation import gettext_lazy as _

REASON_LABELS = {
    "honeypot": _("A field that people do not see was filled in"),
    "too_fast": _("Sent within three seconds"),
    "no_origin": _("The browser did not say where it came from"),
    "protected_name": _("Name of, or like, one of the editors"),
    "links": _("More than two links"),
    "first_time": _("First reaction by this reader"),
    "all_are_read": _("All reactions are read first"),
}
