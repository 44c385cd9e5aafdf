"""An assistant's actions over REST: the actions room's views, told whether the actor may change the assistant."""

from assistants.actions.api.actions import (
    ActionDetailView,
    ActionListView,
    ActionRefreshView,
    ToolApproveView,
)
from assistants.actions.api.operations import (
    ActionTryView,
    ExampleDetailView,
    ExampleListView,
    OperationListView,
)
from assistants.actions.api.origins import OriginBrowseView, OriginConnectView, OriginListView
from assistants.building.queries import access_assistant
from organisations.actors import Actor
from organisations.permissions import Level


class _OfAssistant:
    """Asks about an assistant of the actor's organisation."""

    actor: Actor

    def check_assistant(self, assistant_id: str, *, edit: bool) -> None:
        access_assistant(self.actor, assistant_id, level=Level.EDIT if edit else Level.VIEW)


class AssistantOrigins(_OfAssistant, OriginListView):
    """The services that an assistant may know from."""


class AssistantOriginBrowse(_OfAssistant, OriginBrowseView):
    """What lies there."""


class AssistantOriginConnect(_OfAssistant, OriginConnectView):
    """Connecting an account there."""


class AssistantActionList(_OfAssistant, ActionListView):
    """The actions of an assistant."""


class AssistantActionDetail(_OfAssistant, ActionDetailView):
    """One action."""


class AssistantActionRefresh(_OfAssistant, ActionRefreshView):
    """Reading an action again."""


class AssistantToolApprove(_OfAssistant, ToolApproveView):
    """Approving a changed tool."""


class AssistantActionOperations(_OfAssistant, OperationListView):
    """What an action can do."""


class AssistantActionTry(_OfAssistant, ActionTryView):
    """Trying an operation."""


class AssistantActionExamples(_OfAssistant, ExampleListView):
    """Kept calls of an action."""


class AssistantActionExample(_OfAssistant, ExampleDetailView):
    """One of them."""
