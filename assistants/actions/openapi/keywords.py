"""Single keywords of schemas: what is kept, in which form, and what is left out because it could do harm."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties", "dependentSchemas")
SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
MOST_PATTERN = 1000  # characters
MOST_ENUM = 2000
# A linear-time engine: a pattern that it cannot run in linear time, it refuses. So no text can stall it.
PATTERNS = jsonschema_rs.RegexOptions(size_limit=1_000_000, dfa_size_limit=1_000_000)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _anything(value: Any) -> bool:
    return True


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


@lru_cache(maxsize=4096)
def is_usable_pattern(pattern: str) -> bool:
    """Whether a pattern compiles for the linear-time engine (which knows no look-around or back reference)."""
    if len(pattern) > MOST_PATTERN:
        return False
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=PATTERNS)
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "title": _text,
    "description": _text,
    "format": _text,
    "contentEncoding": _text,
    "contentMediaType": _text,
    "default": _anything,
    "const": _anything,
    "enum": lambda value: isinstance(value, list) and 0 < len(value) <= MOST_ENUM,
    "multipleOf": lambda value: _number(value) and value > 0,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "minLength": _count,
    "maxLength": _count,
    "minItems": _count,
    "maxItems": _count,
    "minProperties": _count,
    "maxProperties": _count,
    "minContains": _count,
    "maxContains": _count,
    "uniqueItems": lambda value: isinstance(value, bool),
    "required": _names,
}
"""Keywords that hold a value, and when the value is one that a validator takes."""
_ORDER = {name: at for at, name in enumerate(PLAIN)}


def plain_keywords(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a schema that hold no schemas, in the form of JSON Schema 2020-12.

    OpenAPI 3.0's own spellings (`nullable`, exclusive limits as booleans) are written as 2020-12 has them.
    """
    # In one order, whatever the document's; a schema has few of them.
    named = sorted(_ORDER.keys() & raw.keys(), key=_ORDER.__getitem__)
    kept = {name: raw[name] for name in named if PLAIN[name](raw[name])}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if raw.get(exclusive) is True and bound in kept:
            kept[exclusive] = kept.pop(bound)
    if "description" in kept:
        kept["description"] = kept["description"].strip()
    pattern = raw.get("pattern")
    if isinstance(pattern, str) and is_usable_pattern(pattern):
        kept["pattern"] = pattern
    kinds = _types(raw)
    if kinds:
        kept["type"] = kinds[0] if len(kinds) == 1 else kinds
    if raw.get("nullable") is True and "enum" in kept and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    return kept


def _types(raw: Mapping[str, Any]) -> list[str]:
    named = raw.get("type")
    if isinstance(named, str) and raw.get("nullable") is not True:
        return [named] if named in TYPES else []
    listed = named if isinstance(named, list) else [named]
    kinds = [kind for kind in dict.fromkeys(listed) if isinstance(kind, str) and kind in TYPES]
    if len(kinds) < len(listed):
        return []  # one that nobody knows: anything goes
    if raw.get("nullable") is True and "null" not in kinds:
        kinds.append("null")
    return kinds
