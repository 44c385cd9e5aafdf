"""Run the process that takes a zip apart, and kill it when it takes too much."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.confined import Process, end, start

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a zip: its name there with its folders, and where it lies now; or why it was left out."""

    name: str
    path: Path | None = None
    reason: str = ""


def unpacked(file: Path, folder: Path, *, most_bytes: int, endings: Iterable[str]) -> Iterator[Member]:
    """The members of a zip, in a process of its own without network and with limits of memory, time and disk.

    Args:
        folder: an empty one, for the files; whoever made it removes it.
        most_bytes: the largest that one file may be.
        endings: of the names of files that are wanted, such as ".pdf".

    Raises:
        ParsingFailed: the zip is broken, locked, unsafe or made to burst, or no more of it could be read.
    """
    job = [str(file.resolve()), str(folder), most_bytes, SECONDS, sorted(endings)]
    process = _started(orjson.dumps(job) + b"\n")
    timer = threading.Timer(SECONDS, end, (process,))
    timer.start()
    verdict = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            kind, *values = _read(line)
            if kind == "member":
                yield Member(values[1], folder / str(values[0]))
            elif kind == "left_out":
                yield Member(values[1], reason=values[0])
            else:
                verdict = "end" if kind == "end" else values[0]
    finally:
        timer.cancel()
        end(process)
        with process:
            pass
    if verdict != "end":
        raise ParsingFailed(verdict or "too_complex")


def _started(job: bytes) -> Process:
    process = start("parsing.unpacker")
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(job)
        process.stdin.close()
    return process


def _read(line: bytes) -> list[Any]:
    try:
        found: list[Any] = orjson.loads(line)
    except ValueError:  # cut off in the middle
        return ["failed", ""]
    return found
