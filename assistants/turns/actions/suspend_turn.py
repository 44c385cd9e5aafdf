"""A turn begins to wait for a person: what going on needs is written down, and its reservation is held meanwhile."""

from collections.abc import Sequence
from typing import Any

from assistants.turns.models import Suspension, Turn
from assistants.turns.pausing import PauseRequest
from billing.actions.hold_longer import hold_longer
from billing.actions.reserve import HELD_FOR
from kernel.tenancy import tenant_scope


def suspend_turn(
    *,
    organisation_id: int,
    turn_id: str,
    state: dict[str, Any],
    requests: Sequence[PauseRequest],
    answer: str,
    tool_calls: Sequence[dict[str, Any]],
) -> bool:
    """Save the state of a running turn, in a transaction of its own.

    Args:
        state: of `assistants.turns.suspension`. answer: what there is of it. tool_calls: those that are through.

    Returns:
        False where the turn was closed meanwhile; then it does not wait.
    """
    expires_at = min(request.expires_at for request in requests)
    with tenant_scope(organisation_id, durable=True):
        rows = Turn.objects.for_organisation(organisation_id)
        changed = rows.filter(public_id=turn_id, state__in=Turn.OPEN_STATES).update(
            state=Turn.State.WAITING, answer=answer, tool_calls=list(tool_calls)
        )
        if not changed:
            return False
        Suspension.objects.create(
            organisation_id=organisation_id,
            turn=rows.get(public_id=turn_id),
            requests=[dict(request.document) | {"answered": False} for request in requests],
            state=state,
            expires_at=expires_at,
        )
        # The answer may come in the last second, and the turn then takes as long as any other.
        hold_longer(organisation_id=organisation_id, reference=turn_id, until=expires_at + HELD_FOR)
        return True
