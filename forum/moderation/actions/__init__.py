"""Every write of the moderators' desk, by subject."""

from forum.moderation.actions.appealing import (
    MAX_APPEAL_CHARS,
    AlreadyAppealed,
    AlreadyHandled,
    AppealError,
    NotAppealable,
    NotYours,
    TooLate,
    file_appeal,
    handle_appeal,
)
from forum.moderation.actions.deciding import (
    Done,
    NeedsGround,
    NotUndoable,
    Seen,
    decide,
    decide_many,
    is_undoable,
    record_hidings,
    record_refusals,
    undo,
)
from forum.moderation.actions.keeping import erase_words, forget_exhibits
from forum.moderation.actions.preferring import choose_mail, choose_shortcuts, claim_news, moderator_of, wants_mail

__all__ = [
    "MAX_APPEAL_CHARS",
    "AlreadyAppealed",
    "AlreadyHandled",
    "AppealError",
    "Done",
    "NeedsGround",
    "NotAppealable",
    "NotUndoable",
    "NotYours",
    "Seen",
    "TooLate",
    "choose_mail",
    "choose_shortcuts",
    "claim_news",
    "decide",
    "decide_many",
    "erase_words",
    "file_appeal",
    "forget_exhibits",
    "handle_appeal",
    "is_undoable",
    "moderator_of",
    "record_hidings",
    "record_refusals",
    "undo",
    "wants_mail",
]
