"""The parser process: `python -m assistants.knowledge.parsing.worker`, with `[format, file, cpu seconds]` as a line of JSON,
followed in it by Tesseract's path and languages where pages may be recognised.

The line may come late: what most files need is loaded before. Writes JSON lines to standard output: `["block", page, level, text, kind, number, box]`, `["progress", done, total, unit]`, `["longer", seconds]`, `["note", code, figures]`,
and at the end `["end"]` or `["failed", code]`. Django is not loaded here: it starts in a tenth of a second and holds no secret.
"""

import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from assistants.knowledge.parsing.blocks import Listener, ParsingFailed, cleaned
from assistants.knowledge.parsing.confinement import confine
from assistants.knowledge.parsing.ocr import start_recogniser
from assistants.knowledge.parsing.readers import load, read

GARBAGE = 20_000  # objects more that were made than dropped, before cycles among them are looked for
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode  # kept: `dumps` would make one a line


def main() -> None:
    """Parse one file and say what is in it, or why not; without a job, end."""
    load("pdf")
    job = sys.stdin.readline()
    if not job:
        return
    format_, path, cpu_seconds, *recognition = json.loads(job)
    load(format_)
    if recognition:
        start_recogniser(*recognition)
    confine(cpu_seconds=cpu_seconds)
    # What is loaded stays: looking through it for rubbish would cost as much as the rubbish.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    try:
        _write_blocks(format_, Path(path))
    except ParsingFailed as failure:
        _write("failed", failure.code)
    except MemoryError:
        _write("failed", "too_complex")
    sys.stdout.flush()


class Written(Listener):
    """What is told goes to standard output."""

    def progress(self, done: int, total: int) -> None:
        """See `Listener`."""
        _write("progress", done, total, "pages")

    def longer(self, seconds: int) -> None:
        """See `Listener`."""
        _write("longer", seconds)
        sys.stdout.flush()

    def note(self, code: str, **figures: int) -> None:
        """See `Listener`."""
        _write("note", code, figures)


def _write_blocks(format_: str, path: Path) -> None:
    for block in cleaned(read(format_, path, Written())):
        _write("block", block.page, block.level, block.text, block.kind, block.number, block.box)
    _write("end")


def _write(*values: Any) -> None:
    sys.stdout.write(_encode(values) + "\n")
    if values[0] == "progress":
        sys.stdout.flush()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
    os._exit(0)  # all is said: taking everything apart again would be work for nothing
