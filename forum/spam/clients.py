"""Who posts, without keeping the address: a keyed hash of the client's network, its key changed monthly (C2)."""

import ipaddress
from base64 import urlsafe_b64encode
from datetime import date

from django.utils.crypto import salted_hmac

IPV6_PREFIX = 64  # one subscriber's network


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
