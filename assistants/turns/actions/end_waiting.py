"""End a turn that waits for a person: it was stopped, nobody answered in time, or it may not go on."""

from django.utils.translation import gettext as _

from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.identity import identity_of_turn
from assistants.turns.models import Suspension, Turn
from assistants.turns.steps import steps_of
from assistants.turns.suspension import read_suspended
from kernel.errors import DomainError, NotFound
from kernel.tenancy import tenant_scope

LAPSED, WITHDRAWN = "confirmation_expired", "assistant_withdrawn"


def end_waiting(*, turn: Turn, lapsed: bool = False, refused: DomainError | None = None) -> bool:
    """Close it with what there is of the answer, and charge what its calls have used; returns whether it waited.

    Args:
        lapsed: nobody answered in time. refused: why it may not go on. Without either, somebody stopped it.
    """
    with tenant_scope(turn.organisation_id, durable=True):
        rows = Suspension.objects.for_organisation(turn.organisation_id)
        suspension: Suspension | None = rows.select_for_update().filter(turn=turn).first()
        if suspension is None:
            return False
        state = read_suspended(suspension.state)
        suspension.delete()
    code, message = _why(lapsed, refused)
    outcome = Outcome(
        state=Turn.State.FAILED if refused else Turn.State.STOPPED,
        text=state.shown,
        steps=steps_of(state.told or state.steps),
        citations=turn.citations,
        tool_calls=turn.tool_calls,
        uses=state.uses,
        error_code=code,
        error_message=message,
    )
    return close_turn(identity=identity_of_turn(turn), outcome=outcome)


def _why(lapsed: bool, refused: DomainError | None) -> tuple[str, str]:
    if isinstance(refused, NotFound):
        return WITHDRAWN, _(
            "The assistant was withdrawn, or is not open to you any more, while it waited for you. What was asked was"
            " not done."
        )
    if refused:
        return refused.code, str(refused.message)
    if lapsed:
        return LAPSED, _(
            "Nobody answered what it asked in time, so it did nothing and ended here. Ask again to go on."
        )
    return "", ""
