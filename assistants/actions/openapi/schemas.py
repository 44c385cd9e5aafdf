"""A document's schemas as JSON Schema 2020-12, in one closed set of definitions that ends.

Definitions refer to each other by `#/$defs/…`. Circles among them are cut into open objects, and so is whatever
would unfold beyond MOST_UNFOLDED: so checking a value against a schema takes time that is bounded by the value.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.utils.translation import gettext as _

from assistants.actions.openapi.keywords import LISTS, NAMED, SINGLE, is_usable_pattern, plain_keywords
from assistants.actions.openapi.references import Fault, References, Way

MOST_UNFOLDED = 20_000  # schemas, with every reference written out
MOST_DEFINITIONS = 30_000  # bytes of definitions that one operation keeps
REQUEST, RESPONSE = "request", "response"
_HIDDEN = {REQUEST: "readOnly", RESPONSE: "writeOnly"}
# Answers are only cut to shape: nothing else of their schemas is needed.
_ANSWER_KEYWORDS = ("type", "format", "enum", "required", "minItems", "const")
_NESTING = frozenset({*SINGLE, *LISTS, *NAMED})  # what may hold schemas
_PREFIX = "#/$defs/"


@dataclass(slots=True)
class _Definition:
    name: str
    schema: dict[str, Any]
    edges: list[tuple[dict[str, Any], str]] = field(default_factory=list)  # where it refers, and to which
    own: int = 0  # schemas in it
    bytes: int = 0  # 0 until somebody asked
    unfolded: int = 0  # 0 until its circles are cut
    bare: dict[str, Any] | None = None  # without words, once somebody wanted it so


class Schemas:
    """Reads the schemas of one document; the same one is read once for each direction."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._definitions: dict[str, _Definition] = {}
        self._names: dict[tuple[Way, str], str] = {}
        self._taken: set[str] = set()
        self._waiting: deque[tuple[str, Any, Way, str]] = deque()

    def read(self, raw: Any, way: Way, direction: str) -> dict[str, Any]:
        """One schema, whose references lead into `definitions()`.

        Raises:
            Fault: it is no schema, or refers to something outside the document or to nothing.
        """
        root = _Definition("", {})
        root.schema = self._convert(raw, way, direction, root)
        while self._waiting:
            name, value, place, kind = self._waiting.popleft()
            definition = _Definition(name, {})
            self._definitions[name] = definition
            definition.schema = self._convert(value, place, kind, definition)
        self._cut_circles(root)
        return root.schema

    def definitions(self, *schemas: Mapping[str, Any]) -> dict[str, Any]:
        """What the schemas refer to, nearest first; beyond MOST_DEFINITIONS the rest stays open."""
        kept: dict[str, Any] = {}
        budget = MOST_DEFINITIONS
        waiting = deque(name for schema in schemas for name in _referred(schema))
        while waiting:
            name = waiting.popleft()
            if name in kept:
                continue
            definition = self._definitions[name]
            definition.bytes = definition.bytes or len(orjson.dumps(definition.schema))
            if definition.bytes > budget:
                kept[name] = {}
                continue
            budget -= definition.bytes
            kept[name] = definition.schema
            waiting.extend(target for node, target in definition.edges if "$ref" in node)
        return kept

    def bare(self, definitions: Mapping[str, Any]) -> dict[str, Any]:
        """The same definitions without their descriptions, which are most of them and which no check reads."""
        return {name: self._bare(name) if schema else {} for name, schema in definitions.items()}

    def _bare(self, name: str) -> dict[str, Any]:
        definition = self._definitions[name]
        if definition.bare is None:
            definition.bare = _without_words(definition.schema)
        return definition.bare

    def definition(self, reference: str) -> dict[str, Any]:
        """The schema that a reference of ours names."""
        return self._definitions[reference.removeprefix(_PREFIX)].schema

    def _convert(self, raw: Any, way: Way, direction: str, owner: _Definition) -> dict[str, Any]:
        owner.own += 1
        if raw is True or raw is None:
            return {}
        if raw is False:
            return {"not": {}}
        if not isinstance(raw, dict):
            raise Fault("not_a_schema", _("A schema has to be an object (or true or false)."), way)
        if isinstance(raw.get("$ref"), str):
            return self._reference(raw, way, direction, owner)
        schema = plain_keywords(raw)
        if direction == RESPONSE:
            schema = {name: schema[name] for name in _ANSWER_KEYWORDS if name in schema}
        if _NESTING.isdisjoint(raw):
            return _with_null(raw, schema)
        for key in SINGLE:
            if key in raw and not (key == "items" and isinstance(raw[key], list)):
                schema[key] = self._flag_or_schema(raw[key], (*way, key), direction, owner)
        for key in LISTS:
            members = raw.get(key)
            if isinstance(members, list) and members:
                schema[key] = [
                    self._convert(each, (*way, key, at), direction, owner) for at, each in enumerate(members)
                ]
        for key in NAMED:
            if key in raw:
                schema[key] = self._named(raw, key, way, direction, owner, schema)
        return _with_null(raw, schema)

    def _flag_or_schema(self, raw: Any, way: Way, direction: str, owner: _Definition) -> Any:
        return raw if isinstance(raw, bool) else self._convert(raw, way, direction, owner)

    def _named(
        self,
        raw: Mapping[str, Any],
        key: str,
        way: Way,
        direction: str,
        owner: _Definition,
        schema: dict[str, Any],
    ) -> dict[str, Any]:
        members = raw[key]
        if not isinstance(members, dict):
            raise Fault("not_an_object", _("This has to be an object of names and schemas."), (*way, key))
        kept: dict[str, Any] = {}
        for name, each in members.items():
            if key == "properties" and isinstance(each, dict) and each.get(_HIDDEN[direction]) is True:
                schema["required"] = [one for one in schema.get("required", ()) if one != name]
                continue
            if key == "patternProperties" and not is_usable_pattern(name):
                continue
            kept[name] = self._convert(each, (*way, key, name), direction, owner)
        return kept

    def _reference(
        self, raw: Mapping[str, Any], way: Way, direction: str, owner: _Definition
    ) -> dict[str, Any]:
        value, target = self._references.follow(raw, way)
        name = self._names.get((target, direction))
        if name is None:
            name = self._name(target)
            self._names[target, direction] = name
            self._waiting.append((name, value, target, direction))
        node: dict[str, Any] = {"$ref": _PREFIX + name}
        if isinstance(raw.get("description"), str) and direction == REQUEST:
            node["description"] = raw["description"].strip()
        owner.edges.append((node, name))
        return node

    def _name(self, target: Way) -> str:
        base = re.sub(r"[^A-Za-z0-9_.-]", "_", str(target[-1]) if target else "document")[:60]
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base}-{number}", number + 1
        self._taken.add(name)
        return name

    def _cut_circles(self, root: _Definition) -> None:
        # Depth first without recursion: documents chain hundreds of definitions. `open` holds the way down.
        path = [(root, iter(list(root.edges)))]
        is_open = {""}
        while path:
            definition, edges = path[-1]
            step = next(edges, None)
            if step is None:
                definition.unfolded = self._unfolded(definition)
                is_open.discard(definition.name)
                path.pop()
                continue
            node, name = step
            target = self._definitions[name]
            if name in is_open:
                _open(node, target.schema)
            elif not target.unfolded:
                is_open.add(name)
                path.append((target, iter(list(target.edges))))

    def _unfolded(self, definition: _Definition) -> int:
        total = definition.own
        for node, name in definition.edges:
            if "$ref" not in node:
                continue
            size = self._definitions[name].unfolded
            if total + size > MOST_UNFOLDED:
                _open(node, self._definitions[name].schema)
            else:
                total += size
        return total


