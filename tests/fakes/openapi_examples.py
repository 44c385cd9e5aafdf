"""Values that fit a schema, for arguments and answers of made calls."""

from collections.abc import Mapping
from typing import Any


def example_of(schema: Mapping[str, Any] | None) -> Any:
    """A value that fits a schema, as small as its required fields allow and with a few of the others."""
    return None if schema is None else _example(schema, schema.get("$defs", {}), 0)


def _example(schema: Any, definitions: Mapping[str, Any], depth: int) -> Any:
    if not isinstance(schema, Mapping):
        return None
    if "$ref" in schema:
        return _example(definitions.get(schema["$ref"].removeprefix("#/$defs/"), {}), definitions, depth)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key) and "properties" not in schema:
            return _example(schema[key][0], definitions, depth)
    if "allOf" in schema:
        members = [_example(each, definitions, depth) for each in schema["allOf"]]
        if all(isinstance(each, dict) for each in members):
            own = (
                _example({**schema, "allOf": ()} | {"allOf": []}, definitions, depth)
                if "properties" in schema
                else {}
            )
            return {name: value for each in (*members, own or {}) for name, value in each.items()}
        return members[0] if members else _plain(schema, definitions, depth)
    return _plain(schema, definitions, depth)


_FORMATS = {
    "date-time": "2026-01-31T09:30:00Z",
    "date": "2026-01-31",
    "time": "09:30:00Z",
    "email": "ada@example.org",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "uri": "https://example.org/thing",
    "url": "https://example.org/thing",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}


def _plain(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        required = set(schema.get("required", ()))
        members = schema.get("properties", {})
        shown = [name for at, name in enumerate(members) if name in required or (depth < 3 and at < 12)]
        # Never an empty one where there is something to put into it: forms and queries carry nothing of that.
        shown = shown or list(members)[:1]
        return {name: _example(members[name], definitions, depth + 1) for name in shown} if depth < 8 else {}
    if kind == "array" or "items" in schema:
        count = max(schema.get("minItems", 0), 1) if depth < 6 else schema.get("minItems", 0)
        return [_example(schema.get("items", {}), definitions, depth + 1) for _each in range(count)]
    if kind == "integer":
        return max(int(schema.get("minimum", 1)), 1)
    if kind == "number":
        return float(schema.get("minimum", 1.5))
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    return _text(schema)


def _text(schema: Mapping[str, Any]) -> str:
    text = _FORMATS.get(schema.get("format", ""), "example")
    text += "x" * max(0, schema.get("minLength", 0) - len(text))
    return text[: schema["maxLength"]] if schema.get("maxLength", 10**6) < len(text) else text
