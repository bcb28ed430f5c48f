"""Who posts, without keeping the address: a keyed hash of the client's network, its key changed monthly (C2)."""

from datetime import date


def client_key(address: str, *, today: date) -> str:
    """43 characters for an IPv4 address or an IPv6 /64; "" for something that is no address."""
    raise NotImplementedError
