"""Note that a person has answered something that a turn waits for."""

from assistants.turns.models import Suspension
from kernel.actions import assert_in_action
from organisations.actors import Actor


def note_answer(*, actor: Actor, turn_id: str, request_id: str, document: dict[str, object]) -> bool:
    """Note it in the open transaction; returns whether every confirmation of the turn is answered now.

    Args:
        document: what stands for the request from now on, in its public form.
    """
    assert_in_action()
    rows = Suspension.objects.for_organisation(actor.organisation).select_for_update()
    suspension: Suspension | None = rows.filter(turn__public_id=turn_id).first()
    if suspension is None:
        return False
    suspension.requests = [
        {**item, **document, "answered": True} if item["id"] == request_id else item
        for item in suspension.requests
    ]
    suspension.save(update_fields=["requests"])
    return all(item["answered"] for item in suspension.requests if item["kind"] == "confirmation")
