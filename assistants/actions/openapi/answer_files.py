"""Files in an answer: the field `openaiFileResponse`, at most 10 files of 10 MB, inline or by their address."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.template.defaultfilters import filesizeformat

FILES_OUT = "openaiFileResponse"
MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A file that an answer gives: its bytes, or where they can be fetched.

    Attributes:
        data: None where the file has only a `url`.
    """

    name: str
    mime_type: str
    data: bytes | None
    url: str = ""


def files_of(body: bytes) -> tuple[AnswerFile, ...]:
    """The files of an answer in JSON. One that is too large, or no base64, comes without a byte."""
    if FILES_OUT.encode() not in body:
        return ()
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    listed = value.get(FILES_OUT) if isinstance(value, dict) else None
    return tuple(_files(listed if isinstance(listed, list) else []))


def _files(listed: list[Any]) -> Iterator[AnswerFile]:
    for at, each in enumerate(listed[:MOST_FILES], 1):
        if isinstance(each, str):
            name = re.split(r"[?#]", each)[0].rstrip("/").rsplit("/", 1)[-1]
            yield AnswerFile(name[:200] or f"file-{at}", "", None, each)
        elif isinstance(each, dict) and isinstance(each.get("content"), str):
            data = _decoded(each["content"])
            yield AnswerFile(_text(each, "name", f"file-{at}"), _text(each, "mime_type", ""), data)


def _decoded(content: str) -> bytes:
    if len(content) > MOST_BYTES * 4 // 3 + 4:
        return b""
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text(holder: dict[str, Any], field: str, default: str) -> str:
    value = holder.get(field)
    return value[:200] if isinstance(value, str) and value else default


def without_file_contents(value: Any) -> Any:
    """The answer with sizes in place of the bytes of its files: no model reads base64."""
    listed = value.get(FILES_OUT) if isinstance(value, dict) else None
    if not isinstance(listed, list):
        return value
    return {**value, FILES_OUT: [_named(each) for each in listed[:MOST_FILES]]}


def _named(entry: Any) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("content"), str):
        return entry
    return {**entry, "content": f"({filesizeformat(len(entry['content']) * 3 // 4)})"}
