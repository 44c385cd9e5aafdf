"""The body of a request: JSON, a form, parts, text or bytes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from assistants.actions.openapi.bodies import FILES_IN, kind_of
from assistants.actions.openapi.serialising import query_pairs, query_text, scalar
from kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that is sent along."""

    name: str
    mime_type: str
    data: bytes


def body_content(
    body: Mapping[str, Any] | None,
    mapping: Mapping[str, Any],
    arguments: Mapping[str, Any],
    files: Mapping[str, Any],
    contents: Mapping[str, FileContent],
) -> tuple[bytes | None, str, int]:
    """Write the body.

    Returns:
        the bytes or None, their media type or "", and how many of them count as text that somebody wrote.

    Raises:
        InvalidInput: a file is named that is not there.
    """
    if body is None:
        return None, "", 0
    value = _value(body, mapping, arguments, files)
    if value is _NOTHING:
        return None, "", 0
    media_type, kind = body["media_type"], kind_of(body["media_type"])
    if kind == "json":
        data = orjson.dumps(value)
    elif kind == "form":
        data = query_text(_form(value, body.get("encoding", {}))).encode()
    elif kind == "multipart":
        return _multipart(value, body, contents)
    else:
        held = contents.get(value) if isinstance(value, str) and kind == "binary" else None
        if held is not None:
            return held.data, media_type, 0
        data = scalar(value).encode("utf-8", "replace")
        media_type = f"{media_type}; charset=utf-8" if kind == "text" else media_type
    return data, media_type, len(data)


_NOTHING: Any = object()


def _value(
    body: Mapping[str, Any],
    mapping: Mapping[str, Any],
    arguments: Mapping[str, Any],
    files: Mapping[str, Any],
) -> Any:
    if "argument" in body:
        return arguments.get(body["argument"], _NOTHING)
    names: Mapping[str, str] = body["properties"]
    value = {names[argument]: each for argument, each in arguments.items() if argument in names}
    if body.get("extra"):
        known = {target["argument"] for target in mapping.get("parameters", ())} | set(names)
        value |= {argument: each for argument, each in arguments.items() if argument not in known}
    if FILES_IN in value:
        value[FILES_IN] = [_file(each, files) for each in value[FILES_IN]]
    return value if value or body.get("required") else _NOTHING


def _file(identity: str, files: Mapping[str, Any]) -> Any:
    if identity not in files:
        raise InvalidInput.on(
            FILES_IN,
            "no_such_file",
            _("There is no file “%(id)s” in this conversation. Name one of its files by its id.")
            % {"id": identity[:80]},
        )
    return files[identity]


def _form(value: Any, encoding: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    pairs = []
    for name, each in value.items() if isinstance(value, dict) else ():
        rule = encoding.get(name, {})
        if "style" in rule:
            pairs += query_pairs({"name": name, **rule}, each)
        elif isinstance(each, dict):
            pairs.append((name, orjson.dumps(each).decode(), False))
        else:
            pairs += query_pairs({"name": name, "style": "form", "explode": True}, each)
    return pairs


def _multipart(
    value: Any, body: Mapping[str, Any], contents: Mapping[str, FileContent]
) -> tuple[bytes, str, int]:
    boundary = f"bottega-{secrets.token_hex(16)}"
    parts: list[bytes] = []
    counted = 0
    names = body.get("files", ())
    for name, each in value.items() if isinstance(value, dict) else ():
        for one in each if isinstance(each, list) else [each]:
            if name in names:
                parts.append(_file_part(boundary, name, one, contents))
                continue
            rule = body.get("encoding", {}).get(name, {})
            part = _text_part(boundary, name, one, rule.get("content_type", ""))
            counted += len(part)
            parts.append(part)
    data = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return data, f"multipart/form-data; boundary={boundary}", counted


def _text_part(boundary: str, name: str, value: Any, content_type: str) -> bytes:
    is_json = isinstance(value, dict | list)
    content_type = content_type or ("application/json" if is_json else "")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n'
    head += f"Content-Type: {content_type}\r\n" if content_type else ""
    return head.encode() + b"\r\n" + scalar(value).encode("utf-8", "replace") + b"\r\n"


def _file_part(boundary: str, name: str, identity: Any, contents: Mapping[str, FileContent]) -> bytes:
    file = contents.get(identity) if isinstance(identity, str) else None
    if file is None:
        raise InvalidInput.on(
            name,
            "no_such_file",
            _("There is no file “%(id)s” in this conversation. Name one of its files by its id.")
            % {"id": str(identity)[:80]},
        )
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"; filename="{_quoted(file.name)}"\r\n'
        f"Content-Type: {_media_type(file.mime_type)}\r\n\r\n"
    )
    return head.encode() + file.data + b"\r\n"


def _quoted(text: str) -> str:
    # As browsers do (HTML, "multipart/form-data encoding algorithm"): what would end the name is percent-encoded.
    for character in ("\r", "\n", '"'):
        text = text.replace(character, f"%{ord(character):02X}")
    return "".join(character for character in text if character.isprintable())


def _media_type(text: str) -> str:
    return text if text.isascii() and text.isprintable() and "/" in text else "application/octet-stream"
