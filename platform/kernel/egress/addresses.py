"""Which addresses nobody may be sent to."""

import time
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import psutil

# Everything that IANA's special-purpose registry does not call globally reachable, multicast, and the public
# addresses at which clouds serve their machines' metadata.
_FORBIDDEN_V4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6 = ip_network(
    "2000::/3"
)  # outside of it: mapped, NAT64, unique-local, link-local, site-local, multicast
_FORBIDDEN_V6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarking, ORCHID and other assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_OWN_ADDRESSES_FOR = 30.0  # seconds


def is_forbidden(address: str) -> bool:
    """Whether an address, as a resolver gives it, leads anywhere but to the public internet."""
    public = _public(address)
    return public is None or public in _own_addresses(int(time.monotonic() / _OWN_ADDRESSES_FOR))


@lru_cache(maxsize=4096)
def _public(text: str) -> str | None:
    """An address in its one spelling, None where it is none or a special one."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    return None if _is_special(address) else str(address)


def _is_special(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return any(address in network for network in _FORBIDDEN_V4)
    if address.scope_id or address not in _GLOBAL_V6:
        return True
    return any(address in network for network in _FORBIDDEN_V6)


@lru_cache(maxsize=1)
def _own_addresses(_period: int) -> frozenset[str]:
    """This machine's own addresses, public ones included: what listens here is reached from inside only."""
    found = set()
    for interface in psutil.net_if_addrs().values():
        for entry in interface:
            try:
                found.add(str(ip_address(entry.address.partition("%")[0])))
            except ValueError:
                continue  # a hardware address
    return frozenset(found)
