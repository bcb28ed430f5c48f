"""The site's settings for the tests: own data folder, and nothing of what a developer has set for himself."""

import atexit
import os
import shutil
import tempfile

import environ

OURS = (
    *("SECRET_KEY", "DEBUG", "HOST", "PORT", "SITE_NAME", "SITE_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES"),
    *("CACHE_URL", "EMAIL_URL", "MAIL_FROM", "LANGUAGE", "TIME_ZONE", "MODERATION", "WEBSUB_HUB", "MEDIA_STORAGE_URL"),
    *("SPAM_RULES_OFF", "MAIL_SERVICE", "MAIL_WEBHOOK_SECRET", "INBOUND_URL"),
    *("PAGES_DIR", "PROOF_OF_WORK", "AKISMET_KEY", "AKISMET_URL"),
)
for name in OURS:
    os.environ.pop(name, None)
# All tests post from one address, many at a time. Those about the limits set them (P19). Sites that tests start inherit this.
os.environ.update(LIMIT_PER_MINUTE="0", LIMIT_PER_HOUR="0", REACTIONS_PER_MINUTE="0")
if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="luisterkamer-test-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
environ.Env.read_env = classmethod(lambda *_args, **_options: None)  # no .env

from forum.settings import *  # noqa: F403
