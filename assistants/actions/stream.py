"""The endpoint by which a person answers what a turn asks; the turn goes on in the process that takes the answer."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.decide_confirmation import decide_confirmation
from assistants.turns.actions.note_answer import Answered
from assistants.turns.actions.resume_turn import NotConnectedYet
from assistants.turns.events import IN_WORDS, ConfirmationDecided
from assistants.turns.runtime import runtime
from assistants.turns.stream import follow_saved, go_on, write_events
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import Conflict, DomainError, FieldError, InvalidInput
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.stream_auth import authenticate

FIELDS = {"decision": str, "remember": bool, "arguments": dict, "stream": bool}


async def confirmation_decide(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/turns/{id}/confirmations/{id}`: allow or deny; the turn goes on once nothing else is asked."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    body = _checked(await request.json())
    turn_id = request.params["turn"]
    confirmation, answered = await run_db(
        decide_confirmation,
        actor=actor,
        turn_id=turn_id,
        confirmation_id=request.params["confirmation"],
        decision=body["decision"],
        remember=body.get("remember", False),
        arguments=body.get("arguments"),
    )
    tell = ConfirmationDecided(confirmation.document)
    runtime().tell_waiting(turn_id, answered.stretch, answered.count, tell)
    state = await _went_on(actor, turn_id, answered)
    if body.get("stream"):
        await respond.start_events()
        await write_events(respond, follow_saved(actor, turn_id), html=request.query.get("render") == "html")
        await respond.finish()
        return
    await respond.json(200, confirmation.document | {"turn": {"id": turn_id, "state": state}})


async def _went_on(actor: Actor, turn_id: str, answered: Answered) -> str:
    """The turn's state now: it goes on unless something else is asked."""
    if not answered.ready:
        return "requires_action"
    try:
        await go_on(actor, turn_id)
    except NotConnectedYet:
        return "requires_action"
    except Conflict:  # another answer came at the same moment, and went on with it
        pass
    except DomainError:  # the answer says why it ended
        return "failed"
    return "streaming"


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    errors = [
        FieldError(name, "unknown_field", str(_("There is no such field.")))
        for name in body
        if name not in FIELDS
    ]
    errors += [
        FieldError(name, "invalid_type", str(_("This has the wrong type.")))
        for name, value in body.items()
        if name in FIELDS and not isinstance(value, FIELDS[name])
    ]
    if "decision" not in body:
        errors.append(FieldError("decision", "required", str(_("Choose allow or deny."))))
    if errors:
        raise InvalidInput(errors=errors)
    return body


DECIDE = described(
    "Answer what an answer waits for: allow or deny a call. With `stream` what follows comes as server-sent events",
    body={
        "decision": {"type": "string", "enum": ["allow", "deny"]},
        "remember": {"type": "boolean"},
        "arguments": {"type": "object"},
        "stream": {"type": "boolean"},
    },
    events=IN_WORDS,
)
ROUTES = (
    StreamRoute(
        "confirmation_decide",
        "POST",
        r"/api/v1/turns/(?P<turn>turn_\w+)/confirmations/(?P<confirmation>conf_\w+)",
        confirmation_decide,
        operation=DECIDE,
    ),
)
