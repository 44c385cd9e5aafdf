"""Run the parser process and kill it when it takes too much."""

import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, NoReturn

import orjson
import structlog

from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.ocr import PAGE_SECONDS
from assistants.knowledge.parsing.standby import Parser, standby
from assistants.knowledge.recognition import RECOGNISED, recognition_here

BASE_SECONDS = 60
SECONDS_A_MEGABYTE = 2
MOST_SECONDS = 1500  # with all pages that are recognised: below the time that a task has
GRACE_SECONDS = 5.0  # that a parent has to kill its child
MAX_CHARACTERS = 40_000_000  # about 13,000 full pages
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
        peak: the most memory that the parser held, in bytes, once it has ended.
        notes: what the parser found odd, as `{"code": …}` with figures; see `assistants.knowledge.warnings`.
    """

    def __init__(
        self,
        path: Path,
        *,
        format: str,
        progress: Progress | None = None,
        seconds: float | None = None,
        recognise: bool = True,
    ) -> None:
        """Args:
        format: a name of `readers.READERS`.
        progress: is told (done, total, unit) now and then.
        seconds: the limit of wall-clock time, where it is not to follow the file's size.
        recognise: whether text in pictures is read, which takes seconds a page beside that limit.
        """
        self.pages: int | None = None
        self.peak = 0
        self.notes: list[dict[str, Any]] = []
        self._path = path
        self._format = format
        self._progress = progress
        self._recognise = recognise and format in RECOGNISED
        self._limit = seconds or BASE_SECONDS + SECONDS_A_MEGABYTE * path.stat().st_size / 1_000_000

    def __iter__(self) -> Iterator[Block]:
        """Raises ParsingFailed where the file cannot be read, or no further; its code says why. ParserLost is another matter:
        the file may be tried again."""
        recognition = (recognition_here() if self._recognise else None) or ()
        processor = int(MOST_SECONDS if recognition else self._limit) + 1
        with standby.send(self._format, str(self._path.resolve()), processor, *recognition) as parser:
            watch = _Watch(parser, self._limit)
            watch.start()
            try:
                verdict = yield from self._blocks(parser, watch)
                parser.kill()  # after its last line; it may have died before
                ended = parser.wait()
            finally:
                watch.end()
        self.peak = ended.peak
        if verdict != "end":
            _explain(ended.code, watch.killed, verdict, self._format)

    def _blocks(self, parser: Parser, watch: "_Watch") -> Generator[Block, None, str]:
        """The blocks; returns how it ended: `end`, a failure's code, or nothing where the process died."""
        found = characters = 0
        for line in parser.stdout:
            try:
                kind, *values = orjson.loads(line)
            except ValueError:  # cut off in the middle
                return ""
            if kind == "block":
                found += 1
                characters += len(values[0])
                if characters > MAX_CHARACTERS or found > MAX_BLOCKS:
                    return "too_much_text"
                if values[-1]:
                    values[-1] = tuple(values[-1])
                yield Block._make(values)
            elif kind == "progress":
                self.pages = values[1]
                if self._progress:
                    self._progress(*values)
            elif kind == "longer":
                watch.extend(min(values[0], PAGE_SECONDS))
            elif kind == "note":
                self.notes.append({"code": values[0], **values[1]})
            elif kind == "end":
                return "end" if found else "empty"
            elif kind == "failed":
                return str(values[0])
        return ""


def _explain(code: int, killed: bool, verdict: str, format_: str) -> NoReturn:
    if verdict:
        raise ParsingFailed(verdict)
    logger.warning("parser_died", format=format_, returncode=code, killed=killed)
    raise ParsingFailed("too_complex" if killed or code in _OUT_OF_ROOM else "corrupt")


class _Watch(threading.Thread):
    """Kills a process when its time is over. A page that is recognised has as much more as it takes, up to its own limit."""

    def __init__(self, parser: Parser, seconds: float) -> None:
        super().__init__(name="parser's watch", daemon=True)
        self.killed = False
        self._parser, self._ended = parser, threading.Event()
        self._until = time.monotonic() + seconds
        self._last = time.monotonic() + max(seconds, MOST_SECONDS)
        self._asked: float | None = None
        self._granted = 0.0

    def run(self) -> None:
        """Wait until the work has ended or its time is over."""
        while (left := self._until - time.monotonic()) > 0:
            if self._ended.wait(left):
                return
        self.killed = True
        self._parser.kill()
        if not self._ended.wait(GRACE_SECONDS):
            self._parser.kill_parent()

    def extend(self, seconds: float) -> None:
        """The step that begins now may take so long; what the one before left of its time is taken back."""
        now = time.monotonic()
        if self._asked is not None:
            self._until -= max(0.0, self._granted - (now - self._asked))
        self._asked, self._granted = now, seconds
        self._until = min(self._until + seconds, self._last)

    def end(self) -> None:
        """The work has ended."""
        self._ended.set()
