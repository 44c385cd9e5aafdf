"""What assistants know: sources, the documents made of them, and passages with their vectors.

A source is something knowledge comes from; a document is one immutable revision of its content. Published versions
keep documents in their manifests, so a removed source's documents stay where they are.
"""

from assistants.knowledge.models.documents import Document, DocumentPage
from assistants.knowledge.models.passages import Passage, PassageVector, PassageWords, PendingVector
from assistants.knowledge.models.placements import Placement
from assistants.knowledge.models.shelves import Shelf, ShelfChange, ShelfTerm
from assistants.knowledge.models.sources import SharedSource, SiteAddress, Source, SourceAudience, SourceSet
from assistants.knowledge.models.upkeep import Reembedding, StoredBytes

__all__ = [
    "Document",
    "DocumentPage",
    "Passage",
    "PassageVector",
    "PassageWords",
    "PendingVector",
    "Placement",
    "Reembedding",
    "SharedSource",
    "Shelf",
    "ShelfChange",
    "ShelfTerm",
    "SiteAddress",
    "Source",
    "SourceAudience",
    "SourceSet",
    "StoredBytes",
]
