"""Every write that means something to a reaction."""

from forum.reactions.actions.deciding import (
    approve,
    confirm_as_seen,
    hold_again,
    refuse,
    remove,
    restore,
    wait_again,
    withdraw,
)
from forum.reactions.actions.errors import (
    AlreadyDecided,
    AlreadyPosted,
    Closed,
    NotProven,
    ParentGone,
    Paused,
    ReactionError,
    TooMany,
)
from forum.reactions.actions.locking import (
    lock,
    open_discussion,
)
from forum.reactions.actions.posting import (
    awaits_proof,
    fingerprint,
    is_known,
    post_reaction,
    publish_proven,
    strictest,
)

__all__ = [
    "AlreadyDecided",
    "AlreadyPosted",
    "Closed",
    "NotProven",
    "ParentGone",
    "Paused",
    "ReactionError",
    "TooMany",
    "approve",
    "awaits_proof",
    "confirm_as_seen",
    "fingerprint",
    "hold_again",
    "is_known",
    "lock",
    "open_discussion",
    "post_reaction",
    "publish_proven",
    "refuse",
    "remove",
    "restore",
    "strictest",
    "wait_again",
    "withdraw",
]
