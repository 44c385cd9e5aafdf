"""Letters as .eml (RFC 5322 and MIME): who wrote to whom and when, the text, and what is attached."""

import email
import io
from collections.abc import Iterator
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from pathlib import PurePosixPath
from typing import Any

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
        # The newer policies take headers apart as they come, and minutes for a hostile one.
        message = email.message_from_bytes(data)
    except RecursionError:
        raise ParsingFailed("too_deep") from None
    if not any(name in message for name in ("From", "Date", "Subject", "Received")):
        raise ParsingFailed("corrupt")
    yield from _letter(message, listener, 1)


def _letter(message: Message, listener: Listener, depth: int) -> Iterator[Block]:
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


def _parts(message: Message, listener: Listener) -> list[Message]:
    """The leaves, without going into letters that are attached."""
    leaves: list[Message] = []
    stack = [message]
    while stack:
        part = stack.pop()
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            stack.extend(reversed(_inner(part)))
            continue
        leaves.append(part)
        if len(leaves) == MAX_PARTS:
            listener.note("attachments_left_out", attachments=len(stack))
            break
    return leaves


def _inner(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _body(parts: list[Message]) -> Message | None:
    texts = [
        part for part in parts if part.get_content_disposition() != "attachment" and not part.is_multipart()
    ]
    for kind in ("text/plain", "text/html"):
        for part in texts:
            if part.get_content_type() == kind and _bytes(part).strip():
                return part
    return None


def _bytes(part: Message) -> bytes:
    """A part's content; text of a named encoding as UTF-8."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return b""
    charset = part.get_content_charset()
    if charset and part.get_content_maintype() == "text":
        try:
            return data.decode(charset, "replace").encode("utf-8", "ignore")
        except LookupError:
            return data
    return data


def _attached(part: Message, listener: Listener, depth: int) -> Iterator[Block]:
    level = min(6, 2 * depth)
    if part.get_content_type() == "message/rfc822":
        if depth == DEEPEST:
            raise ParsingFailed("too_deep")
        for letter in _inner(part):
            yield from _letter(letter, listener, depth + 1)
        return
    from assistants.knowledge.parsing.readers import read

    name = PurePosixPath(_decoded(str(part.get_filename())).replace("\\", "/")).name
    format_ = _ATTACHED.get(PurePosixPath(name).suffix.lower())
    if format_ is None:
        raise ParsingFailed("unsupported")
    yield Block(name, level=level)
    for block in read(format_, io.BytesIO(_bytes(part)), Listener()):
        deeper = min(6, block.level + level) if block.level else 0
        yield block._replace(page=None, box=None, number=None, level=deeper)


def _header(message: Message, name: str) -> str:
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _decoded(raw)


def _decoded(raw: str) -> str:
    """A header in words (RFC 2047), or raw UTF-8 where its sender wrote that."""
    text = raw[:MAX_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    with suppress(ValueError, LookupError, MessageError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.split())
