"""Who posts, without keeping the address: a keyed hash of the client's network, its key changed monthly (C2)."""

import ipaddress
from base64 import urlsafe_b64encode
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

IPV6_PREFIX = 64  # one subscriber's network
LONGEST_LIMIT = timedelta(hours=1)


def client_key(address: str, *, today: date) -> str:
    """43 characters for an IPv4 address or an IPv6 /64; "" for something that is no address."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            network = str(found.ipv4_mapped)
        else:
            network = str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
    else:
        network = str(found)
    digest = salted_hmac(f"forum.spam.client {today:%Y-%m}", network, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def client_keys(address: str, *, now: datetime) -> list[str]:
    """Every key that this client had within the last hour, today's first: two just after midnight on the first of a month,
    or else everybody could begin counting anew. None for something that is no address."""
    days = {timezone.localdate(now): None, timezone.localdate(now - LONGEST_LIMIT): None}
    keys = dict.fromkeys(client_key(address, today=day) for day in days)
    return [key for key in keys if key]
