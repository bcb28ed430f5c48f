"""Mail, in and out. Part of forum.settings.

Without EMAIL_URL nothing is sent: every mail is kept in DATA_DIR/mailbox and shown at /mailbox/.
"""

from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from forum.environment import env, one_of, whole_number
from forum.mail_source import mail_source
from forum.site_settings import SITE_URL

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    if urlsplit(EMAIL_URL).scheme not in ("smtp", "smtp+tls", "smtps"):
        raise ImproperlyConfigured(
            f"EMAIL_URL starts with “{urlsplit(EMAIL_URL).scheme}”. Allowed: smtp://, smtp+tls://, smtps://."
        )
    try:
        _mail = environ.Env.email_url_config(EMAIL_URL)
    except ValueError:
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read. It must look like smtp+tls://user:password@host:587."
        ) from None
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
    EMAIL_PORT = _mail["EMAIL_PORT"] or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[urlsplit(EMAIL_URL).scheme]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = urlsplit(EMAIL_URL).scheme == "smtp+tls"
    EMAIL_USE_SSL = urlsplit(EMAIL_URL).scheme == "smtps"
EMAIL_TIMEOUT = 60  # seconds; PROMISES section B, outcome rules
_mail_host = (urlsplit(SITE_URL).hostname or "").removeprefix("www.")
if "." not in _mail_host or _mail_host.replace(".", "").isdigit():
    _mail_host = "luisterkamer.localhost"
MAIL_FROM = env.str("MAIL_FROM", default=f"reacties@{_mail_host}")
if MAIL_FROM.count("@") != 1 or not all(MAIL_FROM.split("@")) or not MAIL_FROM.isascii():
    raise ImproperlyConfigured(f"MAIL_FROM is “{MAIL_FROM}”. It must be one address, such as reacties@example.org.")
MAIL_DOMAIN = MAIL_FROM.split("@")[1]
# Where mail that comes back, and answers by mail, are read; None: nowhere, and no mail invites to answer it.
INBOUND_URL = env.str("INBOUND_URL", default="")
try:
    INBOUND = mail_source(INBOUND_URL) if INBOUND_URL else None
except ValueError as refusal:
    raise ImproperlyConfigured(f"INBOUND_URL {refusal}") from None
MAIL_LEASE_SECONDS = whole_number("MAIL_LEASE_SECONDS", 120, lowest=1, highest=3600)
# A mail service that says by itself what came back (forum/outbox/webhooks.py); both or neither.
MAIL_SERVICE = one_of("MAIL_SERVICE", ("none", "brevo", "mailgun", "postmark"), "none")
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", default="")
if (MAIL_SERVICE == "none") is bool(MAIL_WEBHOOK_SECRET):
    raise ImproperlyConfigured("MAIL_SERVICE and MAIL_WEBHOOK_SECRET belong together: give both or neither.")
if MAIL_WEBHOOK_SECRET and (len(MAIL_WEBHOOK_SECRET) < 24 or not MAIL_WEBHOOK_SECRET.isascii()):
    raise ImproperlyConfigured("MAIL_WEBHOOK_SECRET must be at least 24 characters, all of them ASCII.")
if MAIL_SERVICE in ("brevo", "postmark") and not all(MAIL_WEBHOOK_SECRET.partition(":")):
    raise ImproperlyConfigured(f"MAIL_WEBHOOK_SECRET must look like name:password for {MAIL_SERVICE}.")
DIGEST_HOUR = whole_number("DIGEST_HOUR", 7, lowest=0, highest=23)  # by the clock of TIME_ZONE
# What builds a mail of each kind, from the top of the house; the outbox lies below and only knows the name.
OUTBOX_BUILDERS = {
    "confirmation": "forum.subscriptions.mails.build_confirmation",
    "reaction": "forum.reactions.mails.build_news",
    "mine": "forum.mine.mails.build_link",
    "article": "forum.subscriptions.article_mails.build_new_articles",
    "digest": "forum.reactions.digests.build_digest",
    "question": "forum.reactions.question_mails.build_questions",
    "posted": "forum.moderation.mails.build_posted",
    "decision": "forum.moderation.mails.build_decision",
    "appeal": "forum.moderation.mails.build_appeal",
    "waiting": "forum.moderation.mails.build_waiting",
    "report": "forum.reports.mails.build_receipt",
    "report decided": "forum.reports.mails.build_decision",
}
