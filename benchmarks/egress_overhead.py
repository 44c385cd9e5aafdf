#!/usr/bin/env python3
"""What the egress guard costs a call: guarded clients against plain httpx2 clients with the same pool, on loopback, call by call in turns.

Calls over kept connections to a host that operators trust, and calls to a public name over TLS with a new connection each: there
the name is looked up at a DNS server on loopback, every address checked, and the checked one dialled. Plain calls ask that server the
same two questions in the barest way, and dial without a look at the answer. The dialled address is loopback's in both.

    .venv/bin/python benchmarks/egress_overhead.py [--quick]
"""

# ruff: noqa: ASYNC109 -- the signatures are httpcore's own
import argparse
import asyncio
import gc
import json
import ssl
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import dns.asyncquery
import dns.message
import dns.query
import httpcore2
import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
NAME, PUBLIC = (
    "upstream.example.com",
    "93.184.215.14",
)  # an address outside of every special network; never dialled
KINDS = ("A", "AAAA")
MOST_MS = 1.0
BODY = json.dumps({"result": "x" * 2000}).encode()
Call = Callable[[], Awaitable[None]]


class Answers(asyncio.Protocol):
    """The least of an HTTP server: the same answer to everything that ends a head, on connections that stay open."""

    _said = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY
    )

    def connection_made(self, transport: Any) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every head."""
        for _head in range(data.count(b"\r\n\r\n")):
            self._transport.write(self._said)


@contextmanager
def upstream(context: ssl.SSLContext | None) -> Iterator[int]:
    """A server on loopback in a thread of its own; gives its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve() -> asyncio.Server:
        return await loop.create_server(Answers, "127.0.0.1", 0, ssl=context)

    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of our name shows, and what a client needs to believe it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "both.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    client = ssl.create_default_context(cadata=pem.decode())
    return server, client


class Dial(httpcore2.NetworkBackend):
    """Dials one port of loopback, whoever is called; asks a DNS server about them first, where there is one."""

    def __init__(self, port: int, server: Any = None) -> None:
        self._port, self._server, self._inner = port, server, httpcore2.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> Any:
        """The one connection that there is."""
        if self._server:
            for kind in KINDS:
                dns.query.udp(dns.message.make_query(host, kind), self._server[0], 5.0, self._server[1])
        return self._inner.connect_tcp("127.0.0.1", self._port, timeout)


class AsyncDial(httpcore2.AsyncNetworkBackend):
    """The same for asynchronous clients."""

    def __init__(self, port: int, server: Any = None) -> None:
        self._port, self._server, self._inner = port, server, httpcore2.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> Any:
        """The one connection that there is."""
        if self._server:
            questions = (dns.message.make_query(host, kind) for kind in KINDS)
            address, number = self._server
            await asyncio.gather(
                *(dns.asyncquery.udp(question, address, 5.0, number) for question in questions)
            )
        return await self._inner.connect_tcp("127.0.0.1", self._port, timeout)


def pooled(pool: Any, transport: Any) -> Any:
    """A transport of httpx2 over a pool of ours."""
    transport._pool = pool
    return transport


