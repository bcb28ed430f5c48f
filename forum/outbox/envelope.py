"""What every mail has alike: ids, headers, envelope, the two halves (PROMISES section B)."""

import re
import unicodedata
from base64 import urlsafe_b64encode
from email.utils import formataddr

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp
from django.utils.crypto import constant_time_compare, salted_hmac

from forum.outbox.letters import Letter
from forum.outbox.models import OutgoingMail

MAX_SUBJECT_CHARS = 120
NO_ANSWER = "geen-antwoord"  # does nothing with what it gets but count it


def reaction_message_id(reaction_id: int, subscription_id: int) -> str:
    """The same at every retry, and different for every follower: it tells nobody who else follows."""
    return f"<r{reaction_id}.{_mac('reaction', reaction_id, subscription_id)}@{settings.MAIL_DOMAIN}>"


def article_message_id(article_id: int, subscription_id: int) -> str:
    """No mail has this id; it is what all mails about one article refer to, so that mail programs thread them."""
    return f"<a{article_id}.{_mac('article', article_id, subscription_id)}@{settings.MAIL_DOMAIN}>"


def confirmation_message_id(consent_id: int) -> str:
    return f"<c{consent_id}.{_mac('confirmation', consent_id)}@{settings.MAIL_DOMAIN}>"


def bounce_address(mail_id: int) -> str:
    return f"bounce+{mail_id}.{_bounce_mac(mail_id)}@{settings.MAIL_DOMAIN}"


def mail_of_bounce(address: str) -> int | None:
    """The id of the mail that came back to this envelope sender; None when we did not make that address."""
    found = re.fullmatch(rf"bounce\+([0-9]{{1,19}})\.([A-Za-z0-9]{{10}})@{re.escape(settings.MAIL_DOMAIN)}", address)
    if not found or not constant_time_compare(found[2], _bounce_mac(int(found[1]))):
        return None
    return int(found[1])


def one_line(text: str) -> str:
    """For a header: without line ends, control and direction characters, at most MAX_SUBJECT_CHARS."""
    plain = "".join(" " if unicodedata.category(char)[0] in "C" or char in "\u2028\u2029" else char for char in text)
    line = " ".join(plain.split())
    return line if len(line) <= MAX_SUBJECT_CHARS else line[: MAX_SUBJECT_CHARS - 1].rstrip() + "…"


def message(mail: OutgoingMail, letter: Letter) -> EmailMultiAlternatives:
    """The whole mail. Its from_email is the envelope sender; the From that people see is a header."""
    made = EmailMultiAlternatives(
        subject=one_line(letter.subject),
        body=letter.text,
        from_email=bounce_address(mail.pk),
        to=[mail.address.email],
        headers={
            "From": formataddr((one_line(settings.SITE_NAME), settings.MAIL_FROM)),
            "Reply-To": f"{NO_ANSWER}@{settings.MAIL_DOMAIN}",
            "Message-ID": letter.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            **letter.headers,
        },
    )
    made.encoding = utf8_charset_qp  # plain ASCII lines: no mail server has a reason to change what was signed
    made.attach_alternative(_INLINER.inline(letter.html), "text/html")
    return made


_INLINER = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def _mac(purpose: str, *numbers: int) -> str:
    """22 characters: 132 bits."""
    value = ".".join(map(str, numbers))
    digest = salted_hmac(f"forum.outbox.{purpose}", value, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode()[:22]


def _bounce_mac(mail_id: int) -> str:
    return salted_hmac("forum.outbox.bounce", str(mail_id), algorithm="sha256").hexdigest()[:10]
