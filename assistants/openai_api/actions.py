"""Open the turn that a Chat Completions request asks for."""

from dataclasses import replace

from assistants.building.plans import plan_for_publication
from assistants.openai_api.inputs import Completion
from assistants.turns.actions.open_turn import OpenedTurn, open_turn
from assistants.turns.models import Turn
from kernel.actions import entry_action
from kernel.db import commit_without_waiting
from organisations.actors import Actor
from organisations.permissions import Permission, require


@entry_action
def open_completion(*, actor: Actor, asked: Completion, runner: str, language: str) -> OpenedTurn:
    """Check access, reserve the cost and open the turn. Nothing of the texts is kept.

    Raises:
        NotFound: the key may use no such assistant.
        AllowanceUsedUp: the month's allowance is spent.
    """
    require(actor, Permission.USE_ASSISTANTS)
    plan = plan_for_publication(actor, asked.model, person=asked.person)
    if asked.parameters:
        plan = replace(plan, parameters={**plan.parameters, **asked.parameters})
    _turn, opened = open_turn(
        actor=actor,
        plan=plan,
        question=asked.question,
        surface=Turn.Surface.API,
        runner=runner,
        history=asked.history,
        wish=asked.wish,
        language=language,
        keep_text=False,
    )
    # No text is kept that could be lost, the caller waits for the first token, and the close does wait for the disk.
    commit_without_waiting()
    return opened
