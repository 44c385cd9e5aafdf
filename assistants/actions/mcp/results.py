"""What a call gave: text, structured content and files, all of it untrusted."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

MOST_FILES, MOST_FILE_BYTES = 10, 10 * 1024 * 1024
MOST_CHARACTERS = 400_000
_KIND = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "text/csv": ".csv",
    "text/plain": ".txt",
}


@dataclass(frozen=True, slots=True)
class McpFile:
    """A picture, a sound or a resource that came with a result; `name` is a plain file name."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class McpResult:
    """What a tool answered.

    Attributes:
        text: its texts, a paragraph each, with the addresses of resources that it links to.
        structured: a JSON value; None where there is none.
        is_error: whether the tool says that it failed.
        truncated: whether text, or files beyond 10 or 10 MB each, were left out.
    """

    text: str
    structured: Any = None
    is_error: bool = False
    files: tuple[McpFile, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class PromptText:
    """A prompt that is filled in: its messages as pairs of a role and a text."""

    description: str
    messages: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """What a person would say to begin: the texts of the user's messages."""
        return "\n\n".join(text for role, text in self.messages if role == "user" and text)


def result_of(answer: Any) -> McpResult:
    """The SDK's result as ours."""
    texts: list[str] = []
    files: list[McpFile] = []
    truncated = False
    for block in answer.content:
        if (words := _words(block)) is not None:
            texts.append(words)
        elif (file := _file(block, len(files) + 1)) and len(files) < MOST_FILES:
            files.append(file)
        else:
            truncated = True
    text = "\n\n".join(filter(None, texts))
    return McpResult(
        text=text[:MOST_CHARACTERS],
        structured=answer.structured_content,
        is_error=answer.is_error,
        files=tuple(files),
        truncated=truncated or len(text) > MOST_CHARACTERS,
    )


def prompt_text(answer: Any) -> PromptText:
    """The SDK's prompt as ours; pictures and sounds of it are left out."""
    messages = ((str(one.role), _words(one.content) or "") for one in answer.messages[:50])
    return PromptText((answer.description or "")[:1000], tuple((r, t[:32_000]) for r, t in messages))


def _words(block: Any) -> str | None:
    """A block that is text; None for files."""
    if block.type == "text":
        return str(block.text)
    if block.type == "resource_link":
        # Never followed: an address in an answer is somebody else's wish.
        named = block.title or block.name
        return f"{named}: {block.uri}" if named else str(block.uri)
    if block.type == "resource" and hasattr(block.resource, "text"):
        return str(block.resource.text)
    return None


def _file(block: Any, number: int) -> McpFile | None:
    data, kind, uri = _bytes(block)
    if len(data) > MOST_FILE_BYTES * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not content or len(content) > MOST_FILE_BYTES:
        return None
    kind = kind.partition(";")[0].strip().lower()
    kind = kind if _KIND.fullmatch(kind) else "application/octet-stream"
    return McpFile(_name(uri, kind, number), kind, content)


def _bytes(block: Any) -> tuple[str, str, str]:
    if block.type == "resource":
        return block.resource.blob, block.resource.mime_type or "", str(block.resource.uri)
    return block.data, block.mime_type, ""


def _name(uri: str, kind: str, number: int) -> str:
    """A file name made of a resource's address, or of its kind."""
    try:
        last = unquote(urlsplit(uri).path).replace("\\", "/").rpartition("/")[2]
    except ValueError:
        last = ""
    kept = "".join(_letters(last)).strip(" .")[-100:]
    return kept or f"{kind.partition('/')[0]}-{number}{_ENDINGS.get(kind, '')}"


def _letters(text: str) -> Iterator[str]:
    return (letter for letter in text if letter.isprintable() and letter not in '<>:"|?*/\\')
