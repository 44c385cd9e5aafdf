"""Data as JSON: lists of objects become rows, objects headings. Nothing of it is ever run."""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.plain import decode
from assistants.knowledge.parsing.rows import BETWEEN

DEEPEST = 100  # that paths are followed; what lies deeper is written as JSON
LONGEST_LIST = 1_000  # characters of a list of plain values that stays one paragraph
_PATH = " › "


def parse_json(data: bytes) -> Iterator[Block]:
    """Values under headings that give their path; each object of a list is a row.

    Raises:
        ParsingFailed: it is no JSON, or nested too deeply.
    """
    text = decode(data)
    try:
        value = _loaded(text)
    except ValueError:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise ParsingFailed("corrupt") from None
        return parse_json_lines(data, Listener())
    return _walk(value)


def parse_json_lines(data: bytes, listener: Listener) -> Iterator[Block]:
    """A row for each line; lines that are no JSON are counted and left out.

    Raises:
        ParsingFailed: a line is nested too deeply, or not half of the lines are JSON.
    """
    lines = [(number, line) for number, line in enumerate(decode(data).split("\n"), 1) if line.strip()]
    left_out = 0
    for number, line in lines:
        try:
            value = _loaded(line)
        except ValueError:
            left_out += 1
            if left_out * 2 > len(lines):
                raise ParsingFailed("corrupt") from None
            continue
        yield _row(value, number)
    if left_out:
        listener.note("lines_left_out", lines=left_out)


def parse_questions(data: bytes) -> Iterator[Block]:
    """Questions with answers: a list of objects with `question` and `answer`; each pair has its number, from 1.

    Raises:
        ParsingFailed: it is no such list.
    """
    try:
        pairs = _loaded(decode(data))
        found = [(str(pair["question"]).strip(), str(pair["answer"]).strip()) for pair in pairs]
    except (ValueError, TypeError, KeyError):
        raise ParsingFailed("corrupt") from None
    for number, (question, answer) in enumerate(found, start=1):
        yield Block(f"{question}\n{answer}", kind="qa", number=number)


def _loaded(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth limit" in str(error):
            raise ParsingFailed("too_deep") from None
    try:  # takes NaN and Infinity, which many programs write
        return json.loads(text, strict=False)
    except RecursionError:
        raise ParsingFailed("too_deep") from None


def _walk(value: Any) -> Iterator[Block]:
    """Depth first without recursion, objects in the order in which they are written."""
    stack: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict) and len(path) < DEEPEST:
            yield from _heading(path)
            plain = {name: inner for name, inner in value.items() if not _holds_more(inner)}
            for name, inner in plain.items():
                yield Block(f"{name}: {_written(inner)}")
            stack.extend(((*path, name), value[name]) for name in reversed(value) if name not in plain)
        elif isinstance(value, list) and len(path) < DEEPEST:
            yield from _heading(path)
            yield from (_row(item, number) for number, item in enumerate(value, start=1))
        else:
            yield from _heading(path)
            yield Block(_written(value))


def _heading(path: tuple[str, ...]) -> Iterator[Block]:
    if path:
        level = min(len(path), 6)
        yield Block(_PATH.join(path[level - 1 :]), level=level)


def _holds_more(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, dict | list) for item in value) or len(_written(value)) > LONGEST_LIST
    return isinstance(value, dict)


def _row(value: Any, number: int) -> Block:
    if not isinstance(value, dict):
        return Block(_written(value), number=number)
    return Block(BETWEEN.join(_pairs(value)), kind="row", number=number)


def _pairs(value: dict[str, Any]) -> Iterator[str]:
    """`name: value` of everything in an object, inner objects by dotted names."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        name, inner = stack.pop()
        if isinstance(inner, dict) and name.count(".") < DEEPEST:
            prefix = f"{name}." if name else ""
            stack.extend((f"{prefix}{key}", inner[key]) for key in reversed(inner))
        elif inner not in (None, "", [], {}):
            yield f"{name}: {_written(inner)}"


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(map(_written, value))
    return json.dumps(value, ensure_ascii=False)
