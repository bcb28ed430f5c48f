"""The secret words in our mails' links. Only their SHA-256 is kept (PROMISES P16).

A mail is built later than its row, so a token is derived: HMAC(SECRET_KEY, purpose, the row's nonce). Nonces are 128
random bits; who reads the database but not the key learns no token, and a token of one purpose fits no other.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from forum.subscriptions.models import Consent, Subscription, SubscriptionQuerySet

CONFIRM_LASTS = timedelta(hours=72)


def new_nonce() -> str:
    return secrets.token_hex(16)


def confirm_token(nonce: str) -> str:
    return _token("confirm", nonce)


def subscription_token(nonce: str) -> str:
    return _token("subscription", nonce)


def mine_token(nonce: str) -> str:
    """Of the link to a reader's own page (forum.mine)."""
    return _token("mine", nonce)


def digest_token(nonce: str) -> str:
    """Of the link that stops every digest of the address that has the subscription with this nonce."""
    return _token("digest", nonce)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def hashed_address(address_key: str, purpose: str) -> str:
    """An address as 22 characters that nobody without our key can make or compare."""
    mac = salted_hmac(f"forum.subscriptions.address.{purpose}", address_key, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()[:16]).decode().rstrip("=")


def consent_of(token: str) -> Consent | None:
    consents = Consent.objects.select_related("subscription", "article", "author", "section")
    consent = consents.filter(token_hash=hashed(token)).first()
    return consent if consent and constant_time_compare(consent.token_hash or "", hashed(token)) else None


def subscription_of(token: str) -> Subscription | None:
    subscription = _with_all().filter(token_hash=hashed(token)).first()
    return subscription if subscription and constant_time_compare(subscription.token_hash, hashed(token)) else None


def digest_of(token: str) -> Subscription | None:
    """One subscription of the address whose digests this token stops; it need not be in a digest any more."""
    subscription = _with_all().filter(digest_token_hash=hashed(token)).first()
    kept = subscription.digest_token_hash if subscription else None
    return subscription if kept and constant_time_compare(kept, hashed(token)) else None


def _with_all() -> SubscriptionQuerySet:
    return Subscription.objects.select_related("address", "article", "author", "section")


def is_fresh(consent: Consent, now: datetime) -> bool:
    return now - consent.asked_at < CONFIRM_LASTS


def _token(purpose: str, nonce: str) -> str:
    mac = salted_hmac(f"forum.subscriptions.token.{purpose}", nonce, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()[:24]).decode()
