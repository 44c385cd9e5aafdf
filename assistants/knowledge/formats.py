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
_OLE = b"\xd0\xcf\x11\xe0"
# What begins like this is no text, even where no NUL gives it away.
_NO_TEXT = (
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    _OLE,
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"II*\x00",
    b"MM\x00*",
    b"RIFF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
    b"{\\rtf",
)
_PICTURES = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "webp": (b"RIFF",),
    "tiff": (b"II*\x00", b"MM\x00*"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be read.

    Attributes:
        page_kind: what its pages are, a value of `Document.PageKind`.
        member: the part without which a zip is no file of this kind; empty where it is no zip, or any.
    """

    name: str
    media_type: str
    extensions: tuple[str, ...]
    page_kind: str = "page"
    member: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument."


FORMATS = (
    Format("pdf", "application/pdf", (".pdf",)),
    Format("docx", f"{_OFFICE}wordprocessingml.document", (".docx",), member="word/document.xml"),
    Format(
        "pptx",
        f"{_OFFICE}presentationml.presentation",
        (".pptx",),
        page_kind="slide",
        member="ppt/presentation.xml",
    ),
    Format(
        "xlsx",
        f"{_OFFICE}spreadsheetml.sheet",
        (".xlsx", ".xlsm"),
        page_kind="sheet",
        member="xl/workbook.xml",
    ),
    Format("csv", "text/csv", (".csv",)),
    Format("tsv", "text/tab-separated-values", (".tsv", ".tab")),
    Format("md", "text/markdown", (".md", ".markdown")),
    Format("html", "text/html", (".html", ".htm", ".xhtml")),
    Format("txt", "text/plain", (".txt", ".text", ".log")),
    Format("epub", "application/epub+zip", (".epub",), page_kind="chapter", member="META-INF/container.xml"),
    Format("json", "application/json", (".json",)),
    Format("jsonl", "application/jsonl", (".jsonl", ".ndjson")),
    Format("eml", "message/rfc822", (".eml",)),
    Format("png", "image/png", (".png",)),
    Format("jpg", "image/jpeg", (".jpg", ".jpeg")),
    Format("webp", "image/webp", (".webp",)),
    Format("tiff", "image/tiff", (".tif", ".tiff")),
    Format("zip", "application/zip", (".zip",)),
)
BY_EXTENSION = {extension: format_ for format_ in FORMATS for extension in format_.extensions}
# What is made here, and never uploaded under its own name.
QA = Format("qa", "application/json", ())
PAGE = Format("page", "text/html", ())
BY_NAME = {format_.name: format_ for format_ in (*FORMATS, QA, PAGE)}
ACCEPT = ",".join(BY_EXTENSION)
# What a page may turn out to be when it is fetched; a zip holds several sources, and an address is one.
_BY_MEDIA_TYPE = {f.media_type: f for f in FORMATS if f.name != "zip"} | {
    "application/xhtml+xml": BY_NAME["html"],
    "application/x-ndjson": BY_NAME["jsonl"],
}


class UnsupportedFile(InvalidInput):
    code = "unsupported_file"
    status = 415
    user_message = _(
        "%(name)s is of a kind that cannot be read. Add PDF, Word (.docx), slides (.pptx), sheets (.xlsx, .csv), web"
        " pages, Markdown, plain text, books (.epub), e-mail (.eml), JSON, pictures with text, or a zip of these."
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
    found = _BY_MEDIA_TYPE.get(kind)
    if found is not None and found.member and not head.startswith(b"PK"):
        return None
    return found


def _agrees(format_: Format, head: bytes, file: IO[bytes]) -> bool:
    if format_.name == "pdf":
        return b"%PDF-" in head[:1024]
    if format_.name == "zip":
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))
    if format_.member:
        return _holds(format_.member, head, file)
    if signs := _PICTURES.get(format_.name):
        return head.startswith(signs) and (format_.name != "webp" or head[8:12] == b"WEBP")
    return _is_text(head)


def _holds(member: str, head: bytes, file: IO[bytes]) -> bool:
    if head.startswith(_OLE):  # a locked file of Office is an OLE container: the parser says so
        return True
    if not head.startswith(b"PK"):
        return False
    file.seek(0)
    try:
        return member in check_archive(file)
    except ParsingFailed:
        return True  # broken or bursting: the reason is told when it is parsed


def _is_text(head: bytes) -> bool:
    if head.startswith(_TEXT_SIGNS):
        return True
    if head.startswith(_NO_TEXT):
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
