"""Hosts that mean harm, as real servers on loopback."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import brotli

Behaviour = Callable[["Visit"], None]
MEGABYTE = 1024 * 1024


class Visit:
    """One connection to a hostile host."""

    def __init__(self, connection: socket.socket, host: "HostileHost") -> None:
        self.connection, self.host = connection, host
        self.head = b""

    def read_head(self) -> bytes:
        while b"\r\n\r\n" not in self.head and (data := self.connection.recv(65536)):
            self.head += data
        return self.head

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def trickle(self, data: bytes, *, every: float) -> None:
        """Send a byte at a time, for as long as the other side listens."""
        while not self.host.stopping.is_set():
            for byte in data:
                self.send(bytes([byte]))
                time.sleep(every)


class HostileHost:
    """A server on a free port of loopback that does what `behaviour` says; counts and keeps what reaches it."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.connections = 0
        self.heads: list[bytes] = []
        self.stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._visit, args=(connection,), daemon=True).start()

    def _visit(self, connection: socket.socket) -> None:
        visit = Visit(connection, self)
        with connection:
            try:
                visit.read_head()
                self.heads.append(visit.head)
                self.behaviour(visit)
            except OSError:
                return

    def stop(self) -> None:
        self.stopping.set()
        self._socket.close()


@contextmanager
def hostile_host(behaviour: Behaviour) -> Iterator[HostileHost]:
    """Serve until the block ends."""
    host = HostileHost(behaviour)
    threading.Thread(target=host.serve, daemon=True).start()
    try:
        yield host
    finally:
        host.stop()


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> Behaviour:
    """An ordinary answer."""

    def behave(visit: Visit) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        visit.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return behave


def redirect_to(url: str, status: int = 302) -> Behaviour:
    """A redirect."""
    return answer(f"{status} Found", Location=url)


def redirect_in_circles(visit: Visit) -> None:
    """A redirect to itself, for ever."""
    redirect_to(f"{visit.host.url}/again")(visit)


def endless_body(visit: Visit) -> None:
    """A body that never ends."""
    visit.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not visit.host.stopping.is_set():
        visit.send(b"x" * 65536)


def slow_body(visit: Visit) -> None:
    """A byte every now and then, so that no single read times out."""
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n")
    visit.trickle(b"x", every=0.05)


def slow_head(visit: Visit) -> None:
    """Headers that never come to their end."""
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.trickle(b"X-A: b\r\n", every=0.02)


def huge_head(visit: Visit) -> None:
    """Megabytes of headers."""
    visit.send(b"HTTP/1.1 200 OK\r\n")
    while not visit.host.stopping.is_set():
        visit.send(b"X-Padding: " + b"x" * 60000 + b"\r\n")


def cut_body(visit: Visit) -> None:
    """Half of what was promised."""
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


def nonsense(visit: Visit) -> None:
    """No HTTP at all."""
    visit.send(b"220 mail.example ESMTP\r\n" * 4)


@cache
def bomb(coding: str, megabytes: int = 20) -> Behaviour:
    """A small body that unpacks to a large one."""
    plain = b"\0" * (megabytes * MEGABYTE)
    packed = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda data: brotli.compress(data, quality=1),
    }
    body = packed[coding](plain)
    return answer(body=body, Content_Encoding=coding)
