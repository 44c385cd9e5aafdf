"""Look at a zip's directory before anything is unpacked."""

import zipfile
from pathlib import Path
from typing import IO

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.zips import bursts, is_locked, is_plain

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def check_archive(file: Path | IO[bytes]) -> frozenset[str]:
    """The names of the members of a harmless zip.

    Raises:
        ParsingFailed: broken, encrypted, of an old format of Office, with links in it, or made to burst.
    """
    _check_container(file)
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
        raise ParsingFailed("unsafe_archive")
    return frozenset(member.filename for member in members)


def _check_container(file: Path | IO[bytes]) -> None:
    """Office keeps locked files, and those of before 2007, in a container of its own."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            _check_container(opened)
        return
    file.seek(0)
    if file.read(len(_OLE)) == _OLE:
        raise ParsingFailed("encrypted" if _LOCKED_PACKAGE in file.read() else "old_format")
    file.seek(0)
