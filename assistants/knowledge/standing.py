"""How the sources of a set stand, by name: for checks before publishing."""

from dataclasses import dataclass

from assistants.knowledge.models import Document, SourceSet
from assistants.knowledge.queries import answering_rows


@dataclass(frozen=True, slots=True)
class Standing:
    """Names of sources: `working` cannot be searched yet, `failed` never will as they are, `ready` answer."""

    working: tuple[str, ...]
    failed: tuple[str, ...]
    ready: tuple[str, ...]


def sources_standing(source_set: SourceSet) -> Standing:
    """Sort a set's sources by what can be said of them, in one statement."""
    groups: dict[str, list[str]] = {"working": [], "failed": [], "ready": []}
    sources = list(answering_rows(source_set).order_by("name"))
    holding = {source.parent_id for source in sources}
    for source in sources:
        if source.gathers and source.document is None:
            # It is as ready as what it holds; one without any is still looked at, or has failed.
            if source.pk not in holding:
                groups["working" if source.look_until else "failed"].append(source.name)
        else:
            groups[_group(source.document)].append(source.name)
    return Standing(**{name: tuple(names) for name, names in groups.items()})


def _group(document: Document | None) -> str:
    # A zip holds no passages: it is ready once its files are sources of their own.
    if document is not None and (document.searchable or document.state == Document.State.READY):
        return "ready"
    return "failed" if document is None or document.state == Document.State.FAILED else "working"
