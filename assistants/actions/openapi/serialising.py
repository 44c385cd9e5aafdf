"""How values are written into paths, queries and headers (OpenAPI 3.1, "Style Values"; RFC 6570)."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput

MOST_HEADER = 4_000
_JOINTS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}

Pair = tuple[str, str, bool]
"""Name, value, and whether the value is written already (its joints must not be encoded once more)."""


def scalar(value: Any) -> str:
    """One value as text: as JSON writes it, text as itself."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return orjson.dumps(value).decode()


def encoded(text: str) -> str:
    """Text percent-encoded wholly: only unreserved characters stay."""
    return quote(text.encode("utf-8", "replace"), safe="")


def path_text(argument: str, target: Mapping[str, Any], value: Any) -> str:
    """A value as a part of the path; nothing in it can leave its segment.

    Raises:
        InvalidInput: it is empty, a dot segment, or holds control characters.
    """
    style, explode, name = target.get("style", "simple"), bool(target.get("explode")), target["name"]
    if isinstance(value, str) and target.get("segments"):
        return "/".join(_segment(argument, each) for each in value.split("/"))
    parts = list(_parts(value, explode))
    for part in parts:
        _refuse_control(argument, part)
    joint = "," if style == "simple" or not explode else "." if style == "label" else ";"
    text = joint.join(
        f"{encoded(name)}={encoded(part)}"
        if style == "matrix" and explode and not isinstance(value, dict)
        else encoded(part)
        for part in parts
    )
    if style == "label":
        return "." + text
    if style == "matrix":
        return f";{text}" if explode else f";{encoded(name)}={text}"
    return _segment(argument, text, done=True)


def _segment(argument: str, text: str, *, done: bool = False) -> str:
    _refuse_control(argument, text)
    if text in ("", ".", ".."):
        raise InvalidInput.on(
            argument,
            "not_a_segment",
            _("%(name)s has to be a value that a path can hold.") % {"name": argument},
        )
    return text if done else encoded(text)


def _refuse_control(argument: str, text: str) -> None:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise InvalidInput.on(
            argument,
            "control_character",
            _("%(name)s may hold no line breaks or control characters.") % {"name": argument},
        )


def _parts(value: Any, explode: bool) -> Iterator[str]:
    if isinstance(value, list):
        yield from (scalar(each) for each in value)
    elif isinstance(value, dict):
        for name, each in value.items():
            if explode:
                yield f"{name}={scalar(each)}"
            else:
                yield name
                yield scalar(each)
    else:
        yield scalar(value)


def query_pairs(target: Mapping[str, Any], value: Any) -> list[Pair]:
    """A value as pairs of a query or of a form."""
    name, style, explode = target["name"], target.get("style", "form"), bool(target.get("explode"))
    if style == "deepObject" and isinstance(value, dict | list):
        return list(_deep(name, value))
    if isinstance(value, list):
        if explode and style in _JOINTS:
            return [(name, scalar(each), False) for each in value]
        return [(name, _JOINTS.get(style, ",").join(encoded(scalar(each)) for each in value), True)]
    if isinstance(value, dict):
        if explode and style == "form":
            return [(key, scalar(each), False) for key, each in value.items()]
        parts = [encoded(part) for key, each in value.items() for part in (key, scalar(each))]
        return [(name, _JOINTS.get(style, ",").join(parts), True)]
    return [(name, scalar(value), False)]


def _deep(name: str, value: Any) -> Iterator[Pair]:
    # OpenAPI leaves deeper levels open; brackets all the way down is what servers that use deepObject read.
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if members is None:
        yield name, scalar(value), False
        return
    for key, each in members:
        yield from _deep(f"{name}[{key}]", each)


def query_text(pairs: list[Pair]) -> str:
    """Pairs as one query, or as the body of a form."""
    # Brackets are data to the standard, but servers that know them read them either way.
    return "&".join(f"{encoded(name)}={value if done else encoded(value)}" for name, value, done in pairs)


def header_text(argument: str, value: Any, *, explode: bool) -> str:
    """A value as a header.

    Raises:
        InvalidInput: it holds line breaks or control characters, or is too long.
    """
    text = ",".join(_parts(value, explode))
    _refuse_control(argument, text)
    if len(text) > MOST_HEADER:
        raise InvalidInput.on(
            argument,
            "too_long",
            _("%(name)s is too long for a header (%(limit)s characters).")
            % {"name": argument, "limit": MOST_HEADER},
        )
    # Only ASCII is safe in a header; the rest is percent-encoded, as most servers read it.
    return quote(text.strip(), safe=_VISIBLE)


_VISIBLE = "".join(map(chr, range(32, 127)))
