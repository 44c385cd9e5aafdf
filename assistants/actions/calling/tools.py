"""The tools that the actions of a turn make: one for each operation that is on."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.calling.carrying import Target, carry_out
from assistants.actions.calling.connecting import credential_or_pause
from assistants.actions.calling.planned import PlannedAction, planned_actions
from assistants.actions.connectors.catalogue import shown_connector
from assistants.actions.files.known import known_files
from assistants.actions.openapi.checking import check_arguments
from assistants.actions.openapi.documents import ReadOperation
from assistants.actions.openapi.preparing import prepare
from assistants.actions.queries import require_callable
from assistants.turns.tools import Intention, ToolResult, TurnContext
from kernel.db import run_db
from kernel.registries import tools
from providers.ports import ToolSchema

NAME_LENGTH = 64
MOST_TOOLS = 120  # that a model is offered in one turn


class ActionTool:
    """One operation of an action."""

    def __init__(
        self, context: TurnContext, action: PlannedAction, operation: ReadOperation, name: str
    ) -> None:
        self._context, self._action, self._operation = context, action, operation
        self.schema = ToolSchema(name, _description(action, operation), operation.arguments_schema)

    @property
    def label(self) -> str:
        """Its words for people."""
        return f"{self._action.name}: {self._operation.summary or self._operation.key}"

    async def intend(self, arguments: dict[str, Any]) -> Intention:
        """What the call would do; the arguments are checked, and the account that it needs is there.

        Raises:
            InvalidInput: an argument does not work, and which.
            Paused: the person has to connect an account first.
        """
        action, operation = self._action, self._operation
        arguments = check_arguments(operation, arguments)
        url = action.server_url
        if action.kind != "mcp":
            known = await known_files(self._context, operation, arguments, sent=False)
            url = prepare(
                operation, action.server_url, arguments, files=known.documents, contents=known.contents
            ).url
        await credential_or_pause(self._context, action, operation)
        return Intention(
            action=action.id,
            action_name=action.name,
            operation=operation.key,
            label=self.label,
            host=action.host,
            method=operation.method,
            url=url,
            arguments=arguments,
            schema=operation.arguments_schema,
            risk=operation.risk,
            consequential=operation.consequential,
            organisation_id=action.organisation_id,
            connector=shown_connector(action.connector),
        )

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Make the call; what it answers is data, never instructions."""
        await run_db(require_callable, self._action.organisation_id, self._action.id)
        credential = await credential_or_pause(self._context, self._action, self._operation)
        target = Target(self._action, self._operation, credential)
        return await carry_out(self._context, target, arguments)


def tools_of(context: TurnContext) -> Sequence[ActionTool]:
    """The tools of a turn's actions, under names that are its own."""
    plan = context.plan
    taken = {tool.name for tool in tools}
    made: list[ActionTool] = []
    for action in planned_actions(plan.creator_organisation_id, plan.actions):
        for operation in action.operations.values():
            if len(made) == MOST_TOOLS:
                return made
            name = _name(action, operation, taken)
            taken.add(name)
            made.append(ActionTool(context, action, operation, name))
    return made


def _name(action: PlannedAction, operation: ReadOperation, taken: set[str]) -> str:
    """A tool's name for the model; with the action's where two have operations of the same name."""
    if operation.key not in taken:
        return operation.key[:NAME_LENGTH]
    prefix = re.sub(r"[^a-zA-Z0-9]+", "_", action.name).strip("_").lower()[:20] or "action"
    cut = partial("{}_{}{}".format, prefix, operation.key[: NAME_LENGTH - 26])
    number = next(n for n in range(1, MOST_TOOLS + 2) if cut("" if n == 1 else f"_{n}") not in taken)
    return cut("" if number == 1 else f"_{number}")


def _description(action: PlannedAction, operation: ReadOperation) -> str:
    said = " ".join(filter(None, (operation.summary, operation.description)))
    asks = "" if operation.risk == "reads" else _(" A person confirms it before it is made.")
    return f"{said or operation.key} ({action.name}, {action.host}).{asks}"[:1024]
