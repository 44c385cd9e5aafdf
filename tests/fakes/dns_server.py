"""A DNS server on loopback, over UDP and TCP, which says what a test wants it to say, lies included.

    with dns_server({"good.example": ["93.184.216.34"], "turning.example": in_turn(["93.184.216.34"], ["10.0.0.1"])}) as server:
        settings.EGRESS_NAMESERVERS = [server.address]

A zone is a dictionary of names; what a name holds is a list of addresses of both kinds, or a behaviour. Names that stand
nowhere do not exist, unless the zone has a name "*" for all of them. Every answer has a time to live of 0. Every question is kept.
"""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

UDP_SIZE = 512
Delayed = tuple[float, dns.message.Message | bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that reached the server: `over` is "udp" or "tcp"."""

    name: str
    kind: str
    over: str


@dataclass(slots=True)
class Question:
    """What a behaviour answers to: `number` counts from 0 the questions for this kind of this name over this way."""

    message: dns.message.Message
    asked: Asked
    number: int
    zone: "Zone"

    def answer(
        self, *lines: dns.rrset.RRset, rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    ) -> dns.message.Message:
        """An answer that holds these records."""
        made = dns.message.make_response(self.message, recursion_available=True)
        made.set_rcode(rcode)
        made.answer.extend(lines)
        return made

    def records(self, name: str, kind: str, values: Iterable[str]) -> list[dns.rrset.RRset]:
        """The records of one kind, as a list of one set or none."""
        found = list(values)
        return [dns.rrset.from_text_list(f"{name}.", 0, "IN", kind, found)] if found else []


Behaviour = Callable[[Question], Iterable[Delayed]]
Zone = dict[str, "Sequence[str] | Behaviour"]


def addresses(*values: str) -> Behaviour:
    """IPv4 and IPv6 addresses; those asked for are given, in any order. What a list in a zone stands for."""

    def behave(question: Question) -> Iterable[Delayed]:
        asked = question.asked
        fitting = [value for value in values if ("AAAA" if ":" in value else "A") == asked.kind]
        return [(0.0, question.answer(*question.records(asked.name, asked.kind, fitting)))]

    return behave


def in_turn(*answers: Sequence[str]) -> Behaviour:
    """Other addresses each time they are asked for, the last ones from then on: a name that is rebound."""

    def behave(question: Question) -> Iterable[Delayed]:
        return addresses(*answers[min(question.number, len(answers) - 1)])(question)

    return behave


def alias(target: str) -> Behaviour:
    """Another name for `target`, whose records come with the answer as a resolver gives them, through any number of names."""

    def behave(question: Question) -> Iterable[Delayed]:
        first = dns.rrset.from_text(f"{question.asked.name}.", 0, "IN", "CNAME", f"{target}.")
        there = Asked(target, question.asked.kind, question.asked.over)
        onward = Question(question.message, there, question.number, question.zone)
        for after, message in respond(onward):
            if isinstance(message, dns.message.Message):
                message.answer.insert(0, first)
            yield after, message

    return behave


def in_circles(question: Question) -> Iterable[Delayed]:
    """Two names, each of which is only another one for the other."""
    here, there = f"{question.asked.name}.", "circle.example."
    pairs = ((here, there), (there, here))
    return [(0.0, question.answer(*(dns.rrset.from_text(a, 0, "IN", "CNAME", b) for a, b in pairs)))]


def texts(*values: str | bytes) -> Behaviour:
    """TXT records; long ones are cut into pieces of 255 bytes, as the format wants it."""

    def behave(question: Question) -> Iterable[Delayed]:
        kept = values if question.asked.kind == "TXT" else ()
        return [(0.0, question.answer(*question.records(question.asked.name, "TXT", map(_quoted, kept))))]

    return behave


def failing(question: Question) -> Iterable[Delayed]:
    """SERVFAIL, whatever is asked."""
    return [(0.0, question.answer(rcode=dns.rcode.SERVFAIL))]


def silent(question: Question) -> Iterable[Delayed]:
    """Nothing, ever."""
    return []


def slow(seconds: float, *values: str) -> Behaviour:
    """The truth, late."""
    return lambda question: [(seconds, message) for _, message in addresses(*values)(question)]


def half(kind: str, other: Behaviour, *values: str) -> Behaviour:
    """The truth for one kind of addresses, something else for the other."""
    return lambda question: (addresses(*values) if question.asked.kind == kind else other)(question)


def cut(*values: str) -> Behaviour:
    """Nothing but the note that it is cut over UDP, the truth over TCP."""

    def behave(question: Question) -> Iterable[Delayed]:
        if question.asked.over == "tcp":
            return addresses(*values)(question)
        made = question.answer()
        made.flags |= dns.flags.TC
        return [(0.0, made)]

    return behave


def cut_everywhere(question: Question) -> Iterable[Delayed]:
    """An answer that never comes whole: over TCP half a message."""
    if question.asked.over == "udp":
        return cut()(question)
    whole = question.answer(*question.records(question.asked.name, "A", ["93.184.216.34"])).to_wire()
    return [(0.0, whole[: len(whole) // 2])]


def lie_of_another_number(lie: Sequence[str], truth: Sequence[str]) -> Behaviour:
    """First an answer to another question's number, as one who cannot see the question would send it."""
    return _lied(lie, truth, _renumbered)


def lie_about_another_name(lie: Sequence[str], truth: Sequence[str]) -> Behaviour:
    """First an answer with the right number about another name."""
    return _lied(lie, truth, _renamed)


def nonsense_first(truth: Sequence[str]) -> Behaviour:
    """Bytes that are no message at all, then the truth."""
    return lambda question: [(0.0, b"\xff" * 40), *_later(addresses(*truth)(question))]


def _lied(
    lie: Sequence[str], truth: Sequence[str], spoil: Callable[[dns.message.Message], dns.message.Message]
) -> Behaviour:
    def behave(question: Question) -> Iterable[Delayed]:
        for _, message in addresses(*lie)(question):
            assert isinstance(message, dns.message.Message)
            yield 0.0, spoil(message)
        yield from _later(addresses(*truth)(question))

    return behave


def _renumbered(message: dns.message.Message) -> dns.message.Message:
    message.id = (message.id + 1) % 65536
    return message


def _renamed(message: dns.message.Message) -> dns.message.Message:
    # Copies: the question is the very one that was asked.
    for section in (message.question, message.answer):
        section[:] = [copy(rrset) for rrset in section]
        for rrset in section:
            rrset.name = dns.name.from_text("elsewhere.example.")
    return message


def _later(messages: Iterable[Delayed]) -> Iterator[Delayed]:
    return ((after + 0.02, message) for after, message in messages)


def _quoted(value: str | bytes) -> str:
    data = value.encode() if isinstance(value, str) else value
    pieces = [data[start : start + 255] for start in range(0, len(data), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{byte:03d}" for byte in piece) + '"' for piece in pieces)


def respond(question: Question) -> Iterable[Delayed]:
    """What the zone says."""
    said = question.zone.get(question.asked.name, question.zone.get("*"))
    if said is None:
        return [(0.0, question.answer(rcode=dns.rcode.NXDOMAIN))]
    return said(question) if callable(said) else addresses(*said)(question)


@dataclass(slots=True)
class DnsServer:
    """A running server; `zone` may be changed at any time."""

    zone: Zone
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    _counts: Counter[Asked] = field(default_factory=Counter)
    # A question that was read before, and what a plain list was made into: some tests ask thousands of times.
    _read: dict[tuple[bytes, str], Asked] = field(default_factory=dict)
    _made: dict[tuple[bytes, str, tuple[str, ...] | None] | None, bytes] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, int]:
        """As `EGRESS_NAMESERVERS` has it."""
        return "127.0.0.1", self.port

    @property
    def names(self) -> set[str]:
        """The names that were asked about."""
        return {one.name for one in self.asked}

    def count(self, name: str) -> dict[str, int]:
        """How often each kind of a name was asked for, over any way."""
        return dict(Counter(one.kind for one in self.asked if one.name == name))

    def answers(self, wire: bytes, over: str) -> Iterator[tuple[float, bytes]]:
        """The bytes to send, and after how many seconds."""
        number, question = wire[:2], wire[2:]
        asked = self._read.get((question, over)) or self._parsed(wire, over)
        self.asked.append(asked)
        count, self._counts[asked] = self._counts[asked], self._counts[asked] + 1
        said = self.zone.get(asked.name, self.zone.get("*"))
        key = None if callable(said) else (question, over, None if said is None else tuple(said))
        if key in self._made:
            yield 0.0, number + self._made[key]
            return
        for after, message in respond(Question(dns.message.from_wire(wire), asked, count, self.zone)):
            sent = message if isinstance(message, bytes) else _wire(message, over)
            if key:
                self._made[key] = sent[2:]
            yield after, sent

    def forget(self) -> None:
        """Start over with an empty zone, as if nobody had asked."""
        self.zone.clear()
        self.asked.clear()
        self._counts.clear()

    def _parsed(self, wire: bytes, over: str) -> Asked:
        line = dns.message.from_wire(wire).question[0]
        name = line.name.to_text(omit_final_dot=True).lower()
        self._read[wire[2:], over] = asked = Asked(name, dns.rdatatype.to_text(line.rdtype), over)
        return asked


def _wire(message: dns.message.Message, over: str) -> bytes:
    whole = message.to_wire(max_size=65535)
    if over == "tcp" or len(whole) <= UDP_SIZE:
        return whole
    message.answer.clear()
    message.flags |= dns.flags.TC
    return message.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for after, wire in self._server.answers(data, "udp"):
            if after:
                asyncio.get_running_loop().call_later(after, self._transport.sendto, wire, addr)
            else:
                self._transport.sendto(wire, addr)


async def _stream(server: DnsServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        length = int.from_bytes(await reader.readexactly(2))
        for after, wire in server.answers(await reader.readexactly(length), "tcp"):
            await asyncio.sleep(after)
            writer.write(len(wire).to_bytes(2) + wire)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass  # they hung up
    finally:
        writer.close()


@contextmanager
def dns_server(zone: Mapping[str, "Sequence[str] | Behaviour"] | None = None) -> Iterator[DnsServer]:
    """Serve a zone on one free port of loopback, over both ways, until the block ends."""
    server, loop = DnsServer(dict(zone or {})), asyncio.new_event_loop()
    datagrams, streams = _sockets()
    server.port = datagrams.getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="dns server", daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        await loop.create_datagram_endpoint(lambda: _Datagrams(server), sock=datagrams)
        return await asyncio.start_server(lambda *ways: _stream(server, *ways), sock=streams)

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        datagrams.close()
        loop.close()


def _sockets() -> tuple[socket.socket, socket.socket]:
    """A free port of both kinds."""
    while True:
        streams = socket.create_server(("127.0.0.1", 0))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagrams.bind(streams.getsockname())
        except OSError:
            streams.close()
            datagrams.close()
            continue
        return datagrams, streams
