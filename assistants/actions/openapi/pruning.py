"""An answer without the fields that its schema does not declare."""

from collections.abc import Iterator, Mapping
from typing import Any

from assistants.actions.openapi.clipping import Clipped

_MOST_LEVELS = 30


def declared_only(value: Any, schema: Mapping[str, Any]) -> tuple[Any, int]:
    """The value with declared fields only, and how many others there were.

    Where alternatives are declared, the fields of all of them stay. An object of which nothing is declared stays
    as it is: the document says nothing about it.
    """
    pruning = _Pruning(schema.get("$defs", {}))
    return pruning.prune(value, [schema], 0), pruning.dropped


class _Pruning:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self.dropped = 0

    def prune(self, value: Any, schemas: list[Mapping[str, Any]], depth: int) -> Any:
        if depth > _MOST_LEVELS or not isinstance(value, dict | list):
            return value
        members = [each for schema in schemas for each in self._members(schema, 0)]
        if isinstance(value, list):
            items = [each["items"] for each in members if isinstance(each.get("items"), Mapping)]
            if not items:
                return value
            pruned = [self.prune(each, items, depth + 1) for each in value]
            return value.like(pruned) if isinstance(value, Clipped) else pruned
        declared: dict[str, list[Mapping[str, Any]]] = {}
        is_open = False
        for member in members:
            for name, each in member.get("properties", {}).items():
                declared.setdefault(name, []).append(each)
            is_open = is_open or bool(member.get("additionalProperties"))
        if not any(name in declared for name in value):
            return value
        kept = {}
        for name, each in value.items():
            if name in declared:
                kept[name] = self.prune(each, declared[name], depth + 1)
            elif is_open:
                kept[name] = each
            else:
                self.dropped += 1
        return kept

    def _members(self, schema: Any, hops: int) -> Iterator[Mapping[str, Any]]:
        if not isinstance(schema, Mapping) or hops > _MOST_LEVELS:
            return
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield from self._members(self._definitions.get(reference.removeprefix("#/$defs/")), hops + 1)
        yield schema
        for key in ("allOf", "anyOf", "oneOf"):
            for each in schema.get(key, ()):
                yield from self._members(each, hops + 1)
