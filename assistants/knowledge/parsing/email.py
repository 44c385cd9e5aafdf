"""Letters as .eml (RFC 5322 and MIME): who wrote to whom and when, the text, and what is attached."""

import email
import email.policy
import io
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import PurePosixPath

from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.html import parse_html
from assistants.knowledge.parsing.plain import parse_text

MAX_PARTS = 1_000
DEEPEST = 3  # letters within letters
MAX_HEADER = 2_000
_HEADERS = ("From", "To", "Cc", "Date")
_ATTACHED = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "tsv",
    ".epub": "epub",
    ".json": "json",
    ".jsonl": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".md": "md",
    ".txt": "txt",
}


def parse_email(data: bytes, listener: Listener) -> Iterator[Block]:
    """The headers that people read, the plain text or else the HTML, and each attachment that can be read, under its name.

    Raises:
        ParsingFailed: it is no letter, or nested too deeply.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
    except RecursionError:
        raise ParsingFailed("too_deep") from None
    if not any(message.get_all(name, failobj=None) for name in ("From", "Date", "Subject", "Received")):
        raise ParsingFailed("corrupt")
    yield from _letter(message, listener, 1)


def _letter(message: EmailMessage, listener: Listener, depth: int) -> Iterator[Block]:
    if subject := _header(message, "Subject"):
        yield Block(subject, level=min(6, 2 * depth - 1))
    lines = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    yield Block("\n".join(lines))
    parts = _parts(message, listener)
    body = _body(parts)
    if body is not None:
        parse = parse_html if body.get_content_type() == "text/html" else parse_text
        yield from parse(_bytes(body))
    left_out = 0
    for part in parts:
        if part is body or not (part.get_filename() or part.get_content_type() == "message/rfc822"):
            continue
        try:
            yield from _attached(part, listener, depth)
        except (ParsingFailed, LookupError):
            left_out += 1
    if left_out:
        listener.note("attachments_left_out", attachments=left_out)


def _parts(message: EmailMessage, listener: Listener) -> list[EmailMessage]:
    """The leaves, without going into letters that are attached."""
    leaves: list[EmailMessage] = []
    stack = [message]
    while stack:
        part = stack.pop()
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            stack.extend(reversed(part.get_payload()))
            continue
        leaves.append(part)
        if len(leaves) == MAX_PARTS:
            listener.note("attachments_left_out", attachments=len(stack))
            break
    return leaves


def _body(parts: list[EmailMessage]) -> EmailMessage | None:
    texts = [part for part in parts if not part.is_attachment() and not part.is_multipart()]
    for kind in ("text/plain", "text/html"):
        for part in texts:
            if part.get_content_type() == kind and _bytes(part).strip():
                return part
    return None


def _bytes(part: EmailMessage) -> bytes:
    """A part's content; text of a named encoding as UTF-8."""
    data = part.get_payload(decode=True) or b""
    assert isinstance(data, bytes)
    charset = part.get_content_charset()
    if charset and part.get_content_maintype() == "text":
        try:
            return data.decode(charset, "replace").encode("utf-8", "ignore")
        except LookupError:
            return data
    return data


def _attached(part: EmailMessage, listener: Listener, depth: int) -> Iterator[Block]:
    level = min(6, 2 * depth)
    if part.get_content_type() == "message/rfc822":
        if depth == DEEPEST:
            raise ParsingFailed("too_deep")
        yield from _letter(part.get_payload()[0], listener, depth + 1)
        return
    from assistants.knowledge.parsing.readers import read

    name = PurePosixPath(str(part.get_filename()).replace("\\", "/")).name
    format_ = _ATTACHED.get(PurePosixPath(name).suffix.lower())
    if format_ is None:
        raise ParsingFailed("unsupported")
    yield Block(name, level=level)
    for block in read(format_, io.BytesIO(_bytes(part)), Listener()):
        deeper = min(6, block.level + level) if block.level else 0
        yield replace(block, page=None, box=None, number=None, level=deeper)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())[:MAX_HEADER]
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # headers that the standard library stumbles over
        return ""
