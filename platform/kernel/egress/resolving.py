"""From a host to the addresses that may be dialled: resolved and checked in one go, at the time of the call."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings

from kernel.egress import lookups
from kernel.egress.addresses import is_forbidden
from kernel.egress.errors import EgressRefused
from kernel.egress.lookups import NameLookupError
from kernel.egress.targets import Target

_UNRESOLVED = (OSError, TimeoutError, UnicodeError, NameLookupError)


def resolve(target: Target, timeout: float) -> list[str]:
    """The addresses to dial for a target, by the servers of `EGRESS_NAMESERVERS`, without them by the system.

    Raises:
        EgressRefused: it has none, or any of them is not allowed: mixed answers are an attack.
    """
    if _is_literal(target.host):
        return _checked(target, [target.host])
    try:
        if settings.EGRESS_NAMESERVERS:
            return _checked(target, lookups.addresses(target.host, timeout))
        return _checked(target, _threads().submit(_by_system, target).result(timeout))
    except _UNRESOLVED as error:
        raise EgressRefused(host=target.host, reason=f"no address: {error!r}") from None


async def resolve_async(target: Target, within: float) -> list[str]:
    """The same without blocking the event loop."""
    if _is_literal(target.host):
        return _checked(target, [target.host])
    try:
        if settings.EGRESS_NAMESERVERS:
            return _checked(target, await lookups.addresses_async(target.host, within))
        asked = asyncio.get_running_loop().run_in_executor(_threads(), _by_system, target)
        return _checked(target, await asyncio.wait_for(asked, within))
    except _UNRESOLVED as error:
        raise EgressRefused(host=target.host, reason=f"no address: {error!r}") from None


def _by_system(target: Target) -> list[str]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _checked(target: Target, addresses: Sequence[str]) -> list[str]:
    if not addresses:
        raise EgressRefused(host=target.host, reason="no address")
    if not target.trusted and any(is_forbidden(address) for address in addresses):
        raise EgressRefused(host=target.host, reason=f"forbidden among {list(addresses)}")
    return list(addresses)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="dns")
