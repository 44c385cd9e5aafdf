"""Which outside hosts policies let calls go to, asked before every call."""

import asyncio
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.db import run_db
from kernel.egress import StreamClient, guarded_async_client, guarded_client
from kernel.egress.permits import check_permitted
from organisations import policy_cache
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.host_policy import (
    HostForbidden,
    check_hosts,
    check_hosts_async,
    held_to_policies,
    held_to_policies_async,
)
from organisations.policy import Hosts
from organisations.policy_rules import HostRefusal, host_allowed, host_refusal
from tests.fakes.hostile_hosts import answer, hostile_host, redirect_to

ALLOWED = Hosts(
    allowed=("docs.example.org", "*.api.example", "bücher.example", "*.straße.example", "2606:4700::1111")
)
BLOCKED = Hosts(blocked=("bad.example", "*.Bad.example.", "straße.example", "8.8.8.8", "[2606:4700:0::1111]"))


@pytest.mark.parametrize(
    "host",
    [
        "docs.example.org",
        "DOCS.example.org",
        "docs.example.org.",
        "docs.example.org:443",
        "docs.example.org.:443",
        "v1.api.example",
        "bücher.example",
        "BÜCHER.example:443",
        "xn--bcher-kva.example",
        "www.straße.example",
        "www.xn--strae-oqa.example",
        "2606:4700::1111",
        "[2606:4700::1111]:443",
        "[2606:4700:0:0::1111]",
    ],
)
def test_a_host_on_the_list_may_be_called_however_it_is_written(host: str) -> None:
    assert host_refusal([ALLOWED], host) is None and host_allowed(ALLOWED, host)


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "evildocs.example.org",
        "docs.example.org.evil.example",
        "docs.example.org@evil.example",
        "api.example",  # *. names what lies below
        "xapi.example",
        "strasse.example",  # what an older standard makes of straße.example
        "www.strasse.example",
        "bucher.example",
        "",
        "a b.example",
        "2606:4700::1112",
    ],
)
def test_everything_else_may_not(host: str) -> None:
    assert host_refusal([ALLOWED], host) is HostRefusal.NOT_LISTED


@pytest.mark.parametrize(
    "host",
    [
        "bad.example",
        "bad.example.",
        "Bad.Example:443",
        "www.bad.example",
        "a.b.bad.example:8443",
        "xn--strae-oqa.example",
        "straße.example",
        "8.8.8.8",
        "8.8.8.8:443",
        "[2606:4700::1111]:443",
    ],
)
def test_a_blocked_host_is_blocked_however_it_is_written(host: str) -> None:
    assert host_refusal([BLOCKED], host) is HostRefusal.BLOCKED


def test_every_policy_has_to_agree() -> None:
    everything, one = Hosts(), Hosts(allowed=("one.example",))
    assert host_refusal([everything, one], "one.example") is None
    assert host_refusal([everything, one], "two.example") is HostRefusal.NOT_LISTED
    assert host_refusal([one, BLOCKED], "bad.example") is HostRefusal.NOT_LISTED, (
        "the first that is against it"
    )
    assert host_refusal([], "one.example") is None


def block(actor: Actor, *hosts: str) -> None:
    patch_policy(actor=actor, patch={"hosts": {"blocked": list(hosts)}})


@pytest.mark.django_db(transaction=True)
def test_a_call_needs_both_organisations(alice: Actor, charlie: Actor) -> None:
    ours, theirs = alice.organisation.pk, charlie.organisation.pk
    check_hosts("api.example", ours, theirs)
    block(charlie, "api.example")
    check_hosts("api.example", ours)
    with pytest.raises(HostForbidden) as refusal:
        check_hosts("API.example:443", ours, theirs)
    assert (refusal.value.organisation_id, refusal.value.refusal) == (theirs, HostRefusal.BLOCKED)
    assert refusal.value.status == 403
    assert str(refusal.value).startswith(
        "Nothing was sent to api.example: an organisation's policy blocks this host."
    )


@pytest.mark.django_db(transaction=True)
def test_asking_again_costs_no_query(alice: Actor) -> None:
    check_hosts("api.example", alice.organisation.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(20):
            check_hosts("api.example", alice.organisation.pk, alice.organisation.pk)
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_made_in_another_process_holds_within_five_seconds(alice: Actor, monkeypatch: Any) -> None:
    assert policy_cache.FRESH_SECONDS < 5
    check_hosts("api.example", alice.organisation.pk)
    kept = dict(policy_cache._cache)
    block(alice, "api.example")
    policy_cache._cache.update(kept)  # what a process remembers that did not make the change
    check_hosts("api.example", alice.organisation.pk)
    later = time.monotonic() + policy_cache.FRESH_SECONDS
    monkeypatch.setattr(policy_cache, "monotonic", lambda: later)
    with pytest.raises(HostForbidden):
        check_hosts("api.example", alice.organisation.pk)


@pytest.mark.django_db(transaction=True)
async def test_asynchronous_code_asks_the_same(alice: Actor) -> None:
    await check_hosts_async("api.example", alice.organisation.pk)
    assert policy_cache.kept_policy(alice.organisation.pk) is not None
    policy_cache.forget_policies()
    await _block(alice)
    for _ in range(2):  # read, and remembered
        with pytest.raises(HostForbidden):
            await check_hosts_async("api.example", alice.organisation.pk)


@pytest.mark.django_db(transaction=True)
async def test_calls_are_held_to_policies_on_every_hop(alice: Actor, settings: Any) -> None:
    """Also where the caller knows nothing of policies, and where a host that is allowed leads to one that is not."""
    with hostile_host(answer(body=b"here")) as blocked, hostile_host(answer(body=b"here")) as good:
        settings.EGRESS_ALLOW = [
            f"127.0.0.1:{good.port}",
            f"localhost:{blocked.port}",
            f"localhost:{good.port}",
        ]
        there = f"http://localhost:{blocked.port}/"
        good.behaviour = redirect_to(there)
        await _block(alice, "localhost")
        async with held_to_policies_async(alice.organisation.pk):
            for url in (there, good.url):
                with guarded_client() as client, pytest.raises(HostForbidden):
                    client.get(url)
                async with guarded_async_client() as client:
                    with pytest.raises(HostForbidden):
                        await client.get(url)
            with pytest.raises(HostForbidden):
                await StreamClient().post(there, headers={}, body=b"")
            task = asyncio.create_task(check_permitted_later("localhost"))
            with pytest.raises(HostForbidden):
                await task
        assert blocked.connections == 0
        async with guarded_async_client() as client:
            assert (await client.get(good.url)).content == b"here", "outside of it nobody is asked"


async def check_permitted_later(host: str) -> None:
    check_permitted(host)


@pytest.mark.django_db(transaction=True)
def test_synchronous_calls_too(alice: Actor) -> None:
    block(alice, "api.example")
    with held_to_policies(alice.organisation.pk):
        with pytest.raises(HostForbidden):
            check_permitted("api.example")
        check_permitted("other.example")
    check_permitted("api.example")


async def _block(actor: Actor, host: str = "api.example") -> None:
    await run_db(block, actor, host)
