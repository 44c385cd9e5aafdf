"""A turn goes on after a person has answered: its state is read back, and a process takes it over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.connections.credentials import is_connected
from assistants.connections.refs import read_profile_key
from assistants.turns.actions.open_turn import Asked, OpenedTurn, assemble_turn
from assistants.turns.models import Suspension, Turn
from assistants.turns.pausing import ANSWERED_FIRST, CONNECTION
from assistants.turns.queries import access_turn
from assistants.turns.suspension import read_suspended
from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.registries import turn_plans
from organisations.actors import Actor


class NotWaiting(Conflict):
    code = "turn_not_waiting"
    user_message = _("This answer does not wait for you any more. Reload to see how it went on.")


class StillAsked(Conflict):
    code = "answers_missing"
    user_message = _("Something else has to be answered first. Look at what the answer still waits for.")


class NotConnectedYet(Conflict):
    code = "not_connected_yet"
    user_message = _("%(service)s is not connected yet. Connect it first, or go on without it.")


@entry_action
def resume_turn(*, actor: Actor, turn_id: str, runner: str, without: Sequence[str] = ()) -> OpenedTurn:
    """Take over a turn that waits, once every confirmation is decided, every result there and every account connected.

    Args:
        runner: the id of the process that goes on with it.
        without: ids of connections that the person does without; the model is told.

    Raises:
        NotFound: the actor has no such turn, or may not use its assistant any more.
        NotWaiting: somebody else went on with it, or it has ended.
        StillAsked: a confirmation is not decided, or a result not there yet. NotConnectedYet: an account lacks.
        ModelNotFound, ModelForbidden, AssistantsModelForbidden: its model may not go on.
    """
    turn = access_turn(actor, turn_id)
    rows = Suspension.objects.for_organisation(actor.organisation)
    suspension: Suspension | None = rows.select_for_update().filter(turn=turn).first()
    if suspension is None or suspension.expires_at <= timezone.now():
        raise NotWaiting
    if any(item["kind"] in ANSWERED_FIRST and not item["answered"] for item in suspension.requests):
        raise StillAsked
    connections = [item for item in suspension.requests if item["kind"] == CONNECTION]
    _check_connected(actor, (item for item in connections if item["id"] not in without))
    state = read_suspended(suspension.state)
    declined = frozenset(state.declined) | {item["id"] for item in connections if item["id"] in without}
    # Its actions stay as they were when it began; whether it may be used is asked anew.
    plan = replace(turn_plans.get()(actor, turn), actions=state.actions)
    opened = assemble_turn(
        actor=actor,
        plan=plan,
        turn_id=turn.public_id,
        asked=Asked(
            state.question,
            turn.surface,
            turn.user_id,
            turn.api_key_id,
            state.history,
            state.wish,
            state.language,
            turn.message_id,
            turn.thread_id,
            keep_text=turn.surface not in Turn.UNKEPT,
        ),
        resumed=state,
        declined=declined,
    )
    suspension.delete()
    Turn.objects.for_organisation(actor.organisation).filter(pk=turn.pk).update(
        state=Turn.State.STREAMING, runner=runner
    )
    return opened


def _check_connected(actor: Actor, asked: Iterable[dict[str, Any]]) -> None:
    """A turn that went on without an account would only ask for it again."""
    for item in asked:
        if not is_connected(read_profile_key(item["profile"]), actor):
            raise NotConnectedYet(service=item["action"]["name"])
