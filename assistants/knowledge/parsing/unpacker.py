"""The process that takes a zip apart: `python -m assistants.knowledge.parsing.unpacker`, with a job as a line of JSON.

The job is `[zip, folder, most bytes a file, cpu seconds, endings]`. Writes JSON lines to standard output: `["member", number, name]` for
each file that now lies in the folder under its number, `["left_out", reason, name]`, and at the end `["end"]` or
`["failed", code]`. Members' names never become names of files here.
"""

import json
import sys
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from assistants.knowledge.parsing.archives import MAX_UNPACKED, check_archive
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.confinement import confine

_CHUNK = 1024 * 1024
_CLUTTER = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def main() -> None:
    """Unpack one zip and say what was in it, or why not."""
    file, folder, most_bytes, cpu_seconds, endings = json.loads(sys.stdin.readline())
    confine(cpu_seconds=cpu_seconds, output_bytes=most_bytes)
    try:
        _unpack(Path(file), Path(folder), most_bytes, frozenset(endings))
        _write("end")
    except ParsingFailed as failure:
        _write("failed", failure.code)
    except MemoryError:
        _write("failed", "too_complex")


def _unpack(file: Path, folder: Path, most_bytes: int, endings: frozenset[str]) -> None:
    check_archive(file)
    room = MAX_UNPACKED  # counted as it is written: what the directory says may be a lie
    with zipfile.ZipFile(file) as archive:
        for number, member in enumerate(archive.infolist()):
            path = PurePosixPath(member.filename.replace("\\", "/"))
            if member.is_dir() or path.name.startswith(".") or _CLUTTER & {*path.parts}:
                continue
            reason = _refused(path, member, most_bytes, endings)
            if not reason:
                size = _copied(archive, member, folder / str(number), min(room, most_bytes))
                room -= max(size, 0)
                reason = "damaged" if size < 0 else ""
            if reason:
                _write("left_out", reason, str(path))
            else:
                _write("member", number, str(path))


def _refused(path: PurePosixPath, member: zipfile.ZipInfo, most_bytes: int, endings: frozenset[str]) -> str:
    ending = path.suffix.lower()
    if ending == ".zip":
        return "nested"
    if ending not in endings:
        return "kind"
    return "size" if member.file_size > most_bytes else ""


def _copied(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int) -> int:
    """How many bytes were written; -1 where the member is damaged, or larger than it said."""
    size = 0
    try:
        with archive.open(member) as source, target.open("xb") as written:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > room:
                    return -1
                written.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
        return -1
    return size


def _write(*values: Any) -> None:
    sys.stdout.write(json.dumps(values, separators=(",", ":")) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
