"""What DNS servers know of a name: those that operators name, or for TXT records the system's.

Nothing is kept here: each look-up asks anew, and the servers keep what they like.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.egress.deadline import ends_at
from kernel.egress.names import ascii_host
from kernel.egress.targets import is_public_name
from kernel.errors import DomainError

LOOPBACK = ("127.0.0.1", "::1")


class NameLookupError(DomainError):
    """The servers failed, refused or answered with nonsense."""

    code = "name_lookup_failed"
    status = 502
    user_message = _(
        "The DNS servers gave no usable answer about %(name)s. Check the domain's DNS settings, or try again later."
    )


class NameLookupTimeout(NameLookupError):
    """No server answered in time."""

    code = "name_lookup_timeout"
    status = 504
    user_message = _(
        "No DNS server answered about %(name)s in time. Try again later, or check the domain's DNS settings."
    )


class NotADomainName(NameLookupError):
    """No public domain is called that."""

    code = "not_a_domain_name"
    status = 400
    user_message = _("%(name)s is not the name of a public domain. Write it like this: example.org.")


def addresses(host: str, within: float) -> list[str]:
    """Ask the servers that operators name for a host's addresses, which may be none, in the order to try them.

    Args:
        host: in its ASCII form.
        within: seconds for all of it.

    Raises:
        NameLookupError: one of the two kinds of addresses could not be looked up. The other is not used then, since
            a bad one among those unknown would have spoilt the name.
    """
    if _is_this_machine(host):
        return list(LOOPBACK)
    end = time.monotonic() + within
    four = _ask(host, "A", within)
    return _in_turns(four, _ask(host, "AAAA", end - time.monotonic()))


async def addresses_async(host: str, within: float) -> list[str]:
    """The same without blocking the event loop; both kinds are asked for at once."""
    if _is_this_machine(host):
        return list(LOOPBACK)
    try:
        async with asyncio.TaskGroup() as both:
            four, six = (both.create_task(_ask_async(host, kind, within)) for kind in ("A", "AAAA"))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return _in_turns(four.result(), six.result())


def txt_records(name: str, *, within: float = 5.0) -> list[str]:
    """What a domain's TXT records say, none where it has none or where there is no such domain.

    A record's pieces are put together without anything between them (RFC 7208, section 3.3); bytes that are not UTF-8
    become replacement characters. Asked are the servers of `EGRESS_NAMESERVERS`, without them those of the system's
    resolv.conf.

    Args:
        name: such as `_challenge.example.org`, in any script.
        within: seconds for all of it, and never longer than the deadline around the call.

    Raises:
        NotADomainName: no public domain is called that.
        NameLookupTimeout: no server answered in time.
        NameLookupError: the servers failed.
    """
    return [_text(record) for record in _ask(_public(name), "TXT", _seconds(within))]


async def txt_records_async(name: str, *, within: float = 5.0) -> list[str]:
    """The same without blocking the event loop."""
    return [_text(record) for record in await _ask_async(_public(name), "TXT", _seconds(within))]


def _ask(name: str, kind: str, within: float) -> Sequence[Any]:
    # dnspython takes a tenth of a second to load, and most installations and programs never ask anybody.
    from kernel.egress.asking import ask

    return ask(name, kind, within, _servers(name))


async def _ask_async(name: str, kind: str, within: float) -> Sequence[Any]:
    from kernel.egress.asking import ask_async

    return await ask_async(name, kind, within, _servers(name))


def _servers(name: str) -> Sequence[tuple[str, int]]:
    if settings.EGRESS_NAMESERVERS:
        return settings.EGRESS_NAMESERVERS
    from dns.exception import DNSException
    from dns.resolver import Resolver

    try:
        return [(str(server), 53) for server in Resolver().nameservers]
    except DNSException:
        raise NameLookupError(name=name) from None  # the system names none


def _in_turns(four: Sequence[Any], six: Sequence[Any]) -> list[str]:
    """Both kinds in turns: a machine may have no way to one of them, and only the first few are tried."""
    found = (record.address for pair in zip_longest(four, six) for record in pair if record is not None)
    return list(dict.fromkeys(found))


def _is_this_machine(host: str) -> bool:
    """Never a question to a server, and the same answer everywhere (RFC 6761, section 6.3)."""
    return host == "localhost" or host.endswith(".localhost")


def _public(name: str) -> str:
    try:
        # Label by label, since no name in another script may have an underscore, and labels such as _challenge do.
        host = ".".join(map(ascii_host, name.strip().removesuffix(".").split(".")))
    except ValueError:
        host = ""
    if not is_public_name(host):
        raise NotADomainName(name=name[:200])
    return host


def _seconds(within: float) -> float:
    return max(0.0, min(within, ends_at() - time.monotonic()))


def _text(record: Any) -> str:
    return b"".join(record.strings).decode(errors="replace")
