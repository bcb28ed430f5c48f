"""A sum that takes a browser a moment and a sender of thousands his whole machine. Altcha's, so without a third party.

Challenges are not stored: each is signed with our secret, names the one reaction it is for and the moment it ends. That reaction
can be let through once, so a solution that is sent again does nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

MAX_NUMBER = 50_000  # on average half of it is tried: half a second on a laptop
VALID_FOR = timedelta(minutes=10)
FIELDS = ("salt", "challenge", "signature", "number")
MOST_CHARS = 300


def challenge(subject: int, *, now: datetime) -> dict[str, str | int]:
    """salt, challenge and signature, and `max`: which number from 0 to max, written behind the salt, has this SHA-256?"""
    from altcha import ChallengeOptionsV1, create_challenge_v1

    options = ChallengeOptionsV1(
        hmac_key=_key(), max_number=MAX_NUMBER, expires=now + VALID_FOR, params={"subject": str(subject)}
    )
    made = create_challenge_v1(options)
    return {"salt": made.salt, "challenge": made.challenge, "signature": made.signature, "max": MAX_NUMBER}


def is_solved(sent: Mapping[str, str], *, subject: int) -> bool:
    """`sent`: the fields of a form, whatever stands in them."""
    from altcha import PayloadV1, verify_solution_v1

    fields = {name: sent.get(name, "") for name in FIELDS}
    if not all(0 < len(value) <= MOST_CHARS and value.isascii() for value in fields.values()):
        return False
    if not fields["number"].isdigit() or fields["salt"].count("?") != 1:
        return False
    given = PayloadV1("SHA-256", fields["challenge"], int(fields["number"]), fields["salt"], fields["signature"])
    right, _why_not = verify_solution_v1(given, _key())
    _nonce, _expires, named = given.parse_salt()
    return right and named.get("subject") == [str(subject)]


def _key() -> bytes:
    return salted_hmac("forum.spam.proofwork", "", algorithm="sha256").digest()
