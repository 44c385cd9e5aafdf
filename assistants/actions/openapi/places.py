"""Where in its text a value of a document stands: a second look, taken only when somebody has to be told."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
import yaml

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]++')

Way = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Place(NamedTuple):
    """Counted from 1, as editors do."""

    line: int
    column: int


def written(way: Sequence[str | int]) -> str:
    """The way to a value as people read it: `paths./pets.get.parameters[0]`."""
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def find_place(text: str, way: Sequence[str | int], *, is_json: bool) -> Place | None:
    """The place of the value at the end of `way`, or of the nearest thing around it that exists."""
    wanted = tuple(way)
    best: tuple[int, Place] | None = None
    for found, place in places(text, is_json=is_json, within=wanted):
        if best is None or len(found) > best[0]:
            best = (len(found), place)
        if len(found) == len(wanted):
            break
    return best[1] if best else None


def places(
    text: str, *, is_json: bool, within: Way | None = None, depth: int | None = None
) -> Iterator[tuple[Way, Place]]:
    """The way to each value and where it stands (fields: where their name does), in the order of the text.

    Args:
        within: only values on the way to this one.
        depth: only ways of at most so many steps.
    """
    for found, place in _walk(_json_events(text) if is_json else _yaml_events(text)):
        if depth is not None and len(found) > depth:
            continue
        if within is not None and found != within[: len(found)]:
            continue
        yield found, place


def _walk(events: Iterator[tuple[str, str, int, int]]) -> Iterator[tuple[Way, Place]]:
    """Follow (kind, text, line, column): `{` and `[` open, `}` closes, anything else is a name or a value."""
    way: list[str | int] = []
    names_next: list[bool | None] = []  # None in a list; else whether the next thing is a name
    for kind, text, line, column in events:
        if kind == "}":
            way.pop()
            names_next.pop()
            continue
        if way:
            is_name = names_next[-1]
            if is_name is None:
                way[-1] = int(way[-1]) + 1
            elif is_name:
                way[-1] = text
            if is_name is None or is_name:
                yield tuple(way), Place(line, column)
            if is_name is not None:
                names_next[-1] = not is_name
            if is_name:
                continue
        if kind == "{":
            way.append("")
            names_next.append(True)
        elif kind == "[":
            way.append(-1)
            names_next.append(None)


def _json_events(text: str) -> Iterator[tuple[str, str, int, int]]:
    line, start, seen = 1, 0, 0
    for match in _PIECE.finditer(text):
        piece, position = match.group(), match.start()
        if piece in ",:":
            continue
        if breaks := text.count("\n", seen, position):
            line += breaks
            start = text.rfind("\n", seen, position) + 1
        seen = position
        if piece in "{[":
            yield piece, "", line, position - start + 1
        elif piece in "}]":
            yield "}", "", line, 0
        else:
            yield "", _unquoted(piece), line, position - start + 1


def _unquoted(piece: str) -> str:
    return str(orjson.loads(piece)) if "\\" in piece else piece.strip('"')


def _yaml_events(text: str) -> Iterator[tuple[str, str, int, int]]:
    for event in yaml.parse(text, Loader=_Loader):
        mark: Any = event.start_mark
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            yield "}", "", mark.line + 1, 0
        elif isinstance(event, yaml.NodeEvent):
            kind = _OPENING.get(type(event), "")
            yield kind, str(getattr(event, "value", "")), mark.line + 1, mark.column + 1


_OPENING: dict[Any, str] = {yaml.MappingStartEvent: "{", yaml.SequenceStartEvent: "["}
