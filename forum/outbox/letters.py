"""What a builder hands to the outbox: a finished letter without the headers that every mail has alike."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Letter:
    """One mail. `message_id` is the same at every retry; `headers` are those beyond From, To, Reply-To, Date,
    Auto-Submitted and X-Auto-Response-Suppress, which the outbox adds. `left_out` names rows (by pk) that must not be
    told any more, each with its reason; the outbox cancels them.
    """

    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)


class NothingToSay(Exception):
    """Raised by a builder when every row it was given is no longer to be told; the message is the reason."""
