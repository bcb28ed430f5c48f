"""Which addresses this browser has confirmed: a signed cookie, so that their owner need not confirm each time anew.

It holds keyed hashes with the moment of each, never an address.
"""

import time

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from forum.cleaning import email_key
from forum.subscriptions.tokens import hashed_address

COOKIE = "confirmed"
LASTS_SECONDS = 30 * 24 * 3600
MOST_ADDRESSES = 5
SALT = "forum.subscriptions.proof"


def remember(response: HttpResponse, request: HttpRequest, address_key: str) -> None:
    mine = hashed_address(address_key, "proof")
    others = [[other, moment] for other, moment in _kept(request) if other != mine]
    kept = [[mine, int(time.time())], *others][:MOST_ADDRESSES]
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=LASTS_SECONDS,
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def proven(request: HttpRequest, email: str) -> bool:
    """Did this browser confirm this address in the last 30 days?"""
    if not email or COOKIE not in request.COOKIES:
        return False
    mine = hashed_address(email_key(email), "proof")
    return any(kept == mine for kept, _ in _kept(request))


def _kept(request: HttpRequest) -> list[tuple[str, int]]:
    try:
        pairs = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return []
    oldest = time.time() - LASTS_SECONDS
    return [(kept, moment) for kept, moment in pairs if moment > oldest]
