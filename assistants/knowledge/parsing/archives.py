"""Look at a zip's directory before anything is unpacked."""

import zipfile
from pathlib import Path
from typing import IO

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.zips import bursts, is_locked, is_plain

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024


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
    if bursts(members, most_members=MAX_MEMBERS, most_bytes=MAX_UNPACKED):
        raise ParsingFailed("unpacked_too_large")
    if any(is_locked(member) for member in members):
        raise ParsingFailed("encrypted")
    if any(not is_plain(member) or ".." in Path(member.filename).parts for member in members):
        raise ParsingFailed("corrupt")
    return frozenset(member.filename for member in members)
