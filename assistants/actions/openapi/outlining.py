"""The operations of a text that somebody is editing, and where each begins."""

from dataclasses import dataclass

from assistants.actions.openapi.documents import DocumentError
from assistants.actions.openapi.loading import load
from assistants.actions.openapi.operations import METHODS
from assistants.actions.openapi.places import places


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One operation; lines are counted from 1, `end` is the last of its lines."""

    method: str
    path: str
    operation_id: str
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What an editor shows beside the text.

    Attributes:
        error: why the text is no document now; its operations are unknown then.
    """

    entries: tuple[OutlineEntry, ...] = ()
    error: DocumentError | None = None


def outline(data: bytes) -> Outline:
    """Find each operation of a document, whatever else is right or wrong in it."""
    try:
        loaded = load(data)
    except DocumentError as error:
        return Outline(error=error)
    found: list[tuple[str, str, int]] = []
    ends: list[int] = []
    inside = False
    for way, place in places(loaded.text, is_json=loaded.is_json, depth=3):
        if inside:
            ends.append(place.line - 1)
        inside = len(way) == 3 and way[0] == "paths" and way[2] in METHODS
        if inside:
            found.append((str(way[1]), str(way[2]), place.line))
    if inside:
        ends.append(loaded.text.count("\n") + 1)
    paths = loaded.value.get("paths", {})
    entries = []
    for (path, method, line), end in zip(found, ends, strict=True):
        raw = paths[path][method]
        operation_id = raw.get("operationId") if isinstance(raw, dict) else None
        entries.append(OutlineEntry(method.upper(), path, str(operation_id or ""), line, max(line, end)))
    return Outline(tuple(entries))
