"""Starting a process that reads what others made: it gets our code and nothing else of ours.

It confines itself before it opens anything (`confinement`), loads nothing of Django, and holds no setting and no secret.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# What is freed is kept for the next page: given back and asked for again, it would cost a fifth of the reading of a PDF.
_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024),
    "MALLOC_TOP_PAD_": str(4 * 1024 * 1024),
}
Process = subprocess.Popen[bytes]


def start(
    module: str, *arguments: str, stdin: int = subprocess.PIPE, stdout: int = subprocess.PIPE
) -> Process:
    """A process that runs a module of ours, in a session of its own: `end` takes along whatever it started.

    Args:
        module: its name below `assistants.knowledge`. stdin, stdout: as `subprocess.Popen` takes them.
    """
    return subprocess.Popen(
        [sys.executable, "-m", f"assistants.knowledge.{module}", *arguments],
        cwd=ROOT,
        env=_ENVIRONMENT,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: Process) -> None:
    """Kill a process and all of its session."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
