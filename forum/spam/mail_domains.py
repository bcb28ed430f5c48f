"""Mail addresses that live for minutes. The list is kept by others (docs/decisions/0002) and asks nobody (PROMISES P22)."""

from functools import cache

from forum.spam.reading import parents


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def is_disposable(email: str) -> bool:
    """By the domain of the address or one above it. `email` may be empty."""
    domain = email.rpartition("@")[2].lower().rstrip(".")
    return bool(domain) and any(place in _disposable() for place in parents(domain))
