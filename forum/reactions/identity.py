"""What a reader's browser carries, since we keep no session for readers: signed, sealed, and only what he chose to keep.

A form's stamp says when it was opened; a draft's address travels sealed through the preview, so that it is on no page
(P17); name and website stay in a cookie when their owner ticked the box; who waits for the editors has a token.
"""

import secrets
from base64 import urlsafe_b64encode
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from articles.models import Article, Author
from forum.accounts.roles import Ability, able
from forum.cleaning import Refused, clean_name
from forum.reactions.models import FREE, Reaction
from forum.spam.stamps import seconds_open as seconds_open
from forum.spam.stamps import stamp as stamp

COOKIE = "reader"
OWN = "own-"  # and the number of a reaction
MOST_OWN = 30
REMEMBERED_SECONDS = 365 * 24 * 3600
SEALED_SECONDS = WAITING_SECONDS = 24 * 3600
PROOF_SECONDS = (
    400 * 24 * 3600
)  # so long it proves who wrote a reaction that was refused: time to object, and to be answered
SALT = "forum.reactions.identity"


class Reader(NamedTuple):
    name: str
    website: str


class Voice(NamedTuple):
    """Whoever is logged in and speaks here with a badge, under his own name. `author` is None for the editors."""

    name: str
    author: Author | None = None


def new_form_key() -> str:
    return secrets.token_urlsafe(24)


def seal(email: str) -> str:
    """Unreadable for everybody but us; "" for no address."""
    return _fernet().encrypt(email.encode()).decode() if email else ""


def unseal(sealed: str) -> str:
    """The address; "" when it was tampered with or is more than a day old."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode(), ttl=SEALED_SECONDS).decode()
    except (InvalidToken, UnicodeEncodeError):
        return ""


def _fernet() -> Fernet:
    key = salted_hmac(f"{SALT}.sealed", "", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def remembered(request: HttpRequest) -> Reader | None:
    try:
        name, website = signing.loads(request.COOKIES[COOKIE], salt=f"{SALT}.reader", max_age=REMEMBERED_SECONDS)
    except (KeyError, signing.BadSignature):
        return None
    return Reader(name, website)


def remember(response: HttpResponse, reader: Reader) -> None:
    response.set_cookie(
        COOKIE,
        signing.dumps(reader, salt=f"{SALT}.reader", compress=True),
        max_age=REMEMBERED_SECONDS,
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def own(response: HttpResponse, reaction: Reaction) -> None:
    """Let the browser that posted it change it for a quarter of an hour. Sent back to one address only, so pages stay
    the same for all; one cookie for each reaction, because here we do not see which there are."""
    response.set_cookie(
        f"{OWN}{reaction.pk}",
        signing.dumps(reaction.pk, salt=f"{SALT}.own"),
        max_age=int(FREE.total_seconds()),
        path=reverse("just_posted"),
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def own_ids(request: HttpRequest) -> list[int]:
    """What this browser posted in the last quarter of an hour; the last MOST_OWN of it."""
    found = []
    for name in [name for name in request.COOKIES if name.startswith(OWN)][-MOST_OWN:]:
        try:
            found.append(signing.loads(request.COOKIES[name], salt=f"{SALT}.own", max_age=FREE))
        except signing.BadSignature:
            continue
    return found


def waiting_token(reaction_id: int) -> str:
    return signing.dumps(reaction_id, salt=f"{SALT}.waiting")


def waiting_id(token: str) -> int | None:
    """The id of a reaction that its writer may see for a day; None for a token that is no good."""
    try:
        return signing.loads(token, salt=f"{SALT}.waiting", max_age=WAITING_SECONDS)
    except (signing.BadSignature, UnicodeEncodeError):
        return None


def proven_id(token: str) -> int | None:
    """Who holds the token of waiting_token wrote this reaction, also when it waits no longer."""
    try:
        return signing.loads(token, salt=f"{SALT}.waiting", max_age=PROOF_SECONDS)
    except (signing.BadSignature, UnicodeEncodeError):
        return None


def author_of(request: HttpRequest, article: Article) -> Author | None:
    """Which of the article's authors is logged in here? Nobody without a session is looked at, so pages stay the same
    for all and cost them nothing.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    return Author.objects.filter(bylines__article=article, user=request.user).first()


def voice_of(request: HttpRequest, article: Article) -> Voice | None:
    """An author of the article, or else one of the staff who edits or moderates; None for readers."""
    if author := author_of(request, article):
        return Voice(author.name, author)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if able(request.user, Ability.EDIT_ANY) or able(request.user, Ability.MODERATE):
        return Voice(_staff_name(request))
    return None


def _staff_name(request: HttpRequest) -> str:
    """As author of other articles, or the full name; never the name of the login, which is nobody's business."""
    author = Author.objects.filter(user=request.user.pk).first()
    if author:
        return author.name
    try:
        return clean_name(request.user.get_full_name())  # type: ignore[union-attr]
    except Refused:
        return gettext("The editors")
