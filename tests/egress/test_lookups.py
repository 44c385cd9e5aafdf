"""What the product makes of what DNS servers say, and of what they do not."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from kernel.egress import (
    EgressRefused,
    NameLookupError,
    NameLookupTimeout,
    NotADomainName,
    asking,
    lookups,
    txt_records,
    txt_records_async,
)
from kernel.egress.deadline import deadline
from kernel.egress.resolving import resolve, resolve_async
from kernel.egress.targets import Target
from tests.egress.conftest import PUBLIC
from tests.fakes.dns_server import (
    Asked,
    Behaviour,
    Delayed,
    DnsServer,
    Question,
    addresses,
    alias,
    cut,
    cut_everywhere,
    dns_server,
    failing,
    half,
    in_circles,
    lie_about_another_name,
    lie_of_another_number,
    nonsense_first,
    silent,
    slow,
    texts,
)

PUBLIC6, WITHIN = "2606:4700::1111", 0.3
LookUp = Callable[..., Awaitable[list[str]]]


async def in_a_thread(host: str, within: float = WITHIN) -> list[str]:
    """As synchronous code looks up."""
    return await asyncio.to_thread(lookups.addresses, host, within)


async def on_the_loop(host: str, within: float = WITHIN) -> list[str]:
    """As asynchronous code looks up."""
    return await lookups.addresses_async(host, within)


@pytest.fixture(params=[in_a_thread, on_the_loop], ids=["sync", "async"])
def look_up(request: pytest.FixtureRequest) -> LookUp:
    """Both ways to look up."""
    found: LookUp = request.param
    return found


async def test_a_name_leads_to_its_addresses_of_both_kinds(names: DnsServer, look_up: LookUp) -> None:
    names.zone["good.example"] = [PUBLIC6, PUBLIC]
    assert await look_up("good.example") == [PUBLIC, PUBLIC6]
    assert names.count("good.example") == {"A": 1, "AAAA": 1}


async def test_both_kinds_are_among_the_first(names: DnsServer, look_up: LookUp) -> None:
    """A machine without IPv6, or without IPv4, has to get to an address that it can dial."""
    names.zone["many.example"] = ["1.1.1.1", "1.0.0.1", "8.8.8.8", PUBLIC6, "2606:4700::1001"]
    found = await look_up("many.example")
    assert [":" in address for address in found] == [False, True, False, True, False]


async def test_a_chain_of_aliases_is_followed(names: DnsServer, look_up: LookUp) -> None:
    names.zone |= {f"a{number}.example": alias(f"a{number + 1}.example") for number in range(5)}
    names.zone["a5.example"] = [PUBLIC]
    assert await look_up("a0.example") == [PUBLIC]
    assert names.names == {"a0.example"}, "no name of the chain is asked about on its own"


@pytest.mark.parametrize("name", ["unknown.example", "empty.example", "dangling.example"])
async def test_a_name_may_have_none(name: str, names: DnsServer, look_up: LookUp) -> None:
    names.zone |= {"empty.example": [], "dangling.example": alias("empty.example")}
    assert await look_up(name) == []


async def test_what_was_cut_is_asked_for_over_tcp(names: DnsServer, look_up: LookUp) -> None:
    many = [f"93.184.216.{last}" for last in range(100)]
    names.zone |= {"cut.example": cut(PUBLIC), "many.example": many}
    assert await look_up("cut.example") == [PUBLIC]
    assert sorted(await look_up("many.example")) == sorted(many)
    assert {Asked("cut.example", "A", "udp"), Asked("cut.example", "A", "tcp")} <= set(names.asked)
    assert Asked("many.example", "AAAA", "tcp") not in names.asked


@pytest.mark.parametrize(
    "behaviour",
    [
        lie_of_another_number(["8.8.8.8"], [PUBLIC]),
        lie_about_another_name(["8.8.8.8"], [PUBLIC]),
        nonsense_first([PUBLIC]),
    ],
    ids=["another number", "another name", "nonsense"],
)
async def test_what_answers_something_else_is_ignored(
    behaviour: Behaviour, names: DnsServer, look_up: LookUp
) -> None:
    names.zone["lied.example"] = behaviour
    assert await look_up("lied.example") == [PUBLIC]


@pytest.mark.parametrize(
    "behaviour",
    [
        failing,
        cut_everywhere,
        in_circles,
        half("A", failing, PUBLIC),
        half("AAAA", failing, PUBLIC6),
    ],
    ids=["failing", "cut", "circles", "only A", "only AAAA"],
)
async def test_a_name_that_cannot_be_looked_up_whole_has_no_address(
    behaviour: Behaviour, names: DnsServer, look_up: LookUp
) -> None:
    names.zone["broken.example"] = behaviour
    with pytest.raises(NameLookupError):
        await look_up("broken.example")


@pytest.mark.parametrize(
    "behaviour", [silent, slow(1.0, PUBLIC), half("A", silent, PUBLIC)], ids=["silent", "slow", "half"]
)
async def test_nothing_outlasts_its_time(behaviour: Behaviour, names: DnsServer, look_up: LookUp) -> None:
    names.zone["slow.example"] = behaviour
    started = time.monotonic()
    with pytest.raises(NameLookupTimeout):
        await look_up("slow.example", 0.2)
    assert 0.15 < time.monotonic() - started < 5


async def test_the_next_server_steps_in(
    names: DnsServer, look_up: LookUp, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one fails, and where one says nothing."""
    monkeypatch.setattr(asking, "SERVER_SECONDS", 0.05)
    names.zone["good.example"] = [PUBLIC]
    for behaviour in (failing, silent):
        with dns_server({"*": behaviour}) as first:
            settings.EGRESS_NAMESERVERS = [first.address, names.address]
            assert await look_up("good.example") == [PUBLIC]
            assert first.count("good.example") == {"A": 1, "AAAA": 1}


