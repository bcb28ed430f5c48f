"""Mail about our mail: what came back (RFC 3464, and what mail servers write in its place), and complaints (RFC 5965).

Whom it is about is never read in it: that is said by the sealed address that it came to, or by the sealed marks of ours
in the mail that was complained about.
"""

import re
from email.message import Message
from typing import NamedTuple

from flufl.bounce import all_failures

from forum.inbound.incoming import HEADER_CHARS, Incoming, header, leaves
from forum.outbox.bounces import STATUS
from forum.outbox.envelope import bounced_mail
from forum.outbox.models import OutgoingMail
from forum.subscriptions.tokens import subscription_of

FAILED = ("failed", "fail", "error")  # the second and third are what some servers make of it
STILL_UNDER_WAY = ("delayed", "delivered", "relayed", "expanded")
BOUNCE_MARK = re.compile(r"bounce\+[0-9]{1,19}\.[a-z2-7]{10}@[a-z0-9.-]{1,255}", re.ASCII)
STOP_MARK = re.compile(r"/subscriptions/([\w-]{20,64})/unsubscribe/", re.ASCII)
MARKED_CHARS = 40_000  # of the mail that was complained about


class Return(NamedTuple):
    """`status` of a mail that came back ("" when it has none), or else the `reason` why it does not count."""

    status: str = ""
    reason: str = ""


def came_back(incoming: Incoming) -> Return:
    message = incoming.message
    for part in leaves(message):
        if part.get_content_type() == "message/delivery-status":
            return _told_by(part)
        if part.get_content_type() == "message/disposition-notification":
            return Return(reason="receipt")
    said = header(message, "Auto-Submitted").strip().lower()
    if said.startswith("auto-replied"):  # somebody is on holiday, and his mailbox answers the envelope's sender
        return Return(reason="automatic")
    temporary, for_good = _recognised(message)
    if for_good:
        return Return()
    if temporary:
        return Return(reason="delayed")
    if message.get_content_type() == "multipart/report" or incoming.is_from_a_mail_server:
        return Return()
    return Return(reason="automatic" if incoming.is_automatic else "no_bounce")


def _told_by(report: Message) -> Return:
    """The worst of what is said about any receiver: our mails have one."""
    blocks = report.get_payload()
    told = []
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and "Action" in block:
            words = header(block, "Action").lower().split()
            status = STATUS.match(header(block, "Status").strip())
            told.append((words[0].rstrip(";,") if words else "", status[0] if status else ""))
    failed = [status for action, status in told if action in FAILED]
    if failed:
        return Return(max(failed))  # 5.x.x above 4.x.x above none
    under_way = [action for action, _ in told if action in STILL_UNDER_WAY]
    return Return(reason="delayed" if "delayed" in under_way else "delivered") if under_way else Return()


def _recognised(message: Message) -> tuple[bool, bool]:
    """Older mail servers have words of their own for it."""
    try:
        temporary, for_good = all_failures(message)
    except Exception:  # noqa: BLE001  made for mail by mail servers; what it falls over is none
        return False, False
    return bool(temporary), bool(for_good)


def is_complaint(message: Message) -> bool:
    kind = str(message.get_param("report-type", "")).lower()
    return message.get_content_type() == "multipart/report" and kind == "feedback-report"


def complained_about(message: Message) -> int | None:
    """The mail that this complaint is about; None when nothing in it is ours. Raises Unreadable."""
    marked = _marked(message)
    for mark in BOUNCE_MARK.findall(marked.lower()):
        mail_id = bounced_mail(mark)
        if mail_id is not None:
            return mail_id
    for token in STOP_MARK.findall(marked)[:5]:
        subscription = subscription_of(token)
        if subscription is not None:
            sent = OutgoingMail.objects.of_subscription(subscription.pk).filter(status=OutgoingMail.Status.SENT)
            return sent.order_by("-sent_at").values_list("pk", flat=True).first()
    return None


def is_no_complaint_after_all(message: Message) -> bool:
    """The reader said that it was no spam."""
    return any(header(fields, "Feedback-Type").strip().lower() == "not-spam" for fields in _inner(message))


def _marked(message: Message) -> str:
    """The fields of the report, and the headers of the mail that it brings along."""
    texts = [f"{name}: {str(value)[:HEADER_CHARS]}" for fields in _inner(message) for name, value in fields.items()]
    for part in leaves(message):
        if part.get_content_type() == "text/rfc822-headers":
            words = part.get_payload(decode=True)
            texts.append(words.decode("utf-8", "replace") if isinstance(words, bytes) else "")
    return re.sub(r"\r?\n[ \t]+", "", "\n".join(texts))[:MARKED_CHARS]


def _inner(message: Message) -> list[Message]:
    """The messages inside: of a report its fields, and the mail itself."""
    found = []
    for part in leaves(message):
        inside = part.get_payload()
        if part.get_content_maintype() == "message" and isinstance(inside, list):
            found += [one for one in inside[:5] if isinstance(one, Message)]
    return found
