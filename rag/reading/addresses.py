"""Which network addresses may be fetched. Knows numbers only, no names and no network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# IPv6 forms that carry an IPv4 address to which the packets are delivered in the end.
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1 (deprecated, still routed by some systems)


def parse_address(text: str) -> Address:
    """Parse what the resolver gives, a scope (`fe80::1%eth0`) left out."""
    return ip_address(text.partition("%")[0])


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet.

    False for private, loopback, link-local, carrier-grade NAT (100.64.0.0/10), multicast, reserved and unspecified
    addresses, for documentation and benchmarking ranges, and for IPv6 forms that carry such an IPv4 address.
    """
    if isinstance(address, IPv6Address) and (carried := _carried(address)) is not None:
        return is_public(carried)
    return address.is_global and not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, IPv6Address) and address.is_site_local)
    )


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
