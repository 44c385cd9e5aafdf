"""What the manager notes in the data folder: that it runs, what it started, and what a killed run left behind."""

import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import IO, Any

import psutil

from config.embedded import processes
from config.embedded.attach import STATE_FILE
from config.embedded.errors import StartError

PID_FILE = "run.pid"
LOCK_FILE = "run.lock"


class RunState:
    """One manager's hold on one data folder, from `claim` to `release`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._lock: IO[str] | None = None

    def claim(self) -> None:
        """Take the data folder, and end what a killed manager left running.

        Raises:
            StartError: another manager holds it.
        """
        lock = (self.data / LOCK_FILE).open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise StartError(self._already_running()) from error
        self._lock = lock
        self._end_leftovers()
        (self.data / PID_FILE).write_text(f"{os.getpid()}\n")

    def note(
        self, *, url: str, environment: dict[str, str], children: list[int], leftovers: list[str]
    ) -> None:
        """Write down what management commands and the next start need to know."""
        state = {
            "manager": _identity(os.getpid()),
            "url": url,
            "environment": environment,
            "children": [_identity(pid) for pid in children if psutil.pid_exists(pid)],
            "leftovers": leftovers,
        }
        unfinished = self.data / f"{STATE_FILE}.new"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(state, indent=1))
        unfinished.replace(self.data / STATE_FILE)

    def release(self) -> None:
        """Forget the run; only the manager that claimed the folder does."""
        if self._lock is None:
            return
        for name in (STATE_FILE, PID_FILE):
            (self.data / name).unlink(missing_ok=True)
        self._lock.close()
        self._lock = None

    def read(self) -> dict[str, Any]:
        """The last note; empty where there is none that can be read."""
        try:
            return dict(json.loads((self.data / STATE_FILE).read_text()))
        except (OSError, ValueError):
            return {}

    def _already_running(self) -> str:
        state = self.read()
        where = f" on {state['url']}" if state else ""
        return (
            f"Bottega already runs{where} with the data folder {self.data}. Stop it with make stop, or start a second "
            "one with another PORT and BOTTEGA_DATA."
        )

    def _end_leftovers(self) -> None:
        state = self.read()
        for child in state.get("children", []):
            if process := processes.find(child["pid"], child["started"]):
                processes.end_family(process, patience=10)
        for folder in state.get("leftovers", []):
            shutil.rmtree(folder, ignore_errors=True)


def _identity(pid: int) -> dict[str, float]:
    try:
        return {"pid": pid, "started": psutil.Process(pid).create_time()}
    except psutil.NoSuchProcess:
        return {"pid": pid, "started": time.time()}