async def alternate(calls: dict[str, Call], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each call, one after the other in turns, so that what else the machine does meets them alike."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for number in range(rounds + rounds // 10):
        for name in names if number % 2 else reversed(names):
            started = perf_counter()
            await calls[name]()
            if number >= rounds // 10:  # the first tenth warms up
                taken[name].append((perf_counter() - started) * 1e3)
    return taken


def checked(answer: httpx2.Response) -> None:
    """The answer has to be the whole one."""
    assert answer.content == BODY, answer


async def kept(rounds: int) -> dict[str, list[float]]:
    """Calls over connections that stay open, to a host that operators trust."""
    from kernel.egress import guarded_async_client, guarded_client

    with upstream(None) as port:
        settings.EGRESS_ALLOW = [f"127.0.0.1:{port}"]
        url = f"http://127.0.0.1:{port}/"
        with httpx2.Client(trust_env=False) as plain, guarded_client() as guarded:
            async with (
                httpx2.AsyncClient(trust_env=False) as plain_async,
                guarded_async_client() as guarded_async,
            ):

                async def sync(client: Any) -> None:
                    checked(client.post(url, json={"q": "berth"}))

                async def asynchronous(client: Any) -> None:
                    checked(await client.post(url, json={"q": "berth"}))

                return await alternate(
                    {
                        "kept_plain": lambda: sync(plain),
                        "kept_guarded": lambda: sync(guarded),
                        "kept_async_plain": lambda: asynchronous(plain_async),
                        "kept_async_guarded": lambda: asynchronous(guarded_async),
                    },
                    rounds,
                )


async def fresh(rounds: int) -> dict[str, list[float]]:
    """Calls to a public name, each over a new connection with TLS."""
    from kernel.egress import guarded_async_client, guarded_client
    from tests.fakes.dns_server import dns_server

    settings.EGRESS_ALLOW = []
    url = f"https://{NAME}/"
    with TemporaryDirectory() as folder:
        serving, trusting = certificate(Path(folder))
        with upstream(serving) as port, dns_server({NAME: [PUBLIC]}) as server:
            settings.EGRESS_NAMESERVERS = [server.address]
            common: dict[str, Any] = {"ssl_context": trusting}
            closing = {"connection": "close"}

            async def plain() -> None:
                pool = httpcore2.ConnectionPool(
                    ssl_context=trusting, network_backend=Dial(port, server.address)
                )
                transport = pooled(pool, httpx2.HTTPTransport(verify=trusting, trust_env=False))
                with httpx2.Client(transport=transport, trust_env=False, headers=closing) as client:
                    checked(client.get(url))

            async def guarded() -> None:
                with guarded_client(network=Dial(port), headers=closing, **common) as client:
                    checked(client.get(url))

            async def plain_async() -> None:
                pool = httpcore2.AsyncConnectionPool(
                    ssl_context=trusting, network_backend=AsyncDial(port, server.address)
                )
                transport = pooled(pool, httpx2.AsyncHTTPTransport(verify=trusting, trust_env=False))
                async with httpx2.AsyncClient(
                    transport=transport, trust_env=False, headers=closing
                ) as client:
                    checked(await client.get(url))

            async def guarded_async() -> None:
                async with guarded_async_client(network=AsyncDial(port), headers=closing, **common) as client:
                    checked(await client.get(url))

            return await alternate(
                {
                    "fresh_plain": plain,
                    "fresh_guarded": guarded,
                    "fresh_async_plain": plain_async,
                    "fresh_async_guarded": guarded_async,
                },
                rounds,
            )


def figures(taken: dict[str, list[float]]) -> dict[str, float]:
    """Medians, and what the guard adds: the median of the differences of neighbouring calls, and its 95th percentile."""
    found: dict[str, float] = {}
    for kind in ("kept", "kept_async", "fresh", "fresh_async"):
        plain, guarded = taken[f"{kind}_plain"], taken[f"{kind}_guarded"]
        added = [b - a for a, b in zip(plain, guarded, strict=True)]
        found[f"{kind}_plain_ms"] = median(plain)
        found[f"{kind}_guarded_ms"] = median(guarded)
        found[f"{kind}_added_ms"] = median(added)
        found[f"{kind}_added_p95_ms"] = quantiles(added, n=20)[-1]
    return {name: round(value, 3) for name, value in found.items()}


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="300 and 60 rounds instead of 3,000 and 600")
    quick = parser.parse_args().quick
    settings.configure(EGRESS_ALLOW=[], EGRESS_NAMESERVERS=[], USE_I18N=False)
    gc.collect()
    print("Calls over kept connections …", flush=True)
    taken = asyncio.run(kept(300 if quick else 3000))
    print("Calls over new connections with TLS …", flush=True)
    taken |= asyncio.run(fresh(60 if quick else 600))
    found = figures(taken)
    print(f"\n{'ms a call':<14}{'plain':>10}{'guarded':>10}{'added':>10}{'added, p95':>12}")
    for kind in ("kept", "kept_async", "fresh", "fresh_async"):
        numbers = [found[f"{kind}_{part}_ms"] for part in ("plain", "guarded", "added", "added_p95")]
        print(
            f"{kind:<14}"
            + "".join(f"{value:>{w}.3f}" for value, w in zip(numbers, (10, 10, 10, 12), strict=True))
        )
    held = [name for name in found if name.endswith("_added_ms")]
    targets = dict.fromkeys(held, f"<= {MOST_MS:g}")
    holds = all(found[name] <= MOST_MS for name in held)
    print()
    print(json.dumps({"benchmark": "egress_overhead", "figures": found, "targets": targets, "holds": holds}))


if __name__ == "__main__":
    main()
