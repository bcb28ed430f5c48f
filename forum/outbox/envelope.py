"""What every mail of ours has alike: who it is from, its ids, its headers, its two halves as bytes."""

import json
import re
import unicodedata
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import format_datetime

import css_inline
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from forum.outbox.letters import Letter
from forum.outbox.models import Address

MAX_SUBJECT_CHARS = 120
LINE_CHARS = 76
SERVICE_KEY = "mail"
SERVICE_HEADERS = {
    "brevo": "X-Mailin-custom",
    "mailgun": "X-Mailgun-Variables",
    "postmark": f"X-PM-Metadata-{SERVICE_KEY}",
}
INLINER = css_inline.CSSInliner(inline_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
# The standard way of folding turns a long link or Message-ID into an encoded word, and then it is none any more.
AS_FOLDED = compat32.clone(max_line_length=0, linesep="\r\n", mangle_from_=False)


def reaction_message_id(reaction_id: int, subscription_id: int) -> str:
    return _message_id("r", reaction_id, subscription_id)


def article_message_id(article_id: int, subscription_id: int) -> str:
    """No mail has this id; it is what all news of one article for one follower refers to."""
    return _message_id("a", article_id, subscription_id)


def new_article_message_id(article_id: int, subscription_id: int) -> str:
    return _message_id("n", article_id, subscription_id)


def followed_message_id(subscription_id: int) -> str:
    """No mail has this id; all news of one author or one section for one follower refers to it."""
    return _message_id("f", subscription_id)


def digest_message_id(mail_id: int) -> str:
    return _message_id("d", mail_id)


def confirmation_message_id(consent_id: int) -> str:
    return _message_id("c", consent_id)


def urgent_message_id(number: int) -> str:
    return _message_id("u", number)


def question_message_id(reaction_id: int, author_id: int) -> str:
    return _message_id("q", reaction_id, author_id)


def report_message_id(report_id: int, event_id: int, *, decided: bool) -> str:
    return _message_id("d" if decided else "p", report_id, event_id)


def single_message_id(kind: str, *ids: int) -> str:
    """Of a mail about one thing that belongs to no thread: a decision, an objection, work for a moderator."""
    return _message_id(f"{kind[:2]}-", *ids)


def mine_message_id(link_id: int) -> str:
    return _message_id("m", link_id)


def _message_id(letter: str, *ids: int) -> str:
    digest = salted_hmac(f"forum.outbox.message.{letter}", ".".join(map(str, ids)), algorithm="sha256").digest()
    return f"<{letter}{ids[0]}.{urlsafe_b64encode(digest).decode()[:22]}@{settings.MAIL_DOMAIN}>"


def bounce_address(mail_id: int) -> str:
    """The envelope sender of a mail: what comes back there tells which mail it was."""
    return f"bounce+{mail_id}.{_bounce_seal(mail_id)}@{settings.MAIL_DOMAIN}"


def bounced_mail(address: str) -> int | None:
    """The id of the mail that a bounce address was made for; None when we did not make it. Capitals do not matter:
    some mail servers change them on the way back.
    """
    found = re.fullmatch(r"bounce\+([0-9]{1,19})\.([a-z2-7]{10})@(.+)", address.strip().lower(), re.ASCII)
    if not found or found[3] != settings.MAIL_DOMAIN.lower():
        return None
    mail_id = int(found[1])
    return mail_id if constant_time_compare(found[2], _bounce_seal(mail_id)) else None


def _bounce_seal(mail_id: int) -> str:
    digest = salted_hmac("forum.outbox.bounce", str(mail_id), algorithm="sha256").digest()
    return b32encode(digest).decode().lower()[:10]


def service_headers(mail_id: int) -> dict[str, str]:
    """What a mail carries so that MAIL_SERVICE can say which one came back; {} without one."""
    name = SERVICE_HEADERS.get(settings.MAIL_SERVICE)
    if name is None:
        return {}
    value = bounce_address(mail_id)
    is_json = not name.endswith(SERVICE_KEY)
    return {name: json.dumps({SERVICE_KEY: value}, separators=(",", ":")) if is_json else value}


def deliverable(address: Address) -> str:
    """The address as mail servers take it: before the @ as typed, after it in IDNA."""
    return address.email.rpartition("@")[0] + "@" + address.key.rpartition("@")[2]


def compose(letter: Letter, *, to: str, message_id: str, now: datetime) -> bytes:
    """The finished mail. Raises ValueError when a header of the letter holds more than one line of ASCII."""
    message = EmailMessage(policy=SMTP)
    headers = {
        "From": _mailbox(settings.SITE_NAME, settings.MAIL_FROM),
        "Reply-To": f"geen-antwoord@{settings.MAIL_DOMAIN}",
        "To": to,
        "Subject": _encoded(clean_subject(letter.subject)),
        "Date": format_datetime(now),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        **letter.headers,
    }
    for name, value in headers.items():
        if not (name + value).isascii() or not value.isprintable():
            raise ValueError(f"{name} is not one line of ASCII")
        message.set_raw(name, _folded(name, value))
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(INLINER.inline(letter.html), subtype="html", cte="quoted-printable")
    return message.as_bytes(policy=AS_FOLDED)


def clean_subject(subject: str) -> str:
    """On one line: control, line and bidi characters become spaces; at most 120 characters."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char for char in subject)
    plain = re.sub(r"\s+", " ", plain).strip()
    return plain if len(plain) <= MAX_SUBJECT_CHARS else plain[: MAX_SUBJECT_CHARS - 1].rstrip() + "…"


def _mailbox(name: str, address: str) -> str:
    name = clean_subject(name)
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_encoded(name)} <{address}>"


def _encoded(words: str) -> str:
    """As they are when ASCII, else as encoded words with a space between each two (RFC 2047)."""
    return words if words.isascii() else Header(words, "utf-8", maxlinelen=LINE_CHARS - 10).encode(linesep="")


def _folded(name: str, value: str) -> str:
    """Broken at spaces only; a word that is too long for a line stays in one piece."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > LINE_CHARS and lines[-1] not in (f"{name}:", ""):
            lines.append("")
        lines[-1] += f" {word}"
    return "\n".join(lines)[len(name) + 2 :]
