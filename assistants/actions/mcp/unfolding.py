"""What a server's schema unfolds to, with every reference in it written out.

A few dozen definitions of which each names the next one twice are small, and checking one value against them takes years.
"""

from typing import Any
from urllib.parse import unquote

MOST_UNFOLDED = 20_000  # schemas, of one definition
MOST_HOPS = 20  # from reference to reference
NAMED = ("properties", "patternProperties", "dependentSchemas")
_ASIDE = (
    "$defs",
    "definitions",
    "enum",
    "const",
    "default",
    "examples",
    "required",
)  # nothing is checked against these


def bounded(schema: dict[str, Any]) -> int:
    """Take out of a schema, in place, the references that lead in a circle or unfold it beyond MOST_UNFOLDED: what they
    stand for is left to the server, which checks it itself. Gives how many schemas the rest unfolds to.
    """
    return _Unfolding(schema).size(schema, 0)


class _Unfolding:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._sizes: dict[str, int] = {}
        self._open = {"#"}

    def size(self, value: Any, hops: int) -> int:
        if isinstance(value, list):
            return sum(self.size(each, hops) for each in value)
        if not isinstance(value, dict):
            return 0
        total = 1
        for key, inner in list(value.items()):
            if key in ("$ref", "$dynamicRef"):
                referred = self._referred(inner, hops) if key == "$ref" else None
                if referred is None:
                    del value[key]
                total += referred or 0
            elif key in NAMED and isinstance(inner, dict):
                total += sum(self.size(each, hops) for each in inner.values())
            elif key not in _ASIDE:
                total += self.size(inner, hops)
        return total

    def _referred(self, reference: str, hops: int) -> int | None:
        """What a reference stands for; None where it is to be taken out."""
        target = self._at(reference)
        if reference in self._open or hops == MOST_HOPS or not isinstance(target, dict | bool):
            return None
        if reference not in self._sizes:
            self._open.add(reference)
            self._sizes[reference] = self.size(target, hops + 1)
            self._open.discard(reference)
        return None if self._sizes[reference] > MOST_UNFOLDED else self._sizes[reference]

    def _at(self, reference: str) -> Any:
        value: Any = self._root
        for part in reference.removeprefix("#").removeprefix("/").split("/"):
            step = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value
