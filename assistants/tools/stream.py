"""The endpoint that takes what a program gave on the person's side; the turn goes on in the process that takes it."""

from assistants.tools.actions.finish_computation import finish_computation
from assistants.tools.python.limits import MOST_ANSWER
from assistants.turns.actions.note_answer import Answered
from assistants.turns.actions.resume_turn import NotConnectedYet
from assistants.turns.events import ComputationFinished
from assistants.turns.pausing import REQUIRES_ACTION
from assistants.turns.runtime import runtime
from assistants.turns.stream import go_on
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import Conflict, DomainError
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.stream_auth import authenticate


async def computation_finish(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/turns/{id}/computations/{id}`: give a program's result; the turn goes on once nothing else is asked."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    turn_id = request.params["turn"]
    asked, answered = await run_db(
        finish_computation,
        actor=actor,
        turn_id=turn_id,
        computation_id=request.params["computation"],
        answer=await request.json(MOST_ANSWER),
    )
    runtime().tell_waiting(turn_id, answered.stretch, answered.count, ComputationFinished(asked))
    state = await _went_on(actor, turn_id, answered)
    await respond.json(
        200, {"id": asked["id"], "state": asked["state"], "turn": {"id": turn_id, "state": state}}
    )


async def _went_on(actor: Actor, turn_id: str, answered: Answered) -> str:
    """The turn's state now: it goes on unless something else is asked."""
    if not answered.ready:
        return REQUIRES_ACTION
    try:
        await go_on(actor, turn_id)
    except NotConnectedYet:
        return REQUIRES_ACTION
    except Conflict:  # another answer came at the same moment, and went on with it
        pass
    except DomainError:  # the answer says why it ended
        return "failed"
    return "streaming"


_TEXT = {"type": "string", "maxLength": 100_000}
FINISH = described(
    "Give the result of a program that an answer waits for, as `requires_action.computations` asks; files as base64",
    body={
        "state": {
            "type": "string",
            "enum": ["done", "failed", "timeout", "large", "crashed", "stopped", "unavailable"],
        },
        "stdout": _TEXT,
        "stderr": _TEXT,
        "value": _TEXT,
        "error": _TEXT,
        "truncated": {"type": "boolean"},
        "milliseconds": {"type": "integer"},
        "tables": {"type": "array", "items": {"type": "object"}},
        "charts": {"type": "array", "items": {"type": "object"}},
        "files": {"type": "array", "items": {"type": "object"}},
        "left_out": {"type": "array", "items": {"type": "object"}},
    },
)
ROUTES = (
    StreamRoute(
        "computation_finish",
        "POST",
        r"/api/v1/turns/(?P<turn>turn_\w+)/computations/(?P<computation>comp_\w+)",
        computation_finish,
        operation=FINISH,
    ),
)
