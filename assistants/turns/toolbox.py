"""The built-in tools of a turn, by what its assistant has switched on."""

from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import NO_TOOLS, Toolbox
from kernel.registries import tools


def built_in_toolbox(plan: AssistantPlan, sources: Sources) -> Toolbox:
    """The tools that the capabilities switch on; whether they are offered depends on the model that answers."""
    if not plan.capabilities:
        return NO_TOOLS
    made = (tool.make(plan, sources) for tool in tools if tool.name in plan.capabilities)
    return Toolbox([tool for tool in made if tool is not None])
