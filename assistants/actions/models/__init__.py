"""Actions, what they can do, and what was done with them."""

from assistants.actions.models.action import Action, ActionExample, ActionRevision, Operation, ToolApproval
from assistants.actions.models.calls import ActionCall, AlwaysAllow, Confirmation
from assistants.actions.models.connectors import ConnectorClient
from assistants.actions.models.files import ActionFile
from assistants.actions.models.reach import Reach

__all__ = [
    "Action",
    "ActionCall",
    "ActionExample",
    "ActionFile",
    "ActionRevision",
    "AlwaysAllow",
    "Confirmation",
    "ConnectorClient",
    "Operation",
    "Reach",
    "ToolApproval",
]
