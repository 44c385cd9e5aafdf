"""End a turn that waits for a person: because it was stopped, or because nobody answered in time."""

from django.utils.translation import gettext as _

from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.identity import identity_of_turn
from assistants.turns.models import Suspension, Turn
from assistants.turns.steps import steps_of
from assistants.turns.suspension import read_suspended
from kernel.tenancy import tenant_scope

LAPSED = "confirmation_expired"


def end_waiting(*, turn: Turn, lapsed: bool) -> bool:
    """Close it with what there is of the answer, and charge what its calls have used; returns whether it waited.

    Args:
        lapsed: nobody answered in time; otherwise somebody stopped it.
    """
    with tenant_scope(turn.organisation_id, durable=True):
        rows = Suspension.objects.for_organisation(turn.organisation_id)
        suspension: Suspension | None = rows.select_for_update().filter(turn=turn).first()
        if suspension is None:
            return False
        state = read_suspended(suspension.state)
        suspension.delete()
    outcome = Outcome(
        state=Turn.State.STOPPED,
        text=state.shown,
        steps=steps_of(state.told or state.steps),
        citations=turn.citations,
        tool_calls=turn.tool_calls,
        uses=state.uses,
        error_code=LAPSED if lapsed else "",
        error_message=_(
            "Nobody answered what it asked in time, so it did nothing and ended here. Ask again to go on."
        )
        if lapsed
        else "",
    )
    return close_turn(identity=identity_of_turn(turn), outcome=outcome)
