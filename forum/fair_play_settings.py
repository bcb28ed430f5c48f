"""The rules of the house: what is read first, what is held, how much is allowed. Part of forum.settings."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from forum.environment import env, one_of, whole_number, yes_or_no

MODERATION = one_of("MODERATION", ("after", "first", "before"), "first")
MAX_BODY_CHARS = whole_number("MAX_BODY_CHARS", 5000, lowest=500, highest=20_000)
SPAM_RULES = (
    *("honeypot", "too_fast", "no_origin", "protected_name", "claimed_name", "links", "repeated", "blocked"),
    *("disposable_mail", "personal_data", "other_language", "advertising", "like_spam"),
    *("hurried", "busy_site", "certain"),
)
SPAM_RULES_OFF = env.list("SPAM_RULES_OFF", default=[])
for _rule in SPAM_RULES_OFF:
    if _rule not in SPAM_RULES:
        raise ImproperlyConfigured(
            f"SPAM_RULES_OFF holds “{_rule}”. Allowed: {', '.join(SPAM_RULES)}, with commas between."
        )
# PROMISES P19, per client; 0 for no limit. Over the whole site nothing is refused: beyond it reactions are held.
LIMIT_PER_MINUTE = whole_number("LIMIT_PER_MINUTE", 5, lowest=0, highest=1_000)
LIMIT_PER_HOUR = whole_number("LIMIT_PER_HOUR", 30, lowest=0, highest=10_000)
REACTIONS_PER_MINUTE = whole_number("REACTIONS_PER_MINUTE", 3_000, lowest=0, highest=100_000)
PROOF_OF_WORK = yes_or_no("PROOF_OF_WORK", default=True)
# A service that the worker asks about what was posted; none without a key.
AKISMET_KEY = env.str("AKISMET_KEY", default="")
if not all("!" <= char <= "~" for char in AKISMET_KEY):
    raise ImproperlyConfigured(
        "AKISMET_KEY holds a space or a sign that is in no key. Copy it from your account there."
    )
AKISMET_URL = env.str("AKISMET_URL", default="https://rest.akismet.com")
try:
    _akismet = urlsplit(AKISMET_URL)
    _is_service = _akismet.scheme in ("http", "https") and _akismet.hostname and _akismet.port != 0
except ValueError:
    _is_service = False
if not _is_service or _akismet.username or _akismet.query or _akismet.fragment:
    raise ImproperlyConfigured(f"AKISMET_URL is “{AKISMET_URL}”. It must look like https://rest.akismet.com.")
CONFIRMATIONS_PER_HOUR = whole_number("CONFIRMATIONS_PER_HOUR", 200, lowest=1, highest=100_000)
# Reports by readers. 0 switches the effect off.
REPORTS_HIDE = whole_number("REPORTS_HIDE", 3, lowest=0, highest=1_000)
HEATED_REPORTS = whole_number("HEATED_REPORTS", 3, lowest=0, highest=1_000)
HEATED_PAUSE_SECONDS = whole_number("HEATED_PAUSE_SECONDS", 120, lowest=1, highest=3_600)
YEARLY_COUNTS = yes_or_no("YEARLY_COUNTS", True)
