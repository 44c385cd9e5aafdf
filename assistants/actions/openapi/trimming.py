"""A schema made small enough to be read by a model with every question."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import orjson

MOST_CHARACTERS = 12_000  # about 3,000 tokens
MOST_ENUM = 60
# From the whole schema to its outline: (levels, characters of a description).
_STEPS = ((12, 700), (7, 300), (5, 160), (4, 80), (3, 40), (2, 0), (1, 0))
_UNSEEN = ("title", "contentEncoding", "contentMediaType")

Lookup = Callable[[str], dict[str, Any]]


class _Full(Exception):
    """More was written than fits."""


def trimmed(schema: Mapping[str, Any], lookup: Lookup) -> tuple[dict[str, Any], bool]:
    """Write a schema out without references, cut so that it fits MOST_CHARACTERS.

    Args:
        lookup: gives the schema that a reference names.

    Returns:
        the schema, and whether anything that a check needs was cut.
    """
    for levels, words in _STEPS:
        writing = _Writing(lookup, words)
        try:
            small = writing.write(schema, levels)
        except _Full:
            continue
        if len(orjson.dumps(small)) <= MOST_CHARACTERS:
            return small, writing.cut
    return _outline(schema), True


def _outline(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The required arguments, and as many of the others as fit, by name and kind alone."""
    required = set(schema.get("required", ()))
    members = dict(schema.get("properties", {}))
    names = sorted(members, key=lambda name: name not in required)
    kept: dict[str, Any] = {}
    size = 0
    for name in names:
        kind = members[name].get("type") if isinstance(members[name], dict) else None
        size += len(name) + 30
        if size > MOST_CHARACTERS and name not in required:
            break
        kept[name] = {"type": kind} if kind else {}
    outline = {"type": "object", "properties": kept}
    return {**outline, "required": sorted(required)} if required else outline


class _Writing:
    def __init__(self, lookup: Lookup, words: int) -> None:
        self._lookup, self._words = lookup, words
        self._left = MOST_CHARACTERS
        self.cut = False

    def write(self, schema: Any, levels: int) -> Any:
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            target = self._lookup(schema["$ref"])
            schema = {**target, **{key: each for key, each in schema.items() if key != "$ref"}}
        written: dict[str, Any] = {}
        for key, value in schema.items():
            if key in _UNSEEN or key == "$defs":
                continue
            if key in ("properties", "patternProperties", "dependentSchemas"):
                self._named(written, key, value, levels)
            elif key in ("allOf", "anyOf", "oneOf", "prefixItems"):
                self._listed(written, key, value, levels)
            elif isinstance(value, dict) and key not in ("default", "const"):
                self._single(written, key, value, levels)
            elif key == "description":
                if text := shortened(value, self._words):
                    written[key] = text
                    self._spend(len(text))
            else:
                self._plain(written, key, value)
        return written

    def _named(self, written: dict[str, Any], key: str, members: Mapping[str, Any], levels: int) -> None:
        if levels <= 0:
            self.cut = self.cut or bool(members)
            written.pop("required", None)
            written.setdefault("type", "object")
            return
        written[key] = {}
        for name, each in members.items():
            self._spend(len(name) + 5)
            written[key][name] = self.write(each, levels - 1)

    def _listed(self, written: dict[str, Any], key: str, members: list[Any], levels: int) -> None:
        # Alternatives lie on the level of what they are alternatives of, but each of them costs its own size.
        if levels <= 0:
            self.cut = True
            return
        written[key] = [self.write(each, levels - (len(members) > 1)) for each in members]

    def _single(self, written: dict[str, Any], key: str, value: Mapping[str, Any], levels: int) -> None:
        if levels <= 0:
            self.cut = self.cut or bool(value)
            return
        written[key] = self.write(value, levels - 1)

    def _plain(self, written: dict[str, Any], key: str, value: Any) -> None:
        if key == "enum" and len(value) > MOST_ENUM:
            self.cut = True
            kinds = " ".join(str(one) for one in value[:20])
            written["description"] = f"One of {len(value)} values, among them: {kinds}"[:400]
            return
        if key == "required" and "properties" not in written and not value:
            return
        written[key] = value
        self._spend(len(key) + len(str(value)))

    def _spend(self, characters: int) -> None:
        self._left -= characters + 4
        if self._left < 0:
            raise _Full


@lru_cache(maxsize=4096)
def shortened(text: str, most: int) -> str:
    """The beginning of a text, ended at a word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    if most < 20:
        return ""
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(".,;:") + "…"
