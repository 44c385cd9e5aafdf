"""Files that are broken, or made to break what reads them: each ends with a reason, and takes little along."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assistants.knowledge.failures import failure_message
from assistants.knowledge.formats import BY_EXTENSION
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.confinement import MEMORY_BYTES
from assistants.knowledge.parsing.runner import Parsing
from assistants.knowledge.parsing.unpacking import unpacked
from tests.fakes.hostile_files import COUNT, Hostile, hostile_files

MEGABYTE = 1024 * 1024
EVERY = 1 if os.environ.get("BOTTEGA_LARGE") == "1" else 5
LIMIT_SECONDS = 60.0
# Two seconds each, and of a kind with others that are quick.
SLOW = frozenset({"bomb.pdf", "almost.md", "tables.html", "wide.xlsx", "far.xlsx"})


def chosen() -> list[Hostile]:
    everything = hostile_files()
    assert len({file.name for file in everything}) == COUNT
    if EVERY == 1:
        return everything
    return [file for file in everything if file.name not in SLOW][:: EVERY - 1][: COUNT // EVERY]


def ending(file: Hostile, folder: Path) -> str:
    """The reason that a file is refused for; nothing where it is read."""
    path = folder / "file"
    path.write_bytes(file.make())
    try:
        if file.format == "zip":
            return "" if members(path, folder) else "nothing_readable"
        for _ in Parsing(path, format=file.format, seconds=LIMIT_SECONDS):
            pass
    except ParsingFailed as failure:
        return failure.code
    return ""


def members(path: Path, folder: Path) -> int:
    target = folder / "unpacked"
    target.mkdir()
    found = list(unpacked(path, target, most_bytes=10 * MEGABYTE, endings=BY_EXTENSION))
    assert {entry.name for entry in target.iterdir()} <= {str(number) for number in range(len(found) + 1)}
    return sum(member.path is not None for member in found)


def test_hostile_files_end_with_a_reason_and_take_little_along(tmp_path: Path) -> None:
    def run(numbered: tuple[int, Hostile]) -> tuple[str, str, frozenset[str]]:
        number, file = numbered
        folder = tmp_path / str(number)
        folder.mkdir()
        return file.name, ending(file, folder), file.codes

    files = chosen()
    with ThreadPoolExecutor(2) as two:
        ends = list(two.map(run, enumerate(files)))
    assert [(name, code) for name, code, codes in ends if code not in codes] == []
    reasons = {code for _, code, _ in ends if code}
    assert all(failure_message(code) != failure_message("no such code") for code in reasons)
    # The kernel holds each process to its address space; what a child has used says nothing, it begins with its parent's.
    assert MEMORY_BYTES < 512 * MEGABYTE
    assert len(files) == COUNT // EVERY
