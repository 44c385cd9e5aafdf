"""Zips whose bytes depend on nothing but what is in them."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO

from django.utils.text import slugify

_CHUNK = 1024 * 1024
IN_MEMORY = 4 * 1024 * 1024
# The earliest moment that a zip can name.
MOMENT = (1980, 1, 1, 0, 0, 0)
PACKED_ALREADY = {".pdf", ".docx", ".png", ".jpg", ".zip"}

Member = tuple[str, "Iterable[bytes]"]


def pack(members: Iterable[Member]) -> IO[bytes]:
    """Write members, in the order of their names, into a temporary file that is at its beginning.

    Args:
        members: a name and the chunks of the bytes, each; read one after the other.
    """
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - its reader closes it
    with zipfile.ZipFile(target, "w") as archive:
        for name, chunks in members:
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = _way_of(name)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            with archive.open(entry, "w", force_zip64=False) as member:
                for chunk in chunks:
                    member.write(chunk)
    target.seek(0)
    return target


def _way_of(name: str) -> int:
    packed = PurePosixPath(name).suffix.lower() in PACKED_ALREADY
    return zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED


def plain_name(name: str) -> str:
    """A name for files, plugins and skills: at most 64 small letters, digits and single hyphens; always the same one."""
    plain = re.sub(r"[-_]+", "-", slugify(name))[:64].strip("-")
    return plain or f"assistant-{sha256(name.encode()).hexdigest()[:8]}"


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file's bytes, a chunk at a time; it is closed after the last."""
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
