"""The site's settings with the letters of these tests, for processes that the tests start."""

from forum.settings import *  # noqa: F403

OUTBOX_BUILDERS = dict.fromkeys(("confirmation", "reaction", "article", "digest"), "tests.outbox.letters.build")
EMAIL_TIMEOUT = 10
