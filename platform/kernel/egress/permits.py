"""Whom calls are made for may narrow further where they go: asked on every hop, by every client, whoever makes the call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HostCheck = Callable[[str], None]
_checks: ContextVar[tuple[HostCheck, ...]] = ContextVar("egress_permits", default=())


@contextmanager
def each_host_checked(check: HostCheck) -> Iterator[None]:
    """Hold every call inside to a check of its host, redirects included; the checks around it hold too.

    Args:
        check: given the host as it is dialled; what it raises ends the call, before anything is sent.
    """
    token = _checks.set((*_checks.get(), check))
    try:
        yield
    finally:
        _checks.reset(token)


def check_permitted(host: str) -> None:
    """Ask the checks that are in force around this call."""
    for check in _checks.get():
        check(host)
