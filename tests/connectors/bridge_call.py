"""One call of a bridge as a turn makes it that has waited for a person's word; a process of its own may make it too."""

from typing import Any

import orjson
from asgiref.sync import async_to_sync

from accounts.models import User
from assistants.actions.calling.gate import gate
from assistants.actions.calling.tools import tools_of
from assistants.turns.plan import ActionUse, AssistantPlan
from assistants.turns.tools import ReadyCall, Toolbox
from organisations.queries import actor_for
from providers.ports import ToolCall
from tests.factories.turns import turn_context


def prepare_call(given: dict[str, Any], *, resumed: bool) -> tuple[Toolbox, ReadyCall]:
    """Bring a call before the gate.

    Args:
        given: user, organisation, assistant, action, revision, turn and arguments, all as JSON has them.

    Raises:
        Paused: a person is asked first.
    """
    actor = actor_for(User.objects.get(pk=given["user"]), given["organisation"])
    assert actor is not None
    plan = AssistantPlan(
        given["assistant"],
        "Ada",
        given["organisation"],
        system_prompt="",
        model_id="",
        actions=(ActionUse(given["action"], given["revision"], ("send",)),),
    )
    context = turn_context(plan, actor, turn_id=given["turn"], can_wait=True, resumed=resumed)
    toolbox = Toolbox(tools_of(context), context=context, gate=gate)
    call = ToolCall("call_1", "send", orjson.dumps(given["arguments"]).decode())
    return toolbox, async_to_sync(toolbox.prepare)(call)


def make_call(given: dict[str, Any]) -> str:
    """Make it, and give what the model reads."""
    toolbox, ready = prepare_call(given, resumed=True)
    return async_to_sync(toolbox.run)(ready).result.content
