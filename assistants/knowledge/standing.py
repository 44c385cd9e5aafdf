"""How the sources of a set stand, by name: for checks before publishing."""

from dataclasses import dataclass

from assistants.knowledge.models import Document, SourceSet
from assistants.knowledge.queries import source_rows


@dataclass(frozen=True, slots=True)
class Standing:
    """Names of sources: `working` cannot be searched yet, `failed` never will as they are, `ready` answer."""

    working: tuple[str, ...]
    failed: tuple[str, ...]
    ready: tuple[str, ...]


def sources_standing(source_set: SourceSet) -> Standing:
    """Sort a set's sources by what can be said of them, in one statement."""
    groups: dict[str, list[str]] = {"working": [], "failed": [], "ready": []}
    for source in source_rows(source_set).order_by("name"):
        groups[_group(source.document)].append(source.name)
    return Standing(**{name: tuple(names) for name, names in groups.items()})


def _group(document: Document | None) -> str:
    # A zip holds no passages: it is ready once its files are sources of their own.
    if document is not None and (document.searchable or document.state == Document.State.READY):
        return "ready"
    return "failed" if document is None or document.state == Document.State.FAILED else "working"
