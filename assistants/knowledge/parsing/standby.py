"""Parser processes. Each is forked from one that has started already: starting takes as long as many a file.

This process keeps one parent of parsers (`worker`), which has loaded what most files need and never opens one. It is asked
for a child for each file, tells how that ended, and ends with this process, whose end of the line closes; its children
end with it.
"""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from types import TracebackType

from assistants.knowledge.parsing.confined import Process, end, start

PIPE_BYTES = 1024 * 1024
READ_AT_ONCE = 64 * 1024  # as much as a parser writes at once
ANSWER_SECONDS = 30.0  # that a parent may take to start and fork, or to kill
_TRIES = 2


class ParserLost(Exception):
    """The parent of parsers ended, and its children with it: no fault of any file."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a parser ended: its code as `subprocess` tells it, and the most memory that it held, in bytes."""

    code: int
    peak: int


class Parser:
    """A parser at work on a job. A context manager: leaving it kills what still works.

    Attributes:
        pid: of its process.
        stdout: what it writes.
    """

    def __init__(self, parent: Process, line: socket.socket, pid: int, reading: int) -> None:
        self.pid = pid
        self.stdout = os.fdopen(reading, "rb", READ_AT_ONCE)
        self._parent, self._line = parent, line

    def __enter__(self) -> "Parser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.stdout.close()
        self._line.close()

    def kill(self) -> None:
        """End it and whatever it started. It may have ended before."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)

    def kill_parent(self) -> None:
        """End its parent, which takes its children along: for one that does not answer any more."""
        end(self._parent)

    def wait(self) -> Ended:
        """How it ended, once it has.

        Raises:
            ParserLost: nobody can tell.
        """
        try:
            said = self._line.recv(64)
            code, peak = said.split()
        except (OSError, ValueError):
            self.kill_parent()
            raise ParserLost from None
        return Ended(int(code), int(peak))


class Standby:
    """The parent of this process's parsers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parent: tuple[int, Process, socket.socket] | None = None

    def renew(self) -> None:
        """Have a parent wait, where none does."""
        with self._lock:
            self._living()

    def send(self, *job: str | int) -> Parser:
        """A parser that is at work on a job: `[format, file, cpu seconds]`, followed by Tesseract's path and languages.

        Raises:
            ParserLost: none can be started.
        """
        with self._lock:
            for _ in range(_TRIES):
                process, line = self._living()
                if parser := _forked(process, line, (json.dumps(job) + "\n").encode()):
                    return parser
                end(process)
                process.wait()
        raise ParserLost

    def close(self) -> None:
        """Let go of the parent."""
        with self._lock:
            if self._parent and self._parent[0] == os.getpid():
                _, process, line = self._parent
                line.close()
                process.wait()
            self._parent = None

    def _living(self) -> tuple[Process, socket.socket]:
        pid, process, line = self._parent or (0, None, None)
        if process is None or line is None or pid != os.getpid() or process.poll() is not None:
            if line is not None:
                line.close()
            process, line = _parent()
            self._parent = os.getpid(), process, line
        return process, line


def _parent() -> tuple[Process, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.settimeout(ANSWER_SECONDS)
    with theirs:
        return start("parsing.worker", stdin=theirs.fileno(), stdout=subprocess.DEVNULL), ours


def _forked(process: Process, line: socket.socket, job: bytes) -> Parser | None:
    """The child that a parent made for a job; None where it did not answer."""
    reading, writing = os.pipe()
    _widen(writing)
    ours, theirs = socket.socketpair()
    ours.settimeout(ANSWER_SECONDS)
    try:
        with theirs:
            socket.send_fds(line, [job], [writing, theirs.fileno()])
        pid = int(line.recv(16))
        return Parser(process, ours, pid, reading)
    except (OSError, ValueError):
        ours.close()
        os.close(reading)
        return None
    finally:
        os.close(writing)


def _widen(pipe: int) -> None:
    """Let a parser go on while its reader is busy, where the system knows how and allows it."""
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


standby = Standby()
