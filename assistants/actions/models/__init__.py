"""Actions, what they can do, and what was done with them."""

from assistants.actions.models.action import Action, ActionExample, ActionRevision, Operation, ToolApproval
from assistants.actions.models.calls import ActionCall, AlwaysAllow, Confirmation

__all__ = [
    "Action",
    "ActionCall",
    "ActionExample",
    "ActionRevision",
    "AlwaysAllow",
    "Confirmation",
    "Operation",
    "ToolApproval",
]
