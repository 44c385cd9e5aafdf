"""Sockets reach this machine only: loopback and Unix sockets."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def _is_local(sock: socket.socket, address: Any) -> bool:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = address[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(host == "localhost")


def _refuse(address: Any) -> None:
    pytest.fail(f"A test tried to reach {address!r}: only loopback is open to tests.")


def guarded_connect(sock: socket.socket, address: Any) -> None:
    if not _is_local(sock, address):
        _refuse(address)
    _connect(sock, address)


def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
    if not _is_local(sock, address):
        _refuse(address)
    return _connect_ex(sock, address)


def close_network() -> None:
    """Refuse, from now on and in this process, to connect to any other machine."""
    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]


@contextmanager
def open_network() -> Iterator[None]:
    """Let connections out meanwhile: for tests that somebody gave the key of an outside service's test mode."""
    socket.socket.connect = _connect  # type: ignore[method-assign]
    socket.socket.connect_ex = _connect_ex  # type: ignore[method-assign]
    try:
        yield
    finally:
        close_network()
