"""REST views over a source set. Whoever owns sets subclasses them and says which set an address means."""

from assistants.knowledge.api.pairs import SourcePairListView, SourcePairView
from assistants.knowledge.api.shared import ShareableView
from assistants.knowledge.api.sources import (
    SourceChildrenView,
    SourceDetailView,
    SourceListView,
    SourceRetryView,
    SourceSyncView,
    TagListView,
)

__all__ = [
    "ShareableView",
    "SourceChildrenView",
    "SourceDetailView",
    "SourceListView",
    "SourcePairListView",
    "SourcePairView",
    "SourceRetryView",
    "SourceSyncView",
    "TagListView",
]
