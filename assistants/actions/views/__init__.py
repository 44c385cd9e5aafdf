"""The pages of an assistant's actions. Whoever owns assistants mounts them: see `action_paths` and
`origin_paths`."""

from assistants.actions.views.base import CheckAssistant, DrawPage
from assistants.actions.views.origins import origin_paths
from assistants.actions.views.routes import action_paths

__all__ = ["CheckAssistant", "DrawPage", "action_paths", "origin_paths"]
