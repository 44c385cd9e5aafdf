"""The knowledge page's parts, over a source set. Whoever owns sets mounts them: see `knowledge_paths`."""

from assistants.knowledge.views.panel import panel_context
from assistants.knowledge.views.routes import FindSet, knowledge_paths
from assistants.knowledge.views.source import source_context

__all__ = ["FindSet", "knowledge_paths", "panel_context", "source_context"]
