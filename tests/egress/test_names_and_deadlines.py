"""Hosts have one spelling, and a deadline around a call holds for everything in it."""

import time

import httpx2
import pytest
from django.test import override_settings

from assistants.knowledge.fetching import fetch
from assistants.knowledge.parsing.blocks import ParsingFailed
from kernel.egress import (
    EgressError,
    EgressRefused,
    StreamClient,
    ascii_host,
    guarded_async_client,
    guarded_client,
)
from kernel.egress.deadline import deadline, ends_at
from organisations.policy import Hosts, PolicyDocument
from tests.fakes import hostile_hosts as hosts
from tests.fakes.dns_server import DnsServer
from tests.fakes.hostile_hosts import hostile_host

NAMES = ["example.org", "EXAMPLE.org", "bücher.example", "BÜCHER.example", "straße.example", "faß.example", "a。b.example"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_host_is_spelt_as_it_is_dialled(name: str) -> None:
    assert ascii_host(name) == httpx2.URL(f"https://{name}/").raw_host.decode()


@pytest.mark.parametrize("name", ["ⅷ.example", "１２７.0.0.1", "exa\u200dmple.com", "\u202egro.example"])
def test_what_cannot_be_a_host_has_no_spelling(name: str) -> None:
    with pytest.raises(ValueError):
        ascii_host(name)


@pytest.mark.parametrize("blocked", ["straße.example", "xn--strae-oqa.example", "*.straße.example"])
def test_a_blocked_name_is_not_fetched_under_another_spelling(blocked: str, names: DnsServer) -> None:
    """An older standard made strasse.example of it, which let the call pass."""
    policy = PolicyDocument(hosts=Hosts(blocked=(blocked,)))
    below = "www." if blocked.startswith("*") else ""
    for url in (f"https://{below}straße.example/", f"https://{below}xn--strae-oqa.example/"):
        with pytest.raises(ParsingFailed) as failure:
            fetch(url, policy=policy)
        assert failure.value.code == "host_forbidden"
    assert names.asked == [], "not even looked up"


@pytest.mark.parametrize(
    "url", ["https://[oops", "https://exa\nmple.com/", "https://ⅷ.example/", "https://127.0.0.1.5/"]
)
async def test_what_is_no_address_is_refused_like_any_other(url: str) -> None:
    """Clients promise to raise nothing but EgressError."""
    with guarded_client() as client, pytest.raises(EgressRefused):
        client.get(url)
    async with guarded_async_client() as client:
        with pytest.raises(EgressRefused):
            await client.post(url)


def test_a_deadline_never_outlasts_the_one_around_it() -> None:
    with deadline(100.0):
        with deadline(200.0):
            assert ends_at() == 100.0
        with deadline(50.0):
            assert ends_at() == 50.0
        assert ends_at() == 100.0


async def test_a_deadline_around_a_call_ends_it() -> None:
    with hostile_host(hosts.slow_body) as host:
        started = time.monotonic()
        with override_settings(EGRESS_ALLOW=[f"127.0.0.1:{host.port}"]):
            with deadline(time.monotonic() + 0.2), guarded_client() as client, pytest.raises(EgressError):
                client.get(host.url)
            with deadline(time.monotonic() + 0.2), pytest.raises(EgressError):
                await (await StreamClient().post(host.url, headers={}, body=b"")).read_all()
            with deadline(time.monotonic() - 1), pytest.raises(EgressError):
                await StreamClient().post(host.url, headers={}, body=b"")
        assert time.monotonic() - started < 2
