"""Child processes that die with their parent, and the end of those that did not."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import psutil

PR_SET_PDEATHSIG = 1
UNPRIVILEGED = ("nobody", "daemon")


@dataclass(frozen=True)
class ServiceUser:
    """Whom a service runs as; `switch` says that this is somebody else than ourselves."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """What subprocess needs to run as this person."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}


@lru_cache(maxsize=1)
def service_user() -> ServiceUser:
    """Ourselves, or an unprivileged person where we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid())
        return ServiceUser(me.pw_name, me.pw_uid, me.pw_gid, switch=False)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    other = next(known[name] for name in UNPRIVILEGED if name in known)
    return ServiceUser(other.pw_name, other.pw_uid, other.pw_gid, switch=True)


def spawn(
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[bytes],
    end_signal: int = signal.SIGTERM,
    user: ServiceUser | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in its own session, so that Ctrl-C reaches only us, that ends when we are killed."""
    return subprocess.Popen(
        [str(argument) for argument in arguments],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent(end_signal),
        **(user.popen_arguments() if user else {}),
    )


def _die_with_parent(end_signal: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None  # elsewhere the next start ends what a killed run left behind
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, end_signal, 0, 0, 0) and None


def end(process: subprocess.Popen[bytes], *, end_signal: int = signal.SIGTERM, patience: float = 10) -> None:
    """End a child: politely, and after `patience` seconds together with all of its own children."""
    if process.poll() is not None:
        return
    with suppress(psutil.NoSuchProcess):
        end_family(psutil.Process(process.pid), end_signal=end_signal, patience=patience)
    process.wait()


def end_family(process: psutil.Process, *, end_signal: int = signal.SIGTERM, patience: float = 10) -> None:
    """End a process, whoever's child it is, and what it leaves behind."""
    with suppress(psutil.NoSuchProcess):
        family = process.children(recursive=True)
        process.send_signal(end_signal)
        _, stubborn = psutil.wait_procs([process], timeout=patience)
        _, left = psutil.wait_procs(family, timeout=2)
        for survivor in [*stubborn, *left]:
            with suppress(psutil.NoSuchProcess):
                survivor.kill()
        psutil.wait_procs([*stubborn, *left], timeout=5)


def find(pid: int, started: float) -> psutil.Process | None:
    """The process that had this pid at this time; None where it is gone or the pid is somebody else's."""
    try:
        process = psutil.Process(pid)
        return process if abs(process.create_time() - started) < 2 and process.status() != "zombie" else None
    except psutil.Error:
        return None


def plain_environment() -> dict[str, str]:
    """What a service needs of our environment: no secrets, no PG… variables that would redirect it."""
    kept = ("PATH", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C", "HOME": "/"}
