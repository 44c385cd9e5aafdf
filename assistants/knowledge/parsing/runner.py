"""Run the parser process and kill it when it takes too much."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, NoReturn

import orjson
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


class Parsing:
    """The blocks of a file, from a process of its own without network and with limits of memory and time.

    Going through it starts the process; the blocks come while it still reads. Leaving off ends it.

    Attributes:
        pages: how many the file has, once that is known; None where the format has none.
        notes: what the parser found odd, as `{"code": …}` with figures; see `assistants.knowledge.warnings`.
    """

    def __init__(
        self, path: Path, *, format: str, progress: Progress | None = None, seconds: float | None = None
    ) -> None:
        """Args:
        format: a name of `readers.READERS`.
        progress: is told (done, total, unit) now and then.
        seconds: the limit of wall-clock time, where it is not to follow the file's size.
        """
        self.pages: int | None = None
        self.notes: list[dict[str, Any]] = []
        self._path = path
        self._format = format
        self._progress = progress
        self._limit = seconds or BASE_SECONDS + SECONDS_A_MEGABYTE * path.stat().st_size / 1_000_000

    def __iter__(self) -> Iterator[Block]:
        """Raises ParsingFailed where the file cannot be read, or no further; its code says why."""
        with standby.send(self._format, str(self._path.resolve()), int(self._limit) + 1) as process:
            killed = threading.Event()
            timer = threading.Timer(self._limit, _stop, (process, killed))
            timer.start()
            try:
                verdict = yield from self._blocks(process)
            finally:
                timer.cancel()
                _kill(process)
        if verdict != "end":
            _explain(process.returncode, killed.is_set(), verdict, self._format)

    def _blocks(self, process: Process) -> Generator[Block, None, str]:
        """The blocks; returns how it ended: `end`, a failure's code, or nothing where the process died."""
        found = characters = 0
        assert process.stdout is not None
        for line in process.stdout:
            try:
                kind, *values = orjson.loads(line)
            except ValueError:  # cut off in the middle
                return ""
            if kind == "block":
                found += 1
                characters += len(values[2])
                if characters > MAX_CHARACTERS or found > MAX_BLOCKS:
                    return "too_much_text"
                yield _block(values)
            elif kind == "progress":
                self.pages = values[1]
                if self._progress:
                    self._progress(*values)
            elif kind == "note":
                self.notes.append({"code": values[0], **values[1]})
            elif kind == "end":
                return "end" if found else "empty"
            elif kind == "failed":
                return str(values[0])
        return ""


def _block(values: list[Any]) -> Block:
    page, level, text, kind, number, box = values
    return Block(text, page, level, kind, number, tuple(box) if box else None)


def _explain(code: int | None, killed: bool, verdict: str, format_: str) -> NoReturn:
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
