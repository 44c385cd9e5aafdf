"""Which kinds of sources there are: those that rooms have registered."""

from assistants.knowledge.models import Source
from kernel.registries import SourceType, source_types


def kinds() -> dict[str, SourceType]:
    """The kinds by name, in the order in which they were registered."""
    return {kind.name: kind for kind in source_types}


def kind_of(source: Source) -> SourceType:
    """The kind of a source; raises LookupError where the room that registered it is no longer installed."""
    return kinds()[source.type]
