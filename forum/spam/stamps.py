"""When a form was opened: a moment, signed, that travels in the form itself. Nobody is recognised by it."""

import time

from django.core import signing

SALT = "forum.reactions.identity.opened"  # the room where it was made first; forms that are open now must stay good


def stamp() -> str:
    """Now, signed: goes into a form that is being opened."""
    return signing.dumps(time.time(), salt=SALT)


def seconds_open(stamped: str) -> float | None:
    """How long ago a form was opened; None when it does not say, or not credibly."""
    try:
        seconds = time.time() - signing.loads(stamped, salt=SALT)
    except (signing.BadSignature, UnicodeEncodeError):
        return None
    return seconds if seconds >= 0 else None
