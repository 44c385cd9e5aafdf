"""Attack cases 25 to 37 over every place that reaches out: nobody inside is dialled, and nothing is told apart.

Names are asked of a DNS server of ours (EGRESS_NAMESERVERS), every connection that the process opens is written down,
and a sentinel on loopback counts what reaches it.
"""

import asyncio
import random
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from kernel.egress.addresses import _FORBIDDEN_V4, _FORBIDDEN_V6
from kernel.egress.deadline import deadline
from tests.egress.sinks import CANARY, GOOD, SINKS, Sink
from tests.egress.test_where_calls_may_go import FORBIDDEN_V4, FORBIDDEN_V6, IN_RECORDS, ODD_URLS, PUBLIC
from tests.fakes import hostile_hosts as hosts
from tests.fakes.dns_server import (
    DnsServer,
    Zone,
    alias,
    cut,
    failing,
    half,
    in_turn,
    lie_about_another_name,
    lie_of_another_number,
    silent,
    slow,
)
from tests.fakes.hostile_hosts import HostileHost, answer, closed_port, hostile_host

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

FOLLOWING = tuple(sink for sink in SINKS if sink.follows)
Dialled = tuple[str, str, int]
_now: ContextVar[str] = ContextVar("sink", default="")


@dataclass(slots=True)
class Network:
    """Writes down who dials what, but for the DNS server. Loopback answers; everything else is closed."""

    names: DnsServer
    dialled: list[Dialled] = field(default_factory=list)

    def connect(
        self, original: Callable[[socket.socket, Any], None], sock: socket.socket, address: Any
    ) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and address != self.names.address:
            self.dialled.append((_now.get(), address[0], address[1]))
            if address[0] != "127.0.0.1":
                raise ConnectionRefusedError(f"closed: {address}")
        original(sock, address)

    def but(self, *known: HostileHost) -> list[Dialled]:
        """What was dialled beside these hosts."""
        return [one for one in self.dialled if one[1:] not in {("127.0.0.1", host.port) for host in known}]


@pytest.fixture
def network(names: DnsServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Network:
    caplog.set_level("WARNING", "kernel.egress")  # the reasons of some thousand refusals
    network, original = Network(names), socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda sock, where: network.connect(original, sock, where))
    return network


@pytest.fixture
def host(settings: Any) -> Iterator[Callable[[hosts.Behaviour], HostileHost]]:
    """Start a host that the operator trusts, with a behaviour."""
    with ExitStack() as stack:

        def start(behaviour: hosts.Behaviour) -> HostileHost:
            started = stack.enter_context(hostile_host(behaviour))
            settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{started.port}"]
            return started

        yield start


@dataclass(frozen=True, slots=True)
class Ending:
    """How a place's call ended: with `error`, None where it succeeded."""

    sink: str
    url: str
    error: BaseException | None

    @property
    def words(self) -> tuple[str, str, str]:
        """What whoever asked is told."""
        return type(self.error).__name__, str(getattr(self.error, "code", "")), str(self.error)


async def every(sinks: Iterable[Sink], urls: Iterable[str], *, seconds: float = 60.0) -> list[Ending]:
    """Call every place with every address, all at the same time."""
    pairs = [(sink, url) for sink in sinks for url in urls]
    return list(await asyncio.gather(*(_ending(sink, url, seconds) for sink, url in pairs)))


async def _ending(sink: Sink, url: str, seconds: float) -> Ending:
    _now.set(sink.name)
    with deadline(time.monotonic() + seconds):
        try:
            await sink.reach(url)
        except Exception as error:
            return Ending(sink.name, url, error)
    return Ending(sink.name, url, None)


def succeeded(endings: Iterable[Ending]) -> list[tuple[str, str]]:
    return [(ending.sink, ending.url) for ending in endings if ending.error is None]


def unforeseen(endings: Iterable[Ending]) -> set[tuple[str, str, str]]:
    """Endings that nobody could be told: errors without a code."""
    return {
        (one.sink, one.url, repr(one.error))
        for one in endings
        if one.error and not hasattr(one.error, "code")
    }


def literal(address: str) -> str:
    return f"https://[{address.replace('%', '%25')}]/" if ":" in address else f"https://{address}/"


