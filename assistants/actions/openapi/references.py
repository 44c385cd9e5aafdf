"""Following `$ref`s inside one document, and only there."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from django.utils.functional import Promise
from django.utils.translation import gettext as _

MOST_HOPS = 30
# Begins with a literal, which is looked for several times faster than anything optional.
_MAYBE_FOREIGN = re.compile(r"""\$ref["']?\s*:\s*(?:["']\s*)?[^#"'\s]""")
# What may hold anything at all, so that a "$ref" in it is no reference.
_DATA = frozenset({"example", "examples", "default", "enum", "const", "value"})

Way = tuple[str | int, ...]


class Fault(Exception):
    """A part of a document cannot be used; `way` leads to it."""

    def __init__(self, reason: str, sentence: str | Promise, way: Sequence[str | int]) -> None:
        super().__init__(str(sentence))
        self.reason, self.sentence, self.way = reason, str(sentence), tuple(way)


class References:
    """The document as its own index."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self.credentials = _credentials(root)

    def follow(self, value: Any, way: Way) -> tuple[Any, Way]:
        """The value that `value` refers to, itself where it refers to nothing, and the way to it.

        Raises:
            Fault: the reference leaves the document, leads nowhere, or in a circle.
        """
        seen: list[Way] = []
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            if way in seen or len(seen) > MOST_HOPS:
                raise Fault(
                    "recursive_reference",
                    _(
                        "This reference leads back to itself, so there is nothing at its end. Point it at a value."
                    ),
                    seen[0] if seen else way,
                )
            seen.append(way)
            value, way = self.at(value["$ref"], (*way, "$ref"))
        return value, way

    def at(self, reference: str, way: Way) -> tuple[Any, Way]:
        """The value and the way that one reference names.

        Args:
            way: where the reference stands.
        """
        if not reference.startswith("#"):
            raise foreign(reference, way)
        if reference != "#" and not reference.startswith("#/"):
            raise _lost(reference, way)
        value: Any = self._root
        target: list[str | int] = []
        for part in reference[2:].split("/") if len(reference) > 2 else ():
            step = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and step in value:
                value = value[step]
                target.append(step)
            elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
                target.append(int(step))
            else:
                raise _lost(reference, way)
        return value, tuple(target)


def _credentials(root: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """Where API keys go, as (place, name in small letters)."""
    components = root.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    listed = schemes.values() if isinstance(schemes, dict) else ()
    return frozenset(
        (str(each.get("in")), str(each.get("name")).lower())
        for each in listed
        if isinstance(each, dict) and each.get("type") == "apiKey"
    )


def refuse_foreign(root: dict[str, Any], text: str) -> None:
    """Make sure that no reference anywhere leaves the document.

    Raises:
        Fault: one does; it says which.
    """
    if not _MAYBE_FOREIGN.search(text):
        return
    for reference, way in _references(root):
        if not reference.startswith("#"):
            raise foreign(reference, way)


def _references(root: Any) -> Iterator[tuple[str, Way]]:
    waiting: list[tuple[Any, Way, bool]] = [(root, (), False)]
    while waiting:
        value, way, is_names = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and not is_names:
                yield reference, (*way, "$ref")
            for key, each in value.items():
                if isinstance(each, dict | list) and (is_names or not (key in _DATA or key.startswith("x-"))):
                    # Below `properties` the keys are names that somebody chose, one of which may be "example".
                    waiting.append((each, (*way, key), not is_names and key in _NAMED))
        elif isinstance(value, list):
            waiting.extend((each, (*way, at), False) for at, each in enumerate(value))


_NAMED = frozenset({"properties", "patternProperties", "schemas", "parameters", "responses", "headers"})


def foreign(reference: str, way: Way) -> Fault:
    """The refusal of a reference to another document."""
    return Fault(
        "remote_reference",
        _(
            "“%(reference)s” refers to another document, which is never fetched. Bundle it into this one (#/…)."
        )
        % {"reference": reference[:200]},
        way,
    )


def _lost(reference: str, way: Way) -> Fault:
    return Fault(
        "lost_reference",
        _("“%(reference)s” leads nowhere in this document. Add what it names, or correct it.")
        % {"reference": reference[:200]},
        way,
    )
