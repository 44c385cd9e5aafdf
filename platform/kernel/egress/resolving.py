"""From a host to the addresses that may be dialled: resolved and checked in one go, at the time of the call."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings

from kernel.egress.addresses import is_forbidden
from kernel.egress.errors import EgressRefused
from kernel.egress.targets import Target

Resolver = Callable[[str, int], Sequence[str]]


def system_resolver(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host, in the order to try them.

    Tests have names under their own control: `EGRESS_RESOLVER`, a Resolver, which no variable of the environment fills.
    What it answers is checked like any other answer.
    """
    if settings.EGRESS_RESOLVER is not None:
        return list(settings.EGRESS_RESOLVER(host, port))
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(target: Target, resolver: Resolver, timeout: float) -> list[str]:
    """The addresses to dial for a target.

    Raises:
        EgressRefused: it has none, or any of them is not allowed: mixed answers are an attack.
    """
    if _is_literal(target.host):
        return _checked(target, [target.host])
    try:
        return _checked(target, _threads().submit(resolver, target.host, target.port).result(timeout))
    except (OSError, TimeoutError, UnicodeError) as error:
        raise EgressRefused(host=target.host, reason=f"no address: {error!r}") from None


async def resolve_async(target: Target, resolver: Resolver, within: float) -> list[str]:
    """The same without blocking the event loop."""
    if _is_literal(target.host):
        return _checked(target, [target.host])
    loop = asyncio.get_running_loop()
    try:
        asked = loop.run_in_executor(_threads(), resolver, target.host, target.port)
        return _checked(target, await asyncio.wait_for(asked, within))
    except (OSError, TimeoutError, UnicodeError) as error:
        raise EgressRefused(host=target.host, reason=f"no address: {error!r}") from None


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
