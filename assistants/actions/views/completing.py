"""What may be typed where the cursor stands in an OpenAPI document, in YAML or JSON, whole or half written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistants.actions.openapi.completion import keys_at, values_at

Way = tuple[str | int, ...]
MOST = 60
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')
_ENTRY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s:#'"][^:#]*?)\s*:(?:\s|$)""")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where somebody types: the way to the object (for a key) or to the field (for a value), and what stands there so far."""

    way: Way
    value: bool
    prefix: str
    is_json: bool


def suggestions(before: str) -> dict[str, Any]:
    """What completes the text that stands before the cursor.

    Returns:
        {prefix, items [{text, words, required}], value, json}.
    """
    cursor = cursor_of(before)
    if cursor.value:
        items = [{"text": one, "words": "", "required": False} for one in values_at(cursor.way)]
    else:
        items = [
            {"text": key.name, "words": key.words, "required": key.required} for key in keys_at(cursor.way)
        ]
    prefix = cursor.prefix.lower()
    fitting = [one for one in items if str(one["text"]).lower().startswith(prefix)]
    return {
        "prefix": cursor.prefix,
        "items": fitting[:MOST],
        "value": cursor.value,
        "json": cursor.is_json,
    }


def cursor_of(before: str) -> Cursor:
    """The place of a cursor, from the text before it."""
    return _in_json(before) if before.lstrip()[:1] == "{" else _in_yaml(before)


def _in_yaml(before: str) -> Cursor:
    *above, line = before.split("\n")
    entries = list(_dashes(line))
    column = entries[-1][0] + 2 if entries else len(line) - len(line.lstrip())
    content = line[column:]
    found = _ENTRY.match(content)
    value = found is not None
    key = _bare(found["key"]) if found else ""
    prefix = content[found.end() :] if found else content
    way = _parents(above, entries, column)
    return Cursor((*way, key) if value else way, value, _bare(prefix.strip()), is_json=False)


def _parents(above: list[str], entries: Sequence[tuple[int, str | None]], limit: int) -> Way:
    way: list[str | int] = []
    after_dash = False
    for column, key in _upwards(above, entries):
        # A list may begin in the column of its own key.
        within = column <= limit if key is not None and after_dash else column < limit
        if not within:
            continue
        way.insert(0, 0 if key is None else key)
        limit, after_dash = column, key is None
    return tuple(way)


def _upwards(above: list[str], entries: Sequence[tuple[int, str | None]]) -> Iterator[tuple[int, str | None]]:
    yield from reversed(entries)
    for line in reversed(above):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        dashes = list(_dashes(line))
        column = dashes[-1][0] + 2 if dashes else len(line) - len(line.lstrip())
        if found := _ENTRY.match(line[column:]):
            yield column, _bare(found["key"])
        yield from reversed(dashes)


def _dashes(line: str) -> Iterator[tuple[int, None]]:
    column = len(line) - len(line.lstrip())
    while line[column : column + 2] == "- ":
        yield column, None
        column += 2


def _in_json(before: str) -> Cursor:
    stack: list[list[Any]] = []
    pieces = [(found.group(), found.end()) for found in _PIECE.finditer(before)]
    expects_value, prefix = False, ""
    for piece, end in pieces:
        prefix = ""
        if piece in "{[":
            stack.append([piece, 0 if piece == "[" else ""])
            expects_value = piece == "["
        elif piece in "}]":
            if stack:
                stack.pop()
            expects_value = False
        elif piece == ":":
            expects_value = True
        elif piece == ",":
            expects_value = bool(stack) and stack[-1][0] == "["
            if expects_value:
                stack[-1][1] += 1
        elif end == len(before) and not (len(piece) > 1 and piece[0] == piece[-1] == '"'):
            prefix = piece.strip('"')
        elif not expects_value and stack:
            stack[-1][1] = piece.strip('"')
    steps: list[str | int] = [step for _kind, step in stack]
    if not expects_value and steps:
        steps.pop()
    return Cursor(tuple(steps), expects_value, prefix, is_json=True)


def _bare(text: str) -> str:
    return text.strip().strip("'\"")