async def test_every_place_works_with_a_good_host(network: Network, host: Any, settings: Any) -> None:
    """By its address and by its name, or else the rest of this file would prove nothing."""
    good = host(answer(body=GOOD, Content_Type="application/json"))
    network.names.zone["good.example"] = alias("127-0-0-1.example")
    network.names.zone["127-0-0-1.example"] = ["127.0.0.1"]
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"good.example:{good.port}"]
    named = f"http://good.example:{good.port}"
    speaking = [sink for sink in SINKS if sink.name not in NEED_MORE]
    endings = await every(speaking, [good.url, named])
    assert [one for one in endings if one.error] == []
    assert network.names.count("good.example")["A"] >= len(speaking), "each asked for itself"
    await every([sink for sink in SINKS if sink.name in NEED_MORE], [good.url])
    assert {one[0] for one in network.dialled} == {sink.name for sink in SINKS}


# Places that try again, with pauses, where nobody answers.
RETRYING = frozenset({"own chat model", "embedding of a question", "embedding of passages"})
# Places for which one JSON document is no good answer; they are seen to dial.
NEED_MORE = frozenset({"provider test", "own chat model", "MCP offer", "MCP call", "OAuth discovery", "web page", "robots.txt", "embedding of a question", "embedding of passages"})  # fmt: skip


INNER_NAMES: Zone = {f"n{number}.example": [address] for number, address in enumerate(IN_RECORDS)} | {
    "mixed.example": [PUBLIC, "10.0.0.1"],
    "mixed6.example": ["2606:4700::1111", "::1"],
    "mapped.example": [PUBLIC, "::ffff:127.0.0.1"],
    "empty.example": [],
    "alias.example": alias("localhost"),
    "chain.example": alias("alias2.example"),
    "cut.example": cut(PUBLIC, "10.0.0.1"),
    "many.example": [*(f"93.184.216.{last}" for last in range(31)), "127.0.0.1"],  # too long for UDP
    "failing.example": failing,
    "half.example": half("A", failing, PUBLIC),  # who knows what the other half would have been
    "lied.example": lie_of_another_number([PUBLIC], ["10.0.0.1"]),
    "renamed.example": lie_about_another_name([PUBLIC], ["10.0.0.1"]),
}
LEADING_ON: Zone = {"alias2.example": alias("db.internal"), "db.internal": ["10.0.0.1"]}


async def test_nothing_inside_is_dialled(network: Network) -> None:
    """Addresses, odd spellings of them, other ports and schemes, and names that lead there; all in one go."""
    network.names.zone = (
        {name: [PUBLIC] for name in ("example.com", "127.1", "db", "2130706433")}
        | {"localhost": ["127.0.0.1"]}
        | LEADING_ON
        | INNER_NAMES
    )
    addresses = [literal(address) for address in FORBIDDEN_V4 + FORBIDDEN_V6]
    names = [f"https://{name}/" for name in INNER_NAMES]
    endings = await every(SINKS, [*addresses, *ODD_URLS, *names])
    # It asks the root of a site, which it spells itself: a tab or a line break in what was typed is gone by then.
    spelt_anew = ("robots.txt", PUBLIC, 443)
    assert [one for one in network.dialled if one != spelt_anew] == []
    assert (succeeded(endings), unforeseen(endings)) == ([], set())
    assert network.names.names >= set(INNER_NAMES), "names were looked up, and what came was refused"


@pytest.mark.large
async def test_nothing_inside_is_dialled_at_full_size(network: Network) -> None:
    """A thousand addresses out of all forbidden networks, by name."""
    chance = random.Random(7)
    networks = [*_FORBIDDEN_V4, *_FORBIDDEN_V6]
    chosen = [chance.choice(networks) for _ in range(1000)]
    addresses = [str(one[chance.randrange(one.num_addresses)]) for one in chosen]
    network.names.zone = {f"n{number}.example": [address] for number, address in enumerate(addresses)}
    quick = [sink for sink in SINKS if sink.name not in RETRYING]
    urls = [f"https://{name}/" for name in network.names.zone]
    for start in range(0, len(urls), 100):
        endings = await every(quick, urls[start : start + 100])
        assert (network.dialled, succeeded(endings)) == ([], [])


async def test_what_was_checked_is_what_is_dialled(network: Network) -> None:
    """A name that is public when it is asked for the first time, and inside ever after."""
    network.names.zone["*"] = in_turn([PUBLIC], ["127.0.0.1"])
    calls = (every([sink], [f"https://rebinding{number}.example/"]) for number, sink in enumerate(SINKS))
    await asyncio.gather(*calls)
    # Once public, once dialled; each further try was refused.
    once = sorted((sink.name, PUBLIC, 443) for sink in SINKS)
    assert sorted(network.dialled) == once
    asked = [network.names.count(f"rebinding{number}.example") for number in range(len(SINKS))]
    assert all(count["A"] == count["AAAA"] for count in asked), "whole look-ups only"
    # Whoever was called before is called again, as a saved address is: nothing was kept of what was good once.
    again = [(number, sink) for number, sink in enumerate(SINKS) if sink.name not in RETRYING]
    await asyncio.gather(*(every([sink], [f"https://rebinding{number}.example/"]) for number, sink in again))
    assert sorted(network.dialled) == once
    assert all(
        network.names.count(f"rebinding{number}.example")["A"] > asked[number]["A"] for number, _ in again
    )


