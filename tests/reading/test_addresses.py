from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.addresses import is_public, parse_address

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.1.2.3", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:c0a8:101::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_off_the_public_internet_are_not_public(text):
    assert not is_public(parse_address(text))


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_on_the_public_internet_are_public(text):
    assert is_public(parse_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv6_form_that_carries_an_ipv4_address_is_judged_by_it(address):
    assert isinstance(address, IPv4Address)
    for prefix in (0xFFFF << 32, 0x0064FF9B << 96):
        assert is_public(IPv6Address(prefix | int(address))) == is_public(address)
    assert is_public(IPv6Address((0x2002 << 112) | (int(address) << 80))) == is_public(address)
