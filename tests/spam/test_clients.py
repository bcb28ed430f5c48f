"""Who posts, without keeping the address (C2, P19)."""

from datetime import date

import pytest

from forum.spam.clients import client_key

TODAY = date(2026, 11, 23)


def key(address: str, today: date = TODAY) -> str:
    return client_key(address, today=today)


def test_c2_a_client_is_kept_as_a_keyed_hash_that_changes_monthly(settings):
    first = key("192.0.2.1")
    assert len(first) == 43 and first.replace("-", "").replace("_", "").isalnum()
    assert key("192.0.2.1", date(2026, 11, 1)) == first
    assert key("192.0.2.1", date(2026, 12, 1)) != first != key("192.0.2.1", date(2025, 11, 23))
    settings.SECRET_KEY = "another"
    assert key("192.0.2.1") != first


def test_p19_an_ipv4_address_is_one_client_and_an_ipv6_network_too():
    assert key("192.0.2.1") != key("192.0.2.2")
    assert key("2001:db8:1:2::1") == key("2001:0DB8:1:2:ffff:ffff:ffff:ffff") != key("2001:db8:1:3::1")
    assert key("::ffff:192.0.2.1") == key("192.0.2.1")
    assert key("fe80::1%eth0") == key("fe80::2")


@pytest.mark.parametrize(
    "address", ["", "unknown", "192.0.2", "192.0.2.1:80", "[::1]", "1.2.3.4, 5.6.7.8", "\ud800", "1" * 999]
)
def test_what_is_no_address_has_no_key(address):
    assert key(address) == ""
