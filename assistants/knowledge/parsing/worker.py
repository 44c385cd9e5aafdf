"""The parent of parser processes, and the parsers: `python -m assistants.knowledge.parsing.worker`, with a socket as standard input.

Each line of JSON on it is a job, `[format, file, cpu seconds]`, followed in it by Tesseract's path and languages where pages
may be recognised; with it come two descriptors, where the parser writes and a socket for its life. The answer is the pid
of a child that does it. Where the other end of its life is closed for writing, the child is killed with its session; once it
has ended, its code and the most memory that it held, in bytes, are written there.

A parser writes JSON lines: `["block", text, page, level, kind, number, box]`, `["progress", done, total, unit]`, `["longer", seconds]`,
`["note", code, figures]`, and at the end `["end"]` or `["failed", code]`. Django is not loaded here: this starts in a tenth of a
second and holds no secret. The parent opens no file: it loads code, forks and waits.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import IO, Any, NoReturn

import orjson

from assistants.knowledge.parsing.blocks import Listener, ParsingFailed, cleaned
from assistants.knowledge.parsing.confinement import confine, confine_parent, end_with_parent
from assistants.knowledge.parsing.ocr import start_recogniser
from assistants.knowledge.parsing.readers import load, read

GARBAGE = 20_000  # objects more that were made than dropped, before cycles among them are looked for
WRITTEN_AT_ONCE = 64 * 1024
_DESCRIPTORS = 2
_JOB_BYTES = 64 * 1024
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class Parent:
    """Forks a child for each job, and buries it."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._lives: dict[int, socket.socket] = {}
        self._loaded: set[str] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(line, selectors.EVENT_READ)
        self._woken, waking = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(waking, False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Do jobs until the other end of the line is closed; then kill what is still at work."""
        going = True
        while going:
            for key, _ in self._selector.select():
                if key.fileobj is self._line:
                    going = self._take()
                elif key.fd == self._woken:
                    os.read(self._woken, 512)
                    self._bury()
                elif key.data in self._lives:  # its reader wants no more of it
                    self._selector.unregister(key.fileobj)
                    _kill(key.data)
        for pid in self._lives:
            _kill(pid)

    def load(self, format_: str) -> None:
        """Load code of ours and of libraries, so that every child that reads such a file has it."""
        if format_ not in self._loaded:
            load(format_)
            self._loaded.add(format_)
            gc.collect()
            gc.freeze()  # what is loaded stays: looking through it for rubbish would cost as much as the rubbish

    def _take(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._line, _JOB_BYTES, _DESCRIPTORS)
        if len(descriptors) != _DESCRIPTORS:
            return False
        job, parent = json.loads(data), os.getpid()
        self.load(job[0])
        writing, life = descriptors[0], socket.socket(fileno=descriptors[1])
        if (pid := os.fork()) == 0:
            life.close()
            self._leave()
            _parse(job, writing, parent)
        os.close(writing)
        self._lives[pid] = life
        self._selector.register(life, selectors.EVENT_READ, pid)
        self._line.send(b"%d" % pid)
        return True

    def _bury(self) -> None:
        while self._lives:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            life = self._lives.pop(pid)
            if life in self._selector.get_map():
                self._selector.unregister(life)
            peak = used.ru_maxrss * _PEAK_UNIT
            with contextlib.suppress(OSError):  # nobody asks any more
                life.send(b"%d %d" % (os.waitstatus_to_exitcode(status), peak))
            life.close()

    def _leave(self) -> None:
        """What a child does first: what is its parent's is none of its business."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for connection in (self._line, *self._lives.values()):
            connection.close()


def _kill(pid: int) -> None:
    # Its whole session: a parser that started something takes that along. At its very first it has none yet.
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _parse(job: list[Any], writing: int, parent: int) -> NoReturn:
    """A child's whole life."""
    try:
        os.setsid()
        end_with_parent()
        if os.getppid() == parent:  # else it ended just before
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.dup2(writing, 1)
            _read(*job)
    except BaseException:
        os._exit(1)
    os._exit(0)  # all is said: taking everything apart again would be work for nothing


def _read(format_: str, path: str, cpu_seconds: int, *recognition: str) -> None:
    """Read one file and say what is in it, or why not."""
    if recognition:
        start_recogniser(*recognition)
    confine(cpu_seconds=cpu_seconds)
    gc.set_threshold(GARBAGE)
    written = Written(os.fdopen(1, "wb", WRITTEN_AT_ONCE))
    try:
        written.blocks(format_, Path(path))
    except ParsingFailed as failure:
        written.say("failed", failure.code)
    except MemoryError:
        written.say("failed", "too_complex")
    written.flush()


class Written(Listener):
    """What is found and told goes to standard output."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self.flush = output.flush

    def blocks(self, format_: str, path: Path) -> None:
        """All of a file."""
        write, encode = self._output.write, orjson.dumps
        for b in cleaned(read(format_, path, self)):
            write(encode(("block", *b)) + b"\n")
        self.say("end")

    def say(self, *values: Any) -> None:
        """One line."""
        self._output.write(orjson.dumps(values) + b"\n")

    def progress(self, done: int, total: int) -> None:
        """See `Listener`."""
        self.say("progress", done, total, "pages")
        self.flush()

    def longer(self, seconds: int) -> None:
        """See `Listener`."""
        self.say("longer", seconds)
        self.flush()

    def note(self, code: str, **figures: int) -> None:
        """See `Listener`."""
        self.say("note", code, figures)


def main() -> None:
    """Be a parent of parsers until nobody needs one any more."""
    with socket.socket(fileno=os.dup(0)) as line:
        parent = Parent(line)
        parent.load("pdf")
        confine_parent()
        parent.serve()


if __name__ == "__main__":
    main()
    os._exit(0)
