"""Parser processes. A worker keeps one that has started already: starting takes as long as many a file.

Each parser reads one job from its standard input, reads that one file, and ends; while it waits it ends with its worker,
whose end of the pipe closes.
"""

import contextlib
import fcntl
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PIPE_BYTES = 1024 * 1024
Process = subprocess.Popen[bytes]


class Standby:
    """The parser that waits in this process, if it is one that keeps parsers."""

    def __init__(self) -> None:
        self._keeps = False
        self._waiting: Process | None = None

    def keep(self) -> None:
        """Have a parser wait from now on."""
        self._keeps = True
        self.renew()

    def renew(self) -> None:
        """Start the next parser where one is to wait and none does."""
        if self._keeps and (self._waiting is None or self._waiting.poll() is not None):
            self._waiting = _start()

    def send(self, *job: str | int) -> Process:
        """A parser that is at work on a job: one that waited, or a new one."""
        waiting, self._waiting = self._waiting, None
        line = (json.dumps(job) + "\n").encode()
        if waiting is not None and _given(waiting, line):
            return waiting
        process = _start()
        _given(process, line)  # should it have ended by itself, that is told from how it ended
        return process


def _given(process: Process, line: bytes) -> bool:
    assert process.stdin is not None
    try:
        process.stdin.write(line)
        process.stdin.close()
    except BrokenPipeError:
        process.wait()
        return False
    return True


def _start() -> Process:
    process = subprocess.Popen(
        [sys.executable, "-m", "assistants.knowledge.parsing.worker"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _widen(process)
    return process


def _widen(process: Process) -> None:
    """Let a parser go on while its reader is busy, where the system knows how and allows it."""
    assert process.stdout is not None
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


standby = Standby()
