"""A schema made small enough to be read by a model with every question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from assistants.actions.openapi.keywords import LISTS, NAMED, PLAIN, SINGLE

MOST_CHARACTERS = 12_000  # about 3,000 tokens
MOST_ENUM = 60
# From the whole schema to its outline: (levels, characters of a description).
_STEPS = ((12, 700), (7, 300), (5, 160), (4, 80), (3, 40), (2, 0), (1, 0))
_UNSEEN = frozenset({"title", "contentEncoding", "contentMediaType", "$defs"})
_SHORT = (
    frozenset({"type", "pattern", *PLAIN}) - _UNSEEN - {"description", "enum", "required"}
)  # written as they are
_NESTING = frozenset({"$ref", *NAMED, *LISTS, *SINGLE})  # what may hold schemas

Lookup = Callable[[str], dict[str, Any]]


class _Full(Exception):
    """More was written than fits."""


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


@dataclass(slots=True)
class _Members:
    """The members of an object, written as far as that is the same wherever the object is met.

    Attributes:
        of: what they were made of; held, so that its identity is given to nothing else.
        written: all of them in their order, None in the place of one that holds schemas itself.
        deep: names of those.
        size: characters spent on all that stands in `written`, and on the names.
    """

    of: Mapping[str, Any]
    written: dict[str, Any]
    deep: tuple[str, ...]
    size: int
    cut: bool


class Trimming:
    """Makes the schemas of one document small. Thousands of its operations may refer to the same definitions: what these say
    is written once for each measure of words, and no written part may be changed by who gets it.
    """

    def __init__(self) -> None:
        self._members: dict[tuple[int, int], _Members] = {}

    def trimmed(self, schema: Mapping[str, Any], lookup: Lookup) -> tuple[dict[str, Any], bool]:
        """Write a schema out without references, cut so that it fits MOST_CHARACTERS.

        Args:
            lookup: gives the schema that a reference names, the same object each time that it gives one with members.

        Returns:
            the schema, and whether anything that a check needs was cut.
        """
        for levels, words in _STEPS:
            writing = _Writing(lookup, words, self._members)
            try:
                small = writing.write(schema, levels)
            except _Full:
                continue
            if len(orjson.dumps(small)) <= MOST_CHARACTERS:
                return small, writing.cut
        return _outline(schema), True


class _Writing:
    def __init__(self, lookup: Lookup, words: int, members: dict[tuple[int, int], _Members]) -> None:
        self._lookup, self._words, self._known = lookup, words, members
        self._left = MOST_CHARACTERS
        self.cut = False

    def write(self, schema: Any, levels: int, *, shared: bool = False) -> Any:
        """Write a schema; `shared`: it belongs to a definition, so that it may be met again."""
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            target = self._lookup(schema["$ref"])
            schema = {**target, **{key: each for key, each in schema.items() if key != "$ref"}}
            shared = True
        written: dict[str, Any] = {}
        for key, value in schema.items():
            if key == "description":
                if text := shortened(value, self._words):
                    written[key] = text
                    self._spend(len(text) + 4)
            elif key in _NESTING:
                self._nested(written, key, value, levels, shared=shared)
            elif key not in _UNSEEN:
                self._plain(written, key, value)
        return written

    def _nested(self, written: dict[str, Any], key: str, value: Any, levels: int, *, shared: bool) -> None:
        if key in NAMED:
            self._named(written, key, value, levels, shared=shared)
        elif key in LISTS:
            self._listed(written, key, value, levels, shared=shared)
        elif isinstance(value, dict):
            self._single(written, key, value, levels, shared=shared)
        else:
            self._plain(written, key, value)

    def _named(
        self, written: dict[str, Any], key: str, members: Mapping[str, Any], levels: int, *, shared: bool
    ) -> None:
        if levels <= 0:
            self.cut = self.cut or bool(members)
            written.pop("required", None)
            written.setdefault("type", "object")
            return
        made = self._known.get((id(members), self._words)) if shared else None
        if made is None:
            made = self._made(members)
            if shared:
                self._known[id(members), self._words] = made
        self._spend(made.size)
        self.cut = self.cut or made.cut
        kept = written[key] = made.written.copy()
        for name in made.deep:
            kept[name] = self.write(members[name], levels - 1, shared=shared)

    def _made(self, members: Mapping[str, Any]) -> _Members:
        # Counted apart from what surrounds it. What is too large by itself is too large everywhere: the rest is not looked at.
        alone = _Writing(self._lookup, self._words, self._known)
        written: dict[str, Any] = {}
        deep: list[str] = []
        try:
            for name, each in members.items():
                alone._spend(len(name) + 9)
                size = _size_unchanged(each, self._words)
                if size is not None:
                    written[name] = each
                    alone._spend(size)
                elif _NESTING.isdisjoint(each):
                    written[name] = alone.write(each, 0)
                else:
                    written[name] = None
                    deep.append(name)
        except _Full:
            written, deep = {}, []
        return _Members(members, written, tuple(deep), MOST_CHARACTERS - alone._left, alone.cut)

    def _listed(
        self, written: dict[str, Any], key: str, members: list[Any], levels: int, *, shared: bool
    ) -> None:
        # Alternatives lie on the level of what they are alternatives of, but each of them costs its own size.
        if levels <= 0:
            self.cut = True
            return
        below = levels - (len(members) > 1)
        written[key] = [self.write(each, below, shared=shared) for each in members]

    def _single(
        self, written: dict[str, Any], key: str, value: Mapping[str, Any], levels: int, *, shared: bool
    ) -> None:
        if levels <= 0:
            self.cut = self.cut or bool(value)
            return
        written[key] = self.write(value, levels - 1, shared=shared)

    def _plain(self, written: dict[str, Any], key: str, value: Any) -> None:
        if key == "enum" and len(value) > MOST_ENUM:
            self.cut = True
            kinds = " ".join(str(one) for one in value[:20])
            written["description"] = f"One of {len(value)} values, among them: {kinds}"[:400]
            return
        if key == "required" and "properties" not in written and not value:
            return
        written[key] = value
        self._spend(len(key) + len(str(value)) + 4)

    def _spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise _Full


def _size_unchanged(schema: Any, words: int) -> int | None:
    """What `_Writing` spends on a schema that it would write as it is; None where it may change it. Most fields are such:
    looking is several times faster than writing them anew, and all who hold the field share one object.
    """
    if not isinstance(schema, dict):
        return 0
    size = 0
    for key, value in schema.items():
        if key == "description":
            if not value or shortened(value, words) != value:
                return None
            size += len(value) + 4
        elif key in _SHORT:
            size += len(key) + len(str(value)) + 4
        else:
            return None
    return size


@lru_cache(maxsize=4096)
def shortened(text: str, most: int) -> str:
    """The beginning of a text, ended at a word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    if most < 20:
        return ""
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(".,;:") + "…"
