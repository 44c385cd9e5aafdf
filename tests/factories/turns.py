"""Turns that tools are made for."""

from typing import Any

from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import TurnContext
from assistants.turns.trust import Trust


def turn_context(plan: AssistantPlan, actor: Any = None, **changes: Any) -> TurnContext:
    """A turn of a plan, as a chat has it, with nobody there who could be asked."""
    told = {"turn_id": "turn_1", "thread_id": "", "surface": "chat", "can_wait": False} | changes
    return TurnContext(actor=actor, plan=plan, sources=Sources(), trust=Trust(), **told)
