"""A builder for these tests: it stands where the rooms above the outbox put theirs (settings.OUTBOX_BUILDERS)."""

from django.db import OperationalError

from forum.outbox.envelope import confirmation_message_id, reaction_message_id
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import OutgoingMail

BROKEN, GONE, NO_HEADER, AWAY = 666, 404, 667, 503  # event ids that cannot be told
HTML = """<html><head><style>p { color: #123456 } @media (prefers-color-scheme: dark) { p { color: #abcdef } }</style>
</head><body><p>Beste lezer, é: %s</p></body></html>"""


def build(rows: list[OutgoingMail]) -> Letter:
    if any(row.event_id == BROKEN for row in rows):
        raise ValueError(f"no words for {rows[0].address.email}")
    if any(row.event_id == AWAY for row in rows):
        raise OperationalError("the database is away")
    left_out = {row.pk: "the reaction is gone" for row in rows if row.event_id == GONE}
    told = [row for row in rows if row.pk not in left_out]
    if not told:
        raise NothingToSay("the reaction is gone")
    first = told[0]
    events = ",".join(str(row.event_id) for row in told)
    if first.kind == OutgoingMail.Kind.REACTION:
        message_id = reaction_message_id(first.event_id, first.subscription_id)
    else:
        message_id = confirmation_message_id(first.event_id)
    subject = f"Nieuwe reactie op: Het\u202e stille\r\n uur é {events}"
    headers = {"X-Broken": "one\ntwo"} if first.event_id == NO_HEADER else {"X-Events": events, "Precedence": "list"}
    return Letter(
        subject=subject,
        text=f"Beste lezer, é: {events}\n" + "lang " * 300,
        html=HTML % events,
        message_id=message_id,
        headers=headers,
        left_out=left_out,
    )
