"""Input schemas that a server wrote: bounded, whole in themselves, and ones that can be checked against."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson

from assistants.actions.mcp.unfolding import MOST_UNFOLDED, bounded
from assistants.actions.openapi.keywords import PATTERNS, is_usable_pattern

MOST_BYTES = 64 * 1024
MOST_DEPTH = 24
MOST_NODES = 4000
EMPTY: dict[str, Any] = {"type": "object", "properties": {}}
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_VALUES = ("enum", "const", "default", "examples", "required")


class SchemaUnusable(Exception):
    """A tool cannot be offered with this schema; `code` says why.

    Codes: too_large, too_deep, no_object, remote_reference, invalid.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def checked_input_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of arguments, as it may be given to models.

    References lead inside the schema only: nothing is ever fetched because a schema says so.

    Raises:
        SchemaUnusable: it is too large or deep, describes no object, refers elsewhere, or is no JSON Schema.
    """
    if _depth(schema) > MOST_DEPTH:
        raise SchemaUnusable("too_deep")
    try:
        size = len(orjson.dumps(schema))
    except (orjson.JSONEncodeError, RecursionError):
        raise SchemaUnusable("invalid") from None
    if size > MOST_BYTES:
        raise SchemaUnusable("too_large")
    if schema.get("type", "object") != "object":
        raise SchemaUnusable("no_object")
    for place in _places(schema):
        reference = place.get("$ref", place.get("$dynamicRef", "#"))
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise SchemaUnusable("remote_reference")
    usable = {"type": "object", **_without_odd_patterns(schema)}
    if bounded(usable) > MOST_UNFOLDED:
        raise SchemaUnusable("too_deep")
    try:
        jsonschema_rs.Draft202012Validator(usable, pattern_options=PATTERNS)
    except (jsonschema_rs.ValidationError, ValueError):
        raise SchemaUnusable("invalid") from None
    return usable


def _without_odd_patterns(schema: Any) -> Any:
    """The same without patterns that no engine runs in linear time: the server checks them itself."""
    if isinstance(schema, list):
        return [_without_odd_patterns(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, inner in schema.items():
        if name == "$schema" or (
            name == "pattern" and isinstance(inner, str) and not is_usable_pattern(inner)
        ):
            continue
        if name == "patternProperties" and isinstance(inner, dict):
            inner = {pattern: one for pattern, one in inner.items() if is_usable_pattern(pattern)}
        if name in _MAPS and isinstance(inner, dict):
            kept[name] = {key: _without_odd_patterns(one) for key, one in inner.items()}
        else:
            kept[name] = inner if name in _VALUES else _without_odd_patterns(inner)
    return kept


def _depth(value: Any) -> int:
    """How deep a document nests, found without recursion; counting stops where it is too large in any case."""
    waiting, deepest, seen = [(value, 1)], 0, 0
    while waiting:
        place, depth = waiting.pop()
        seen += 1
        deepest = max(deepest, depth)
        if deepest > MOST_DEPTH or seen > MOST_NODES:
            return MOST_DEPTH + 1
        inner = place.values() if isinstance(place, dict) else place if isinstance(place, list) else ()
        waiting += [(one, depth + 1) for one in inner]
    return deepest


def _places(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema that may hold keywords; the names of properties are none."""
    if isinstance(schema, dict):
        yield schema
        for name, inner in schema.items():
            if name in _VALUES:
                continue
            if name in _MAPS and isinstance(inner, dict):
                for one in inner.values():
                    yield from _places(one)
            else:
                yield from _places(inner)
    elif isinstance(schema, list):
        for one in schema:
            yield from _places(one)


def in_words(name: str) -> str:
    """A tool's name as a title: `getUser_name` is "Get user name"."""
    words = re.sub(r"[_\-.]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).split()
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:]
