"""The tools of a turn: the built-in ones that its assistant has switched on, and those of its actions."""

from assistants.turns.tools import NO_TOOLS, OutsideTool, Toolbox, TurnContext
from kernel.registries import action_tools, tool_gate, tools


def toolbox_of(context: TurnContext) -> Toolbox:
    """The tools of a plan; whether they are offered depends on the model that answers. Reads the database."""
    plan = context.plan
    if not plan.capabilities and not plan.actions:
        return NO_TOOLS
    made = [tool.make(context) for tool in tools if tool.name in plan.capabilities]
    outside = action_tools.get()(context) if plan.actions else []
    found = [tool for tool in (*made, *outside) if tool is not None]
    reaching = any(isinstance(tool, OutsideTool) for tool in found)
    return Toolbox(found, context=context, gate=tool_gate.get() if reaching else None)
