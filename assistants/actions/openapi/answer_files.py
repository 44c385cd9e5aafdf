"""Files in an answer: the field `openaiFileResponse`, at most 10 files of 10 MB, inline or by their address."""

import base64
import binascii
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
    """The files of an answer in JSON; those that are too large or unreadable are passed over."""
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
            if each.startswith("https://"):
                name = each.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
                yield AnswerFile(name[:200] or f"file-{at}", "", None, each)
            continue
        content = each.get("content") if isinstance(each, dict) else None
        if not isinstance(content, str) or len(content) > MOST_BYTES * 4 // 3 + 4:
            continue
        try:
            data = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            continue
        if len(data) <= MOST_BYTES:
            yield AnswerFile(_text(each, "name", f"file-{at}"), _text(each, "mime_type", ""), data)


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
