"""A page's picture: from storage, or drawn by a process that is killed when it takes too much."""

import subprocess
import threading

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.files import local_copy
from assistants.knowledge.models import Document
from assistants.knowledge.parsing.confined import end, start
from assistants.knowledge.rendering import SECONDS
from kernel.errors import DomainError

SIZES = {"": 900, "large": 1800}  # points across
MOST_BYTES = 8 * 1024 * 1024
AT_ONCE = threading.BoundedSemaphore(
    2
)  # of one web process: others wait, their pages are there without pictures


class PageUnavailable(DomainError):
    code = "page_unavailable"
    status = 503
    user_message = _(
        "This page could not be drawn just now. Its text stands beside it; open it again in a minute for the picture."
    )


def page_key(document: Document, page: int, width: int) -> str:
    """Where a picture is kept: beside the file's bytes, under their hash."""
    return f"{_folder(document.storage_key)}/{page}-{width}.webp"


def forget_pictures(storage_key: str) -> None:
    """Delete the pictures of a stored file's pages."""
    folder = _folder(storage_key)
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # none was ever drawn
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")


def _folder(storage_key: str) -> str:
    return f"{storage_key}.pages"


def page_picture(document: Document, page: int, *, size: str = "") -> bytes:
    """A page of a PDF or a picture as WebP. Blocks, and is called outside of transactions.

    Args:
        page: from 1. size: a name of `SIZES`.

    Raises:
        PageUnavailable: it cannot be drawn, or too much is being drawn already.
    """
    key = page_key(document, page, SIZES[size])
    if default_storage.exists(key):
        with default_storage.open(key) as kept:
            return bytes(kept.read())
    drawn = _drawn(document, page, SIZES[size])
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(drawn))
    return drawn


def _drawn(document: Document, page: int, width: int) -> bytes:
    if not AT_ONCE.acquire(timeout=SECONDS):
        raise PageUnavailable
    try:
        with local_copy(document.storage_key) as path:
            return _run([document.format, str(path.resolve()), str(page), str(width)])
    except FileNotFoundError:
        raise PageUnavailable from None
    finally:
        AT_ONCE.release()


def _run(job: list[str]) -> bytes:
    with start("rendering.worker", *job, stdin=subprocess.DEVNULL) as process:
        try:
            drawn, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise PageUnavailable from None
        finally:
            end(process)
    if process.returncode or not drawn.startswith(b"RIFF") or len(drawn) > MOST_BYTES:
        raise PageUnavailable
    return drawn
