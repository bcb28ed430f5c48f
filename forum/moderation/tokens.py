"""The secret word in the link to a statement of reasons. Only its SHA-256 is kept (PROMISES P16).

As with the links of subscriptions: HMAC(SECRET_KEY, purpose, the decision's nonce), so that a mail can be built later
than its row. The nonce is 128 random bits; who reads the database but not the key learns no token.
"""

import base64
import hashlib
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

from forum.moderation.models import Decision


def new_nonce() -> str:
    return secrets.token_hex(16)


def statement_token(nonce: str) -> str:
    mac = salted_hmac("forum.moderation.token.statement", nonce, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()[:24]).decode()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def decision_of(token: str) -> Decision | None:
    found = Decision.objects.filter(token_hash=hashed(token)).select_related("reaction__article").first()
    return found if found and constant_time_compare(found.token_hash or "", hashed(token)) else None
