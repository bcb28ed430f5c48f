"""The rules of the house: what is read first, what is held, how much is allowed. Part of forum.settings."""

from django.core.exceptions import ImproperlyConfigured

from forum.environment import env, one_of, whole_number

MODERATION = one_of("MODERATION", ("after", "first", "before"), "first")
MAX_BODY_CHARS = whole_number("MAX_BODY_CHARS", 5000, lowest=500, highest=20_000)
SPAM_RULES = (
    *("honeypot", "too_fast", "no_origin", "protected_name", "claimed_name", "links", "repeated", "blocked"),
    *("disposable_mail", "personal_data", "other_language", "advertising", "like_spam"),
)
SPAM_RULES_OFF = env.list("SPAM_RULES_OFF", default=[])
for _rule in SPAM_RULES_OFF:
    if _rule not in SPAM_RULES:
        raise ImproperlyConfigured(
            f"SPAM_RULES_OFF holds “{_rule}”. Allowed: {', '.join(SPAM_RULES)}, with commas between."
        )
CONFIRMATIONS_PER_HOUR = whole_number("CONFIRMATIONS_PER_HOUR", 200, lowest=1, highest=100_000)
