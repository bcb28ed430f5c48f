"""Why a reaction is not taken, or not decided on."""

from datetime import timedelta

from forum.reactions.models import Reaction


class ReactionError(Exception):
    """A reaction that cannot be taken; the subclasses say why."""


class Closed(ReactionError):
    """The discussion is closed or the article is not public."""


class ParentGone(ReactionError):
    """The reaction that was answered is not shown any more, or stands under another article."""


class AlreadyPosted(ReactionError):
    """The same was posted before (PROMISES P20); `reaction` is the first one."""

    def __init__(self, reaction: Reaction) -> None:
        super().__init__("already posted")
        self.reaction = reaction


class Paused(ReactionError):
    """The conversation is heated and this client answered in it a moment ago; `seconds`: when it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("paused")
        self.seconds = seconds


class TooMany(ReactionError):
    """This client posted as much as one may (PROMISES P19); `wait` tells for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


class NotProven(ReactionError):
    """The sum is wrong, too old or for another reaction, or no sum can let this reaction through."""


class AlreadyDecided(ReactionError):
    """Somebody else decided first (PROMISES P21); `reaction` is as it stands now."""

    def __init__(self, reaction: Reaction) -> None:
        super().__init__(f"already {reaction.status}")
        self.reaction = reaction
