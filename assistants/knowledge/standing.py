"""How the sources of a set stand: what publishing them now would take along, and what not."""

from dataclasses import dataclass

from assistants.knowledge.models import Document, Source, SourceSet


@dataclass(frozen=True, slots=True)
class SourcesStanding:
    """Names of sources: searchable ones, ones that are still being read, and ones that could not be."""

    ready: tuple[str, ...]
    working: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.ready) + len(self.working) + len(self.failed)


def sources_standing(source_set: SourceSet) -> SourcesStanding:
    """Sort the present sources of a set by how far they are."""
    rows = Source.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set, removed_at=None)
    ready, working, failed = [], [], []
    for name, state, searchable in rows.order_by("name").values_list("name", "document__state", "document__searchable"):
        if state == Document.State.FAILED:
            failed.append(name)
        elif searchable:
            ready.append(name)
        else:
            working.append(name)
    return SourcesStanding(tuple(ready), tuple(working), tuple(failed))
