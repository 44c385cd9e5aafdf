"""Running the program that makes files: started for one of them, killed when its time is over."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 30.0
AT_ONCE = 2  # of one process; others wait
MOST_OUTPUT = 24 * 1024 * 1024
_ENVIRONMENT = {
    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
}


class MakingFailed(DomainError):
    code = "file_not_made"
    user_message = _(
        "The file could not be made: it took too long or grew too large. Make it shorter or simpler."
    )


@dataclass(frozen=True, slots=True)
class Made:
    """What came out: the program's line of JSON, and the file."""

    head: dict[str, Any]
    data: bytes


async def run(kind: str, job: bytes) -> Made:
    """Make a file of a kind (`picture`, `docx`, `pdf`, `xlsx`).

    Returns:
        What came out; its head has `ok`, and a `code` where that is false.

    Raises:
        MakingFailed: the program took too long, or died of its limits.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads(), _run, kind, job)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="making")


def _run(kind: str, job: bytes) -> Made:
    with subprocess.Popen(
        [sys.executable, "-m", "assistants.tools.making.worker", kind],
        cwd=ROOT,
        env=_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            said, _errors = process.communicate(job, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise MakingFailed from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    line, _newline, data = said.partition(b"\n")
    if process.returncode or not line or len(data) > MOST_OUTPUT:
        raise MakingFailed
    head = json.loads(line)
    if head.get("code") == "too_much":
        raise MakingFailed
    return Made(head, data)
