"""Names by a DNS server of our own; a client whose network records what it dials and lands all of it at one sentinel on loopback."""

from collections.abc import Callable, Iterator
from typing import Any

import httpcore2
import pytest

from kernel.egress import GuardedClient, guarded_client
from tests.fakes.dns_server import DnsServer, dns_server
from tests.fakes.hostile_hosts import HostileHost, answer, hostile_host

PUBLIC = "93.184.216.34"
Settings = Any


class RecordingNetwork(httpcore2.NetworkBackend):
    """Dials the sentinel instead of the address, which it keeps."""

    def __init__(self, sentinel: HostileHost) -> None:
        self.dialled: list[tuple[str, int]] = []
        self._sentinel, self._inner = sentinel, httpcore2.SyncBackend()

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore2.NetworkStream:
        self.dialled.append((host, port))
        return self._inner.connect_tcp("127.0.0.1", self._sentinel.port, *args, **kwargs)


@pytest.fixture
def sentinel() -> Iterator[HostileHost]:
    """Nobody may ever reach this server by way of a forbidden address."""
    with hostile_host(answer(body=b"inner secret")) as host:
        yield host


@pytest.fixture
def network(sentinel: HostileHost) -> RecordingNetwork:
    return RecordingNetwork(sentinel)


@pytest.fixture(scope="package")
def running_dns_server() -> Iterator[DnsServer]:
    """One for all tests of this folder."""
    with dns_server() as server:
        yield server


@pytest.fixture
def names(running_dns_server: DnsServer, settings: Settings) -> DnsServer:
    """The DNS server that the product asks; its zone is empty, and a test fills it."""
    running_dns_server.forget()
    settings.EGRESS_NAMESERVERS = [running_dns_server.address]
    return running_dns_server


@pytest.fixture
def allow(settings: Settings) -> Callable[..., None]:
    """Put hosts on the operator's list."""

    def allow(*hosts: str | HostileHost) -> None:
        entries = [f"127.0.0.1:{host.port}" if isinstance(host, HostileHost) else host for host in hosts]
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, *entries]

    return allow


@pytest.fixture
def client() -> Iterator[GuardedClient]:
    """An impatient client with small limits."""
    with guarded_client(timeout=0.5, total=1.0, max_bytes=100_000) as client:
        yield client
