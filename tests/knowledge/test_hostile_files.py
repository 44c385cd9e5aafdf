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


def ending(file: Hostile, folder: Path) -> tuple[str, int]:
    """The reason that a file is refused for, nothing where it is read; and the most memory that its parser held."""
    path = folder / "file"
    path.write_bytes(file.make())
    if file.format == "zip":
        try:
            return ("" if members(path, folder) else "nothing_readable"), 0
        except ParsingFailed as failure:
            return failure.code, 0
    parsing = Parsing(path, format=file.format, seconds=LIMIT_SECONDS)
    try:
        for _ in parsing:
            pass
    except ParsingFailed as failure:
        return failure.code, parsing.peak
    return "", parsing.peak


def members(path: Path, folder: Path) -> int:
    target = folder / "unpacked"
    target.mkdir()
    found = list(unpacked(path, target, most_bytes=10 * MEGABYTE, endings=BY_EXTENSION))
    assert {entry.name for entry in target.iterdir()} <= {str(number) for number in range(len(found) + 1)}
    return sum(member.path is not None for member in found)


def test_hostile_files_end_with_a_reason_and_take_little_along(tmp_path: Path) -> None:
    def run(numbered: tuple[int, Hostile]) -> tuple[str, tuple[str, int], frozenset[str]]:
        number, file = numbered
        folder = tmp_path / str(number)
        folder.mkdir()
        return file.name, ending(file, folder), file.codes

    files = chosen()
    with ThreadPoolExecutor(2) as two:
        ends = list(two.map(run, enumerate(files)))
    assert [(name, code) for name, (code, _), codes in ends if code not in codes] == []
    reasons = {code for _, (code, _), _ in ends if code}
    assert all(failure_message(code) != failure_message("no such code") for code in reasons)
    peaks = {name: peak for name, (_, peak), _ in ends}
    assert 0 < max(peaks.values()) < 512 * MEGABYTE, peaks
    assert MEMORY_BYTES < 512 * MEGABYTE  # of its address space, to which the kernel holds each process
    assert len(files) == COUNT // EVERY
