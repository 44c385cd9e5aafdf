"""Archives that strangers made: looked at from outside first, then read one member at a time."""

import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.building.portability.refusals import FileRefused
from assistants.knowledge.parsing.zips import bursts, is_locked, is_plain

MEGABYTE = 1024 * 1024
MAX_MEMBERS = 1_000
MAX_DIRECTORY = 4 * MEGABYTE
IN_MEMORY = 2 * MEGABYTE
_CHUNK = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
_END = b"PK\x05\x06"


def max_unpacked() -> int:
    """The most bytes that an archive may hold, unpacked."""
    return int(settings.MAX_UPLOAD_MB) * MEGABYTE * 4


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was handed in: files by name, each read when it is asked for.

    Attributes:
        label: how the whole is called, for what is said about it.
        sizes: the unpacked size of each file, by its name.
    """

    label: str
    sizes: Mapping[str, int]
    _archive: zipfile.ZipFile | None = None
    _members: Mapping[str, zipfile.ZipInfo] | None = None
    _uploads: Mapping[str, Any] | None = None

    def names(self) -> list[str]:
        """The names of its files."""
        return list(self.sizes)

    def read(self, name: str, limit: int) -> bytes:
        """A file's bytes.

        Raises:
            FileRefused: it has more than `limit`, or is broken.
        """
        if self.sizes[name] > limit:
            raise FileRefused.at(
                name, None, "too_large", _("This is larger than 20 MB, the most that a definition may have.")
            )
        with self.open(name) as file:
            return bytes(file.read())

    @contextmanager
    def open(self, name: str) -> Iterator["File[Any]"]:
        """A file that can be read from any place in it, until the block ends.

        Raises:
            FileRefused: its bytes are broken.
        """
        if self._uploads is not None:
            self._uploads[name].seek(0)
            yield self._uploads[name]
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as target:
            size = self._unpack(name, target)
            target.seek(0)
            file: File[Any] = File(target, name=PurePosixPath(name).name)
            file.size = size
            yield file

    def _unpack(self, name: str, target: IO[bytes]) -> int:
        assert self._archive and self._members
        written = 0
        try:
            with self._archive.open(self._members[name]) as member:
                while chunk := member.read(_CHUNK):
                    written += len(chunk)
                    target.write(chunk)
        except _BROKEN:
            raise FileRefused.at(
                name, None, "corrupt", _("This file is broken in the archive. Pack it again.")
            ) from None
        return written


def bundle_of_uploads(files: Mapping[str, Any], label: str) -> Bundle:
    """Files that came one by one."""
    return Bundle(label, {name: file.size for name, file in files.items()}, _uploads=files)


@contextmanager
def open_archive(upload: Any, label: str) -> Iterator[Bundle]:
    """The files of a zip that is harmless to unpack; those that operating systems leave behind are not among them.

    Raises:
        FileRefused: it is broken, locked or made to burst, or a name in it leads out of it.
    """
    _check_directory(upload, label)
    try:
        archive = zipfile.ZipFile(upload)
    except _BROKEN:
        raise FileRefused.at(label, None, "corrupt", _("This archive is broken. Pack it again.")) from None
    with archive:
        members = archive.infolist()
        if bursts(members, most_members=MAX_MEMBERS, most_bytes=max_unpacked()):
            raise _bursting(label)
        files = _checked_names(members, label)
        yield Bundle(label, {name: m.file_size for name, m in files.items()}, archive, files)


def is_archive(upload: Any) -> bool:
    """Whether a file begins as a zip does."""
    upload.seek(0)
    head = upload.read(4)
    upload.seek(0)
    return head in (b"PK\x03\x04", b"PK\x05\x06")


def _check_directory(upload: Any, label: str) -> None:
    # The directory is read into memory as a whole: how large it says it is, is looked at first.
    upload.seek(max(0, upload.size - 65_557))
    tail = upload.read()
    upload.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise FileRefused.at(label, None, "corrupt", _("This archive is broken. Pack it again."))
    members = int.from_bytes(tail[at + 10 : at + 12], "little")
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if members > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise _bursting(label)


def _bursting(label: str) -> FileRefused:
    reason = _(
        "This archive holds more than is unpacked here: at most %(members)s files and %(size)s MB. Pack fewer or smaller ones."
    )
    filled = reason % {"members": MAX_MEMBERS, "size": max_unpacked() // MEGABYTE}
    return FileRefused.at(label, None, "unpacked_too_large", filled)


def _checked_names(members: list[zipfile.ZipInfo], label: str) -> dict[str, zipfile.ZipInfo]:
    files: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for member in members:
        if (reason := _wrong(member)) is not None:
            shown = _CONTROL.sub("?", member.orig_filename)[:100]
            raise FileRefused.at(f"{label}: {shown}", None, "unsafe_member", reason)
        if member.is_dir() or _LITTER.search(member.filename):
            continue
        alike = unicodedata.normalize("NFC", member.filename).casefold()
        if alike in seen:
            reason = _("Two files of the archive have this name.")
            raise FileRefused.at(f"{label}: {member.filename[:100]}", None, "repeated_member", reason)
        seen.add(alike)
        files[member.filename] = member
    return files


def _wrong(member: zipfile.ZipInfo) -> str | Promise | None:
    # `filename` ends at a NUL already; `orig_filename` is what stands in the archive.
    name = member.orig_filename
    parts = PurePosixPath(name).parts
    if is_locked(member):
        return _("This file is locked with a password. Pack it again without one.")
    if _CONTROL.search(name) or "\\" in name or re.match(r"[A-Za-z]:", name):
        return _("The name of this file holds characters that are not taken here.")
    if not name or name.startswith("/") or ".." in parts or len(name) > 400:
        return _("The name of this file leads out of the archive.")
    if not is_plain(member):
        return _("This is a link or a device, not a file.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return _("This file is packed in a way that is not read here. Pack it as a plain zip.")
    return None
