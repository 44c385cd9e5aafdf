"""One question put to DNS servers in turn (RFC 1035), by way of dnspython.

A question goes out with a number and from a port chosen at random. What is no answer to that very question, or comes
from elsewhere, is ignored; what was cut is asked for again over TCP. A server that says nothing for two seconds lets the
next one have its turn, and comes again after the last; one that fails has had its turns.
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import dns.asyncquery
import dns.query
from dns.exception import DNSException, Timeout
from dns.message import Message, QueryMessage, Truncated, make_query
from dns.rcode import NOERROR, NXDOMAIN

from kernel.egress.lookups import NameLookupError, NameLookupTimeout

SERVER_SECONDS = 2.0
Server = tuple[str, int]
Said = Message | Exception
# Whatever goes wrong on the way to a server, or while its answer is read.
_FAULTS = (DNSException, OSError, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class Step:
    """What to send next: a question to a server, which has `seconds`."""

    question: Message
    server: Server
    seconds: float
    over_tcp: bool = False


def ask(name: str, kind: str, within: float, servers: Sequence[Server]) -> Sequence[Any]:
    """The records of one kind that a name leads to, through any aliases; none where there are none or no such name.

    Args:
        name: in its ASCII form.
        kind: such as "A", "AAAA" or "TXT".
        within: seconds for all of it.

    Raises:
        NameLookupTimeout: the time was over before a server had answered.
        NameLookupError: every server failed, or no server can be asked about such a name.
    """
    steps = _steps(name, kind, within, servers)
    said: Said | None = None
    try:
        while True:
            step = steps.send(said)
            try:
                said = _sent(step)
            except _FAULTS as error:
                said = error
    except StopIteration as end:
        return cast(Sequence[Any], end.value)


async def ask_async(name: str, kind: str, within: float, servers: Sequence[Server]) -> Sequence[Any]:
    """The same without blocking the event loop."""
    steps = _steps(name, kind, within, servers)
    said: Said | None = None
    while True:
        try:
            step = steps.send(said)
        except StopIteration as end:
            return cast(Sequence[Any], end.value)
        try:
            said = await _sent_async(step)
        except _FAULTS as error:
            said = error


def _steps(
    name: str, kind: str, within: float, servers: Sequence[Server]
) -> Generator[Step, Said | None, Sequence[Any]]:
    """What to ask whom, told what came of it each time; returns the records."""
    end, left = time.monotonic() + within, list(servers)
    while left:
        for server in tuple(left):
            question = _question(name, kind)
            said = yield Step(question, server, _seconds(name, end))
            if isinstance(said, Truncated):
                said = yield Step(question, server, _seconds(name, end), over_tcp=True)
            if isinstance(said, Timeout):
                continue
            found = _records(said)
            if found is not None:
                return found
            left.remove(server)
    raise NameLookupError(name=name)


def _question(name: str, kind: str) -> QueryMessage:
    try:
        return make_query(f"{name}.", kind)
    except DNSException:
        raise NameLookupError(name=name) from None  # longer than a name may be, or with an empty part


def _seconds(name: str, end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise NameLookupTimeout(name=name)
    return min(left, SERVER_SECONDS)


def _records(said: Said | None) -> Sequence[Any] | None:
    """What an answer holds, None where it is no answer."""
    if not isinstance(said, QueryMessage) or said.rcode() not in (NOERROR, NXDOMAIN):
        return None
    try:
        return tuple(said.resolve_chaining().answer or ())
    except DNSException:
        return None  # aliases in a circle, or an answer about a name that does not exist


def _sent(step: Step) -> Message:
    address, port = step.server
    if step.over_tcp:
        return dns.query.tcp(step.question, address, step.seconds, port)
    return dns.query.udp(
        step.question,
        address,
        step.seconds,
        port,
        ignore_unexpected=True,
        ignore_errors=True,
        raise_on_truncation=True,
    )


async def _sent_async(step: Step) -> Message:
    address, port = step.server
    if step.over_tcp:
        return await dns.asyncquery.tcp(step.question, address, step.seconds, port)
    return await dns.asyncquery.udp(
        step.question,
        address,
        step.seconds,
        port,
        ignore_unexpected=True,
        ignore_errors=True,
        raise_on_truncation=True,
    )
