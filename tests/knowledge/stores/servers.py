"""Stores that run as processes of their own, on free ports of loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent
SECONDS = 120.0


@contextmanager
def chroma_server(data: Path) -> Iterator[str]:
    """The real Chroma; yields its URL."""
    port = _free_port()
    command = ["chroma", "run", "--path", str(data), "--host", "127.0.0.1", "--port", str(port)]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def pinecone_emulator(data: Path) -> Iterator[str]:
    """A third-party emulator of Pinecone's data plane; yields its URL, below which indexes are made."""
    port = _free_port()
    command = [
        "needledb",
        "serve",
        "--no-auth",
        "--data",
        str(data),
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [str(BIN / command[0]), *command[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start in time")
