"""What the person's side has worked out for a call that waits for it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.tools.python.answers import read_answer
from assistants.turns.actions.note_answer import Answered, note_answer
from assistants.turns.actions.resume_turn import NotWaiting
from assistants.turns.models import Suspension
from assistants.turns.pausing import COMPUTATION
from assistants.turns.queries import access_turn
from kernel.actions import entry_action
from kernel.errors import Conflict, NotFound
from organisations.actors import Actor
from organisations.permissions import Permission, require


class AlreadyComputed(Conflict):
    code = "already_computed"
    user_message = _("The result is there already, perhaps from another page. Reload to see how it went on.")


@entry_action
def finish_computation(
    *, actor: Actor, turn_id: str, computation_id: str, answer: dict[str, Any]
) -> tuple[dict[str, Any], Answered]:
    """Take a program's result, once.

    Args:
        answer: as `assistants.tools.python.answers` reads it; nothing in it is believed.

    Returns:
        The request in its public form, and what the result changed for its turn.

    Raises:
        NotFound: the actor's turn waits for no such thing. NotWaiting: it waits for nothing any more.
        AlreadyComputed: somebody was quicker. InvalidInput: this is no result.
    """
    require(actor, Permission.USE_ASSISTANTS)
    read_answer(answer)
    turn = access_turn(actor, turn_id)
    rows = Suspension.objects.for_organisation(actor.organisation).select_for_update()
    suspension: Suspension | None = rows.filter(turn=turn).first()
    if suspension is None or suspension.expires_at <= timezone.now():
        raise NotWaiting
    asked = next((one for one in suspension.requests if one["id"] == computation_id), None)
    if asked is None or asked["kind"] != COMPUTATION:
        raise NotFound
    if asked["answered"]:
        raise AlreadyComputed
    state = {"state": answer["state"]}
    answered = note_answer(
        actor=actor,
        turn_id=turn_id,
        request_id=computation_id,
        document=state,
        computed={asked["call"]: answer},
    )
    return {**asked, **state}, answered