@pytest.mark.parametrize("status", [302, 307])
async def test_redirects_that_lead_inside(
    status: int, network: Network, host: Any, sentinel: HostileHost
) -> None:
    network.names.zone = {
        "inner.example": ["169.254.169.254"],
        "mixed.example": [PUBLIC, "127.0.0.1"],
        "alias.example": alias("inner.example"),
    }
    targets = [
        sentinel.url,
        f"//127.0.0.1:{sentinel.port}/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://inner.example/",
        "https://mixed.example/",
        "https://alias.example/",
        "https://user@example.com/",
        "file:///etc/passwd",
        "https://[oops",
    ]
    moving = [host(hosts.redirect_to(target, status)) for target in targets]
    endings = await every(SINKS, [one.url for one in moving])
    assert (network.but(*moving), succeeded(endings), unforeseen(endings)) == ([], [], set())
    assert sentinel.connections == 0


async def test_credentials_stay_at_their_origin(network: Network, host: Any) -> None:
    other = host(answer(body=GOOD))
    moving = host(hosts.redirect_to(other.url))
    await every(SINKS, [moving.url])
    assert other.connections >= len(FOLLOWING)
    assert any(CANARY.encode() in head for head in moving.heads)
    assert not any(CANARY.encode() in head for head in other.heads)


async def test_the_environments_proxies_are_ignored(
    network: Network, host: Any, sentinel: HostileHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, sentinel.url)
    good = host(answer(body=GOOD))
    network.names.zone["public.example"] = [PUBLIC]
    await every(SINKS, [good.url])
    await every([sink for sink in SINKS if sink.name not in RETRYING], ["https://public.example/"])
    assert sentinel.connections == 0
    assert {one[1:] for one in network.but(good)} == {(PUBLIC, 443)}


HOSTILE = {
    "endless": hosts.endless_body,
    "slow": hosts.slow_body,
    "slow head": hosts.slow_head,
    "huge head": hosts.huge_head,
    "cut": hosts.cut_body,
    "nonsense": hosts.nonsense,
}


async def test_hostile_answers_end_in_time(network: Network, host: Any) -> None:
    """Endless, slow, cut and huge ones, and names about which nothing is said, or too late."""
    network.names.zone = {"silent.example": silent, "slow.example": slow(2.0, PUBLIC)}
    names = {host(behaviour).url: name for name, behaviour in HOSTILE.items()}
    names |= {f"https://{name}/": name for name in network.names.zone}
    started = time.monotonic()
    endings = await every(SINKS, names, seconds=0.5)
    assert [(one.sink, names[one.url]) for one in endings if one.error is None] == []
    assert unforeseen(endings) == set()
    assert time.monotonic() - started < 15
    assert PUBLIC not in {one[1] for one in network.dialled}, "an answer that came too late"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
async def test_bombs_are_never_unpacked_whole(coding: str, network: Network, host: Any) -> None:
    endings = await every(SINKS, [host(hosts.bomb(coding)).url])
    assert (succeeded(endings), unforeseen(endings)) == ([], set())


async def test_nobody_learns_what_is_inside(network: Network, sentinel: HostileHost) -> None:
    """An open port, a closed one, an inner name, an unknown one and a silent one: every place says the same."""
    network.names.zone = {
        "inner.example": ["10.0.0.1"],
        "silent.example": [PUBLIC],
        "failing.example": failing,
    }
    urls = [
        f"https://127.0.0.1:{sentinel.port}/",
        f"https://127.0.0.1:{closed_port()}/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://inner.example/",
        "https://unknown.example/",
        "https://silent.example/",
        "https://failing.example/",
    ]
    # How an address is spelt is known to whoever typed it: places may say at once that it is none that works.
    told: dict[tuple[str, bool], set[tuple[str, ...]]] = {}
    for ending in await every(SINKS, urls):
        name = ending.url.removeprefix("https://").partition("/")[0].partition(":")[0]
        kind = (ending.sink, name.endswith(".example"))
        told.setdefault(kind, set()).add(tuple(word.replace(name, "HOST") for word in ending.words))
    assert {kind: words for kind, words in told.items() if len(words) != 1} == {}
    assert sentinel.connections == 0
