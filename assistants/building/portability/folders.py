"""An assistant as a folder: `assistant.yaml` beside `knowledge/` and `actions/`, as a repository holds it."""

import io
import re
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any

from django.core.files import File

from assistants.building.portability.archives import open_archive
from assistants.building.portability.assistant_file import ACTIONS, FILE, FOLDER, parse_assistant
from assistants.building.portability.packing import Member, chunks_of, pack
from assistants.building.portability.yaml_lines import read_yaml

_CHUNK = 1024 * 1024


def write_folder(archive: IO[bytes], folder: Path) -> list[str]:
    """Unpack an export into a folder, and take away what an earlier one left there that is no longer listed.

    Files whose bytes are the same are not touched. Returns the names of those that changed.

    Raises:
        FileRefused: the archive is not safe to unpack.
    """
    upload: File[Any] = File(archive, name="export.zip")
    upload.size = archive.seek(0, io.SEEK_END)
    before = _listed(folder)
    with open_archive(upload, "export.zip") as bundle:
        changed = [name for name in bundle.names() if _write(bundle.open, name, folder)]
        gone = [name for name in before if name not in bundle.sizes and (folder / name).is_file()]
    for name in gone:
        (folder / name).unlink()
    return sorted(changed + gone)


def _write(opener: Any, name: str, folder: Path) -> bool:
    target = folder / name
    with opener(name) as content:
        data = content.read()
    if target.is_file() and target.read_bytes() == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return True


def _listed(folder: Path) -> list[str]:
    if not (folder / FILE).is_file():
        return []
    whole = read_yaml((folder / FILE).read_bytes(), FILE).value
    parts = [whole.get(part) for part in ("actions", "knowledge")] if isinstance(whole, dict) else []
    entries = [entry for part in parts if isinstance(part, list) for entry in part]
    files = [entry.get("file") for entry in entries if isinstance(entry, dict)]
    return [
        file for file in files if isinstance(file, str) and re.fullmatch(r"(actions|knowledge)/[^/\\]+", file)
    ]


def pack_folder(folder: Path) -> IO[bytes]:
    """The folder as an archive that can be imported. Hashes of files that were changed by hand are written anew.

    Raises:
        FileRefused: `assistant.yaml` is wrong; it names the line.
        FileNotFoundError: there is none.
    """
    return pack(_members(folder))


def _members(folder: Path) -> Iterator[Member]:
    yield from _inside(folder, ACTIONS)
    yield FILE, [_with_present_hashes(folder)]
    yield from _inside(folder, FOLDER)


def _inside(folder: Path, part: str) -> Iterator[Member]:
    inner = folder / part
    for path in sorted(inner.iterdir() if inner.is_dir() else ()):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield part + path.name, chunks_of(path.open("rb"))


def _with_present_hashes(folder: Path) -> bytes:
    data = (folder / FILE).read_bytes()
    located = read_yaml(data, FILE)
    lines = data.decode("utf-8-sig").splitlines(keepends=True)
    for number, entry in enumerate(parse_assistant(located).knowledge):
        path = folder / (entry.file or "")
        at = located.lines.get(("knowledge", number, "sha256"))
        if entry.file and entry.sha256 and at and path.is_file():
            with path.open("rb") as file:
                present = file_digest(file, "sha256").hexdigest()
            lines[at - 1] = lines[at - 1].replace(entry.sha256, present)
    return "".join(lines).encode()
