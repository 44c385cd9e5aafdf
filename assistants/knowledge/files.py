"""Uploaded bytes: checked, hashed and stored once an organisation."""

import hashlib
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.formats import Format, format_of
from assistants.knowledge.policy import MEGABYTE, check_allowed_kind, check_allowed_size
from assistants.knowledge.stored_bytes import note_bytes
from kernel.errors import InvalidInput, TooLarge
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Organisation
from organisations.policy import PolicyDocument, policy_of
from organisations.policy_cache import policy_in_force

_CHUNK = 1024 * 1024
FORM_BYTES = 1024 * 1024  # what a form adds around its files
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class EmptyFile(InvalidInput):
    code = "empty_file"
    user_message = _("%(name)s is empty: it holds 0 bytes. Check that it was saved, then add it again.")


class FileTooLarge(TooLarge):
    code = "file_too_large"
    user_message = _(
        "%(name)s is larger than %(limit)s, the most that one file may have. Split it, or leave out its pictures."
    )


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes that are in storage."""

    name: str
    format: Format
    sha256: str
    size: int
    key: str


def max_upload_bytes() -> int:
    """The most bytes that one file may have."""
    return int(settings.MAX_UPLOAD_MB) * 1024 * 1024


def largest_file_mb(organisation_id: int) -> int:
    """The most megabytes that one file may have in an organisation, by its policy or the installation's limit."""
    allowed = policy_in_force(organisation_id).files.max_mb or settings.MAX_UPLOAD_MB
    return int(min(allowed, settings.MAX_UPLOAD_MB))


def check_request_size(meta: Mapping[str, Any], actor: Actor) -> None:
    """Refuse a request that cannot hold an acceptable file, by its own word, before its body is parsed.

    Raises:
        TooLarge: its Content-Length is above the limit of a file, the organisation's or the installation's, and a
            little more for the form around it.
    """
    length = str(meta.get("CONTENT_LENGTH") or "0")
    limit = largest_file_mb(actor.organisation.pk)
    if length.isdigit() and int(length) > limit * MEGABYTE + FORM_BYTES:
        raise TooLarge(limit=f"{limit} MB")


def clean_name(name: str) -> str:
    """A file's name as it may be shown: its last part, without control characters, at most 255 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    last = _CONTROL.sub("", last).strip() or str(_("Untitled"))
    stem, dot, extension = last.rpartition(".")
    return f"{stem[: 254 - len(extension)]}{dot}{extension}" if dot and len(extension) < 20 else last[:255]


def check_file(actor: Actor, file: Any, name: str) -> tuple[str, Format]:
    """The shown name and format of an upload that the actor's organisation takes.

    Args:
        file: a Django File, or anything with `size`, `read` and `seek`.

    Raises:
        EmptyFile, FileTooLarge, UnsupportedFile, WrongContent: it is not taken.
        FileAbovePolicy, KindForbidden: the organisation's policy does not take it.
    """
    shown, policy = clean_name(name), _present_policy(actor)
    check_allowed_size(policy, shown, file.size)
    if file.size == 0:
        raise EmptyFile(name=shown)
    if file.size > max_upload_bytes():
        raise FileTooLarge(name=shown, limit=f"{settings.MAX_UPLOAD_MB} MB")
    found = format_of(shown, file)
    check_allowed_kind(policy, shown, found)
    return shown, found


def _present_policy(actor: Actor) -> PolicyDocument:
    with tenant_scope(actor.organisation):
        return policy_of(actor.organisation)


def store_file(file: Any, *, name: str, format: Format, organisation_id: str) -> StoredFile:
    """Write a checked file to storage under its hash; bytes that are there already are not written again.

    Opens a transaction of its own: call it outside of any.
    """
    sha256, size = _digest(file)
    key = _usable_key(organisation_id, sha256)
    if not default_storage.exists(key):
        file.seek(0)
        default_storage.save(key, File(file))
    return StoredFile(name=name, format=format, sha256=sha256, size=size, key=key)


def _usable_key(organisation_id: str, sha256: str) -> str:
    key = f"{organisation_id}/{sha256}"
    pk = Organisation.objects.values_list("pk", flat=True).get(public_id=organisation_id)
    with tenant_scope(pk, durable=True):
        while not note_bytes(organisation_id=pk, key=key):
            key = f"{organisation_id}/{sha256}.{secrets.token_hex(4)}"
    return key


def _digest(file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


@contextmanager
def local_copy(key: str) -> Iterator[Path]:
    """A path to stored bytes, for programs that want one; a temporary copy where storage is elsewhere.

    Raises:
        FileNotFoundError: they are gone.
    """
    try:
        path: Path | None = Path(default_storage.path(key))
    except NotImplementedError:  # what Django's storages raise where files are not on this machine's disk
        path = None
    if path is not None:
        path.stat()
        yield path  # outside the try: what the reader of the file raises is not ours to catch
        return
    with default_storage.open(key) as source, tempfile.NamedTemporaryFile() as target:
        for chunk in source.chunks():
            target.write(chunk)
        target.flush()
        yield Path(target.name)
