"""Note that a person has answered something that a turn waits for."""

from dataclasses import dataclass
from typing import Any

from assistants.turns.models import Suspension
from assistants.turns.pausing import ANSWERED_FIRST
from kernel.actions import assert_in_action
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer changed.

    Attributes:
        ready: every confirmation of the turn is answered now, and every result there.
        stretch: how often the turn has waited, this time included; 0 where it waits no more.
        count: how many of its requests are answered now.
    """

    ready: bool = False
    stretch: int = 0
    count: int = 0


def note_answer(
    *,
    actor: Actor,
    turn_id: str,
    request_id: str,
    document: dict[str, object],
    computed: dict[str, dict[str, Any]] | None = None,
) -> Answered:
    """Note it in the open transaction.

    Args:
        document: what stands for the request from now on, in its public form.
        computed: what was worked out, by the id of the call that waits for it.
    """
    assert_in_action()
    rows = Suspension.objects.for_organisation(actor.organisation).select_for_update()
    suspension: Suspension | None = rows.filter(turn__public_id=turn_id).first()
    if suspension is None:
        return Answered()
    suspension.requests = [
        {**item, **document, "answered": True} if item["id"] == request_id else item
        for item in suspension.requests
    ]
    if computed:
        suspension.state["computed"] = {**suspension.state.get("computed", {}), **computed}
    suspension.save(update_fields=["requests", "state"] if computed else ["requests"])
    return Answered(
        all(item["answered"] for item in suspension.requests if item["kind"] in ANSWERED_FIRST),
        int(suspension.state.get("stretch", 0)),
        sum(item["answered"] for item in suspension.requests),
    )