def _open(node: dict[str, Any], target: Mapping[str, Any]) -> None:
    """Make a reference into a schema that takes anything of the same kind."""
    words = {"description": node["description"]} if "description" in node else {}
    node.clear()
    node.update(words)
    if "type" in target:
        node["type"] = target["type"]
    elif "properties" in target:
        node["type"] = "object"


def _with_null(raw: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    combined = [key for key in ("allOf", "anyOf", "oneOf") if key in schema]
    if raw.get("nullable") is not True or not combined or "type" in schema:
        return schema
    outer: dict[str, Any] = {}
    for key in ("title", "description", "default"):
        if key in schema:
            outer[key] = schema.pop(key)
    return {**outer, "anyOf": [schema, {"type": "null"}]}


def _without_words(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    bare: dict[str, Any] = {}
    for key, value in schema.items():
        if key in NAMED:
            bare[key] = {name: _without_words(each) for name, each in value.items()}
        elif key in LISTS:
            bare[key] = [_without_words(each) for each in value]
        elif key in SINGLE:
            bare[key] = _without_words(value)
        elif key != "description":
            bare[key] = value
    return bare


def _referred(schema: Any) -> Iterator[str]:
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and reference.startswith(_PREFIX):
                yield reference.removeprefix(_PREFIX)
            waiting += [each for each in value.values() if isinstance(each, dict | list)]
        elif isinstance(value, list):
            waiting.extend(value)
