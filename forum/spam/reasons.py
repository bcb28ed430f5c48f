"""The rules' names in words, for moderators."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASON_LABELS = {
    "honeypot": gettext_lazy("A field that people do not see was filled in"),
    "too_fast": gettext_lazy("Sent within three seconds"),
    "no_origin": gettext_lazy("The browser did not say where it came from"),
    "protected_name": gettext_lazy("Name of, or like, one of the editors"),
    "claimed_name": gettext_lazy("Name of, or like, a reader who claimed it"),
    "links": gettext_lazy("More than two links"),
    "repeated": gettext_lazy("The same text was posted before"),
    "blocked": gettext_lazy("On the list of blocked terms"),
    "disposable_mail": gettext_lazy("Address from a throwaway mail service"),
    "personal_data": gettext_lazy("Personal details in the text"),
    "other_language": gettext_lazy("In another language than the article"),
    "advertising": gettext_lazy("Sends readers to something of the writer's own"),
    "like_spam": gettext_lazy("Looks like earlier spam"),
    "akismet": gettext_lazy("Akismet takes it for spam"),
    "hurried": gettext_lazy("Many reactions by this client within an hour"),
    "busy_site": gettext_lazy("Unusually many reactions on the whole site"),
    "certain": gettext_lazy("Sent by a machine, and advertising: not posted, without anybody having looked"),
    "reported": gettext_lazy("Hidden automatically, reported by readers"),
    "first_time": gettext_lazy("First reaction by this reader"),
    "all_are_read": gettext_lazy("All reactions are read first"),
}
FOUND_LABELS = {
    "iban": gettext_lazy("bank account"),
    "bsn": gettext_lazy("citizen service number"),
    "email": gettext_lazy("mail address"),
    "phone": gettext_lazy("telephone number"),
}
MEASURE_LABELS = {
    "website": gettext_lazy("a website"),
    "links": gettext_lazy("links"),
    "bare": gettext_lazy("a link and hardly a word"),
    "mails": gettext_lazy("mail addresses"),
    "markup": gettext_lazy("markup"),
    "disguised": gettext_lazy("disguised letters"),
    "capitals": gettext_lazy("capitals"),
    "digits": gettext_lazy("digits"),
    "exclamations": gettext_lazy("exclamation marks"),
    "length": gettext_lazy("length"),
}


def in_words(reason: str) -> str:
    """One reason of a verdict, with what was found: “Looks like earlier spam: gratis, klik”."""
    rule, _colon, found = reason.partition(":")
    label = str(REASON_LABELS.get(rule, rule))
    if not found or found == "?":
        return label
    if rule == "like_spam":
        found = ", ".join(feature_in_words(feature) for feature in found.split("|"))
    else:
        found = str(FOUND_LABELS.get(found, found))
    return _("%(reason)s: %(found)s") % {"reason": label, "found": found}


def feature_in_words(feature: str) -> str:
    """“casino”, “gratis spins”, “example.com”, or the name of a measure."""
    if feature.startswith("="):
        return str(MEASURE_LABELS.get(feature[1:].rstrip("0123456789"), feature))
    kind, colon, rest = feature.partition(":")
    if colon and kind in ("host", "site", "name"):
        return rest
    return " ".join(word for word in feature.split() if word not in ("^", "$")) or feature