async def test_a_lost_answer_is_asked_for_again(
    names: DnsServer, look_up: LookUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SERVER_SECONDS", 0.05)

    def lossy(question: Question) -> Iterable[Delayed]:
        return silent(question) if question.number == 0 else addresses(PUBLIC)(question)

    names.zone["lossy.example"] = half("AAAA", lossy, PUBLIC6)
    assert await look_up("lossy.example") == [PUBLIC, PUBLIC6]
    assert names.count("lossy.example") == {"A": 2, "AAAA": 1}


async def test_this_machine_is_never_a_question(names: DnsServer, look_up: LookUp) -> None:
    assert await look_up("localhost") == await look_up("models.localhost") == ["127.0.0.1", "::1"]
    assert names.asked == []


async def test_slow_names_do_not_hold_up_others(names: DnsServer) -> None:
    """Whoever owns a name decides how long its look-up takes: that must not be everybody's time."""
    names.zone |= {"*": silent, "good.example": [PUBLIC]}
    waiting = [asyncio.ensure_future(look_up_quietly(f"n{number}.example", 1.5)) for number in range(40)]
    await asyncio.sleep(0.05)
    assert await resolve_async(Target("https", "good.example", 443, trusted=False), 1.5) == [PUBLIC]
    assert not any(one.done() for one in waiting)
    await asyncio.gather(*waiting)


async def look_up_quietly(host: str, seconds: float) -> None:
    """A look-up that comes to nothing."""
    with pytest.raises(EgressRefused):
        await resolve_async(Target("https", host, 443, trusted=False), seconds)


@pytest.mark.parametrize("behaviour", [failing, silent, [], [PUBLIC, "10.0.0.1"]])
async def test_every_reason_is_the_same_refusal(behaviour: Any, names: DnsServer) -> None:
    names.zone["bad.example"] = behaviour
    target = Target("https", "bad.example", 443, trusted=False)
    said = set()
    with pytest.raises(EgressRefused) as refusal:
        resolve(target, 0.1)
    said.add(str(refusal.value))
    with pytest.raises(EgressRefused) as refusal:
        await resolve_async(target, 0.1)
    said.add(str(refusal.value))
    assert said == {
        "bad.example cannot be reached from here. Check the address: public https addresses work."
    }


@pytest.mark.parametrize("host", ["models..lan", f"{'x' * 64}.lan"])
async def test_what_no_server_can_be_asked_is_refused_too(host: str, names: DnsServer) -> None:
    """An operator may have misspelt a host that they trust."""
    target = Target("https", host, 8443, trusted=True)
    with pytest.raises(EgressRefused):
        resolve(target, 1.0)
    with pytest.raises(EgressRefused):
        await resolve_async(target, 1.0)
    assert names.asked == []


async def test_without_servers_the_system_is_asked(settings: Any) -> None:
    settings.EGRESS_NAMESERVERS = []
    target = Target("http", "localhost", 8000, trusted=True)
    assert "127.0.0.1" in resolve(target, 5.0)
    assert "127.0.0.1" in await resolve_async(target, 5.0)


async def test_texts_are_read_whole(names: DnsServer) -> None:
    long, spoilt = "bottega=" + "x" * 600, b"\xff\xfe ok"
    names.zone["_challenge.bücher.example".encode("idna").decode()] = texts(
        "", "v=spf1 -all", long, "größe", spoilt
    )
    expected = sorted(["", "v=spf1 -all", long, "größe", "\ufffd\ufffd ok"])
    assert sorted(txt_records("_challenge.Bücher.example.")) == expected
    assert sorted(await txt_records_async(" _challenge.bücher.example ")) == expected
    assert {one.kind for one in names.asked} == {"TXT"}


async def test_a_domain_may_have_none(names: DnsServer) -> None:
    names.zone["bare.example"] = [PUBLIC]
    for name in ("bare.example", "unknown.example"):
        assert (txt_records(name), await txt_records_async(name)) == ([], [])


@pytest.mark.parametrize("name", ["", ".", "example", "8.8.8.8", "2606:4700::1111", "a b.example", "a..example", "-a.example", "db.internal", "localhost", "https://example.org", "x" * 64 + ".example"])  # fmt: skip
async def test_what_is_no_public_domain_is_not_asked_about(name: str, names: DnsServer) -> None:
    with pytest.raises(NotADomainName) as refusal:
        txt_records(name)
    assert (refusal.value.status, refusal.value.code) == (400, "not_a_domain_name")
    with pytest.raises(NotADomainName):
        await txt_records_async(name)
    assert names.asked == []


@pytest.mark.parametrize(
    ("behaviour", "error", "status"), [(failing, NameLookupError, 502), (silent, NameLookupTimeout, 504)]
)
async def test_a_failed_look_up_of_texts_says_what_to_do(
    behaviour: Behaviour, error: type[NameLookupError], status: int, names: DnsServer
) -> None:
    names.zone["bad.example"] = behaviour
    started = time.monotonic()
    with deadline(started + 0.2):
        for ask in (
            lambda: asyncio.to_thread(txt_records, "bad.example"),
            lambda: txt_records_async("bad.example"),
        ):
            with pytest.raises(error) as failure:
                await ask()
            assert failure.value.status == status and "bad.example" in str(failure.value)
    assert time.monotonic() - started < 5


def test_texts_come_from_the_systems_servers_where_none_are_named(settings: Any) -> None:
    settings.EGRESS_NAMESERVERS = []
    file = Path("/etc/resolv.conf")
    lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    expected = [(line[1], 53) for line in lines if len(line) > 1 and line[0] == "nameserver"]
    if not expected:
        with pytest.raises(NameLookupError):
            lookups._servers("example.org")
    else:
        assert lookups._servers("example.org") == expected
