"""Uploads as bundles: a zip, or the definition alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from assistants.building.portability.archives import Bundle, bundle_of_uploads, is_archive, open_archive
from assistants.building.portability.assistant_file import FILE
from assistants.knowledge.files import clean_name

_KNOWN = {".json", ".yaml", ".yml", ".zip"}


@contextmanager
def open_bundle(upload: Any) -> Iterator[Bundle]:
    """What is in an upload; close it when all is read.

    Raises:
        FileRefused: it is an archive that is not safe to unpack.
    """
    label = clean_name(upload.name or FILE)
    if is_archive(upload):
        with open_archive(upload, label) as bundle:
            yield bundle
        return
    # A definition without an extension is read all the same: its shape decides, not its name.
    name = label if PurePosixPath(label).suffix.lower() in _KNOWN else f"{label}{_extension(upload)}"
    yield bundle_of_uploads({name: upload}, label)


def _extension(upload: Any) -> str:
    upload.seek(0)
    head = upload.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    upload.seek(0)
    return ".json" if head[:1] in (b"{", b"[") else ".yaml"
