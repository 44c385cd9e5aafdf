"""Input schemas that a server wrote: bounded, whole in themselves, and ones that can be checked against."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

MOST_BYTES = 64 * 1024
MOST_DEPTH = 24
MOST_NODES = 4000
EMPTY: dict[str, Any] = {"type": "object", "properties": {}}
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")


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
    usable = {"type": "object", **schema}
    _compile(usable)
    return usable


def _compile(schema: dict[str, Any]) -> None:
    import jsonschema_rs

    try:
        jsonschema_rs.validator_for(schema, pattern_options=jsonschema_rs.RegexOptions())
    except (jsonschema_rs.ValidationError, ValueError):
        raise SchemaUnusable("invalid") from None


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
            if name in ("enum", "const", "default", "examples"):
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
