"""Running the program that reads tables: started for one job, killed when its time is over."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

ROOT = Path(__file__).resolve().parents[3]
AT_ONCE = 2  # questions of one process; further ones wait
MOST_OUTPUT = 24 * 1024 * 1024
_OUT_OF_ROOM = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGTRAP, -signal.SIGILL}
R = TypeVar("R")
_ENVIRONMENT = {
    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
}
_PROGRAM = "assistants.tools.tables.program"


class TablesBusy(DomainError):
    code = "tables_busy"
    status = 503
    user_message = _("The tables could not be asked just now. Try again in a minute.")


@dataclass(frozen=True, slots=True)
class Done:
    """What the program answered: its line of JSON, and what came after that."""

    head: dict[str, Any]
    rest: bytes = b""


class Job:
    """One run of the program."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def run(self) -> Done:
        """Do it.

        Returns:
            The answer; where none came, one with `ok` false and the code `too_slow`, `too_much_memory` or `too_large`.
        """
        with tempfile.TemporaryDirectory(prefix="tables-") as folder:
            process = self._start(folder)
            if process is None:
                return Done({"ok": False, "code": "too_slow", "said": ""})
            watch = threading.Timer(float(self._job["seconds"]), self.kill)
            watch.start()
            try:
                return self._answer(process)
            finally:
                watch.cancel()
                self.kill()
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    if pipe:
                        with contextlib.suppress(OSError):
                            pipe.close()

    def kill(self) -> None:
        """End it, whatever it does."""
        with self._lock:
            self._cancelled = True
            if self._process and self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def _start(self, folder: str) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if not self._cancelled:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", _PROGRAM],
                    cwd=folder,
                    env=_ENVIRONMENT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> Done:
        assert process.stdin and process.stdout
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(self._job).encode())
            process.stdin.close()
        output = process.stdout.read(MOST_OUTPUT + 1)
        if len(output) > MOST_OUTPUT:
            return Done({"ok": False, "code": "too_large", "said": ""})
        line, _newline, rest = output.partition(b"\n")
        with contextlib.suppress(ValueError):
            head = json.loads(line)
            if isinstance(head, dict):
                return Done(head, rest)
        code = "too_much_memory" if process.wait() in _OUT_OF_ROOM else "too_slow"
        return Done({"ok": False, "code": code, "said": ""})


async def run_job(job: dict[str, Any]) -> Done:
    """Run a job beside the event loop; a turn that is stopped ends it.

    Raises:
        TablesBusy: the program could not be started.
    """
    made = Job(job)
    try:
        return await beside(made.run, AT_ONCE)
    except asyncio.CancelledError:
        made.kill()
        raise


async def beside(work: Callable[[], R], at_once: int = 1) -> R:
    """Do something that waits for a program on one of the threads that are there for that. Raises TablesBusy as above.

    Args:
        at_once: how many of its kind go on at a time in this process; what takes long is apart from what does not.
    """
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads(at_once), work)
    except BlockingIOError:  # no further process may be started just now
        raise TablesBusy from None


@lru_cache(maxsize=4)
def _threads(at_once: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="tables")
