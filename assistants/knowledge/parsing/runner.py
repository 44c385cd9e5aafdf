"""Run the parser process and kill it when it takes too much."""

import contextlib
import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.standby import Process, standby

BASE_SECONDS = 60
SECONDS_A_MEGABYTE = 2
MAX_CHARACTERS = 20_000_000
MAX_BLOCKS = 500_000
# How a process ends that has used up its memory or time: native code aborts where it gets no memory.
_OUT_OF_ROOM = {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL}
Progress = Callable[[int, int, str], None]
logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class ParsedFile:
    """What a file holds."""

    blocks: list[Block] = field(default_factory=list)
    pages: int | None = None


def parse_file(
    path: Path, *, format: str, progress: Progress | None = None, seconds: float | None = None
) -> ParsedFile:
    """Parse a file in a process of its own, without network, with limits of memory and time.

    Args:
        format: txt, md, html, pdf or docx.
        progress: is told (done, total, unit) now and then.
        seconds: the limit of wall-clock time, where it is not to follow the file's size.

    Raises:
        ParsingFailed: the file cannot be read; its code says why.
    """
    limit = seconds or BASE_SECONDS + SECONDS_A_MEGABYTE * path.stat().st_size / 1_000_000
    with standby.send(format, str(path.resolve()), int(limit) + 1) as process:
        killed = threading.Event()
        timer = threading.Timer(limit, _stop, (process, killed))
        timer.start()
        try:
            parsed, verdict = _read(process, progress)
        finally:
            timer.cancel()
            _kill(process)
            standby.renew()
    if verdict != "end":
        _explain(process.returncode, killed.is_set(), verdict, format)
    if not parsed.blocks:
        raise ParsingFailed("empty")
    return parsed


def _read(process: Process, progress: Progress | None) -> tuple[ParsedFile, str]:
    parsed, characters = ParsedFile(), 0
    assert process.stdout is not None
    for line in process.stdout:
        try:
            kind, *values = json.loads(line)
        except ValueError:  # cut off in the middle
            return parsed, ""
        if kind == "block":
            characters += len(values[2])
            if characters > MAX_CHARACTERS or len(parsed.blocks) >= MAX_BLOCKS:
                return parsed, "too_much_text"
            parsed.blocks.append(Block(values[2], values[0], values[1]))
        elif kind == "progress":
            parsed.pages = values[1]
            if progress:
                progress(*values)
        elif kind == "end":
            return parsed, "end"
        elif kind == "failed":
            return parsed, str(values[0])
    return parsed, ""


def _explain(code: int | None, killed: bool, verdict: str, format_: str) -> Any:
    if verdict:
        raise ParsingFailed(verdict)
    logger.warning("parser_died", format=format_, returncode=code, killed=killed)
    raise ParsingFailed("too_complex" if killed or code in _OUT_OF_ROOM else "corrupt")


def _stop(process: Process, killed: threading.Event) -> None:
    killed.set()
    _kill(process)


def _kill(process: Process) -> None:
    # Its whole session: a parser that started something takes that along.
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
