"""Names that cannot be borrowed: of authors and staff by themselves, of readers who claimed theirs."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from articles.models import Author
from forum.cleaning import name_skeleton
from forum.prepared import Prepared
from forum.reactions.models import Claim
from forum.reactions.owning import names_of

MOST_CLAIMS = 3  # per address
MOST_SKELETON = 240  # of signs that each stand for many
CLAIM_LOCK = 0x6E61_616D  # any number that nobody else takes


class NamingError(Exception):
    """A name that cannot be claimed; the subclasses say why."""


class NotYourName(NamingError):
    """Nothing that was proven to be his stands under it."""


class NameTaken(NamingError):
    """Somebody else claimed it, or one that looks like it; or it belongs to the staff or an author."""


class TooManyNames(NamingError):
    """MOST_CLAIMS is reached."""


class Standing(Enum):
    OWN = "own"
    OTHERS = "others"


def protected_names() -> list[str]:
    """What nobody else may sign with: the authors' names, and the staff's."""
    names = {name for (name,) in _AUTHORS()}
    for first, last, login in _STAFF():
        names |= {f"{first} {last}".strip(), login}
    return sorted(names - {""})


def standing(name: str, owner: str, *, proven: bool) -> Standing | None:
    """Of a name with whoever posts under it: his own, another's, or (None) nobody's. Typing the address of its owner
    proves nothing: the browser must have confirmed it. One indexed look."""
    for claimant, released_at in _CLAIM(skeleton=name_skeleton(name)):
        if released_at is None:
            return Standing.OWN if proven and owner and claimant == owner else Standing.OTHERS
    return None


_CLAIM = Prepared(
    lambda skeleton: Claim.objects.filter(skeleton=skeleton).order_by().values_list("owner", "released_at"),
    skeleton="a skeleton",
)
_AUTHORS = Prepared(lambda: Author.objects.order_by().values_list("name"))
_STAFF = Prepared(
    lambda: (
        get_user_model()
        .objects.filter(is_staff=True, is_active=True)
        .order_by()
        .values_list("first_name", "last_name", "username")
    )
)


def claimed_by(owner: str) -> list[Claim]:
    return list(_active(owner))


def _active(owner: str) -> QuerySet[Claim]:
    return Claim.objects.filter(owner=owner, released_at=None).exclude(owner="")


def claim_name(owner: str, name: str, *, now: datetime) -> Claim:
    """Only a name under which this address has posted, so that moderators have seen it used and nobody lays names by.

    Raises NotYourName, NameTaken, TooManyNames. May run twice.
    """
    skeleton = name_skeleton(name)
    if name not in names_of(owner).proven or not 0 < len(skeleton) <= MOST_SKELETON:
        raise NotYourName
    if any(skeleton == name_skeleton(protected) for protected in protected_names()):
        raise NameTaken
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
            known = Claim.objects.filter(skeleton=skeleton).first()
            if known and known.owner != owner:
                raise NameTaken
            if known and known.released_at is None:
                return known
            if _active(owner).count() >= MOST_CLAIMS:
                raise TooManyNames
            if known:
                known.released_at = None
                known.save(update_fields=["released_at"])
                return known
            return Claim.objects.create(name=name, skeleton=skeleton, owner=owner, claimed_at=now)
    except IntegrityError:
        raise NameTaken from None


def release_name(owner: str, pk: int, *, now: datetime) -> None:
    """Everybody may sign with it again. The marks stay: who wrote those reactions did own the name then."""
    _active(owner).filter(pk=pk).update(released_at=now)


def claimable(owner: str, names: Iterable[str]) -> list[str]:
    """Which of these names its owner could claim, at most twenty."""
    skeletons = {name: name_skeleton(name) for name in sorted(names)}
    taken = set(
        Claim.objects.filter(skeleton__in=skeletons.values()).exclude(owner=owner).values_list("skeleton", flat=True)
    )
    taken |= {claim.skeleton for claim in claimed_by(owner)} | {name_skeleton(name) for name in protected_names()}
    return [name for name, skeleton in skeletons.items() if skeleton and skeleton not in taken][:20]
