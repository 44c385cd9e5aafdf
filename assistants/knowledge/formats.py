"""Which files are taken: known by their extension, and by what is in them."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

import puremagic
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import ParsingFailed
from kernel.errors import InvalidInput

_HEAD = 4096
_TEXT_SIGNS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be read."""

    name: str
    media_type: str
    extensions: tuple[str, ...]


FORMATS = (
    Format("pdf", "application/pdf", (".pdf",)),
    Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
    Format("md", "text/markdown", (".md", ".markdown")),
    Format("html", "text/html", (".html", ".htm", ".xhtml")),
    Format("txt", "text/plain", (".txt", ".text", ".log")),
)
BY_EXTENSION = {extension: format_ for format_ in FORMATS for extension in format_.extensions}
# What is made here, and never uploaded under its own name.
QA = Format("qa", "application/json", ())
PAGE = Format("page", "text/html", ())
BY_NAME = {format_.name: format_ for format_ in (*FORMATS, QA, PAGE)}
ACCEPT = ",".join(BY_EXTENSION)


class UnsupportedFile(InvalidInput):
    code = "unsupported_file"
    status = 415
    user_message = _(
        "%(name)s is of a kind that cannot be read yet. Add PDF, Word (.docx), Markdown, HTML or plain text."
    )


class WrongContent(InvalidInput):
    code = "wrong_content"
    user_message = _(
        "%(name)s is not what its name says: its content is no %(expected)s. Save it again in that format and add it."
    )


def format_of(name: str, file: IO[bytes]) -> Format:
    """The format of a file, where its extension and its content agree.

    Raises:
        UnsupportedFile: nothing here reads such files.
        WrongContent: the content is of another kind.
    """
    found = BY_EXTENSION.get(PurePosixPath(name).suffix.lower())
    if found is None:
        raise UnsupportedFile(name=name)
    file.seek(0)
    head = file.read(_HEAD)
    if not _agrees(found, head, file):
        raise WrongContent(name=name, expected=found.name.upper())
    file.seek(0)
    return found


def format_of_answer(content_type: str, head: bytes) -> Format | None:
    """The format of what a web server sent, by its header and its first bytes."""
    kind = content_type.partition(";")[0].strip().lower()
    if head.startswith(b"%PDF-"):
        return BY_NAME["pdf"]
    if kind in ("text/html", "application/xhtml+xml"):
        return BY_NAME["html"]
    if kind in ("text/markdown", "text/plain"):
        return BY_NAME["md" if kind == "text/markdown" else "txt"]
    return BY_NAME["docx"] if kind == BY_NAME["docx"].media_type else None


def _agrees(format_: Format, head: bytes, file: IO[bytes]) -> bool:
    if format_.name == "pdf":
        return b"%PDF-" in head[:1024]
    if format_.name == "docx":
        return _is_word(head, file)
    return _is_text(head)


def _is_word(head: bytes, file: IO[bytes]) -> bool:
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # a locked .docx is an OLE container: the parser says so
        return True
    if not head.startswith(b"PK"):
        return False
    file.seek(0)
    try:
        return "word/document.xml" in check_archive(file)
    except ParsingFailed:
        return True  # broken or bursting: the reason is told when it is parsed


def _is_text(head: bytes) -> bool:
    if head.startswith(_TEXT_SIGNS):
        return True
    if head.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return False
    return b"\x00" not in head or _looks_like_utf16(head)


def _looks_like_utf16(head: bytes) -> bool:
    if any(match.confidence > 0.7 for match in _magic(head)):
        return False
    return max(head[::2].count(0), head[1::2].count(0)) > len(head) // 4


def _magic(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return []
