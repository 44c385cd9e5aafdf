"""Look at a zip's directory before anything is unpacked."""

import zipfile
from pathlib import Path
from typing import IO

from assistants.knowledge.parsing.blocks import ParsingFailed

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_COUNTS_FROM = 5 * 1024 * 1024


def check_archive(file: Path | IO[bytes]) -> frozenset[str]:
    """The names of the members of a harmless zip.

    Raises:
        ParsingFailed: broken, encrypted, or made to burst.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise ParsingFailed("corrupt") from None
    _check_sizes(members)
    if any(member.flag_bits & 0x1 for member in members):
        raise ParsingFailed("encrypted")
    if any(_is_link(member) or ".." in Path(member.filename).parts for member in members):
        raise ParsingFailed("corrupt")
    return frozenset(member.filename for member in members)


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    overlapping = len({member.header_offset for member in members}) < len(members)
    bursting = unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * max(1, packed)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or bursting or overlapping:
        raise ParsingFailed("unpacked_too_large")


def _is_link(member: zipfile.ZipInfo) -> bool:
    return (member.external_attr >> 16) & 0o170000 == 0o120000
