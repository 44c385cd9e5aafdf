"""What a document imported again changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistants.actions.openapi.documents import ReadOperation

_PARTS = {
    "method": ("method",),
    "path": ("path",),
    "words": ("summary", "description"),
    "risk": ("risk",),
    "consequential": ("consequential",),
    "arguments": ("arguments_schema", "mapping"),
    "answer": ("response_schema",),
}


@dataclass(frozen=True, slots=True)
class Changes:
    """Operations by their keys.

    Attributes:
        changed: [{key, what[]}]; of method, path, words, risk, consequential, arguments and answer.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[dict[str, Any], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare(old: Sequence[ReadOperation], new: Sequence[ReadOperation]) -> Changes:
    """What differs between two readings, in the order of the newer one."""
    before = {operation.key: operation for operation in old}
    after = {operation.key: operation for operation in new}
    changed = [
        {"key": key, "what": what}
        for key, operation in after.items()
        if key in before and (what := _differences(before[key], operation))
    ]
    return Changes(
        added=tuple(key for key in after if key not in before),
        removed=tuple(key for key in before if key not in after),
        changed=tuple(changed),
    )


def _differences(old: ReadOperation, new: ReadOperation) -> list[str]:
    if old.fingerprint == new.fingerprint:
        return []
    return [
        part
        for part, fields in _PARTS.items()
        if any(getattr(old, field) != getattr(new, field) for field in fields)
    ]
