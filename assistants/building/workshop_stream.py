"""The streaming endpoints of the workshop: say something to the builder, follow its answer, stop it.

What is said there belongs to all who may edit the assistant, so each of them may follow and stop an answer.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from django.utils import translation
from pydantic import Field

from assistants.building.actions.ask_builder import ask_builder, ask_builder_again
from assistants.building.models import WorkshopMessage
from assistants.building.queries import access_assistant
from assistants.building.specification import Part, parse_part
from assistants.building.workshop_queries import access_message
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.journal import Entry, parse_position
from assistants.turns.models import Turn
from assistants.turns.runtime import RunningTurn, follow, runtime
from assistants.turns.stream import saved_entries, write_events
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.stream_auth import authenticate


class SaidInput(Part):
    """What somebody says to the builder; with `again`, the last thing that was said is answered anew."""

    text: str = ""
    model: Annotated[str, Field(max_length=200)] = ""
    again: bool = False
    stream: bool = False


async def workshop_say(request: StreamRequest, respond: Responder) -> None:
    """`POST …/workshop/messages`: answer whole, or with `stream` as events. Edits happen while the answer is made."""
    actor = await authenticate(request, Permission.BUILD_ASSISTANTS)
    wanted = parse_part(SaidInput, await request.json())
    answer, opened = await run_db(_ask, actor, request.params["assistant"], wanted)
    running = runtime().run(opened)
    if wanted.stream:
        await _stream(request, respond, answer, running)
    else:
        await asyncio.wait({running.task})
        last = [entry async for entry in running.follow()][-1]
        await respond.json(200, {"turn": opened.id, "message": last.data["message"]})


def _ask(actor: Actor, assistant_id: str, wanted: SaidInput) -> tuple[WorkshopMessage, OpenedTurn]:
    language = translation.get_language() or ""
    if wanted.again:
        return ask_builder_again(
            actor=actor, assistant_id=assistant_id, model=wanted.model, language=language
        )
    return ask_builder(
        actor=actor, assistant_id=assistant_id, text=wanted.text, model=wanted.model, language=language
    )


async def _stream(
    request: StreamRequest, respond: Responder, answer: WorkshopMessage, running: RunningTurn
) -> None:
    headers = [(b"x-turn-id", running.opened.id.encode()), (b"x-message-id", answer.public_id.encode())]
    await respond.start_events(headers)
    await write_events(respond, running.follow(), html=request.query.get("render") == "html")
    await respond.finish()


async def workshop_events(request: StreamRequest, respond: Responder) -> None:
    """`GET …/workshop/messages/{id}/events`: an answer's events, resumed after `Last-Event-ID`."""
    actor = await authenticate(request, Permission.BUILD_ASSISTANTS)
    turn = await run_db(_turn, actor, request.params)
    position = parse_position(request.headers.get("last-event-id") or request.query.get("after"))
    await respond.start_events()
    html = request.query.get("render") == "html"
    await write_events(respond, _entries(actor, request.params, turn, position), html=html)
    await respond.finish()


async def workshop_stop(request: StreamRequest, respond: Responder) -> None:
    """`POST …/workshop/messages/{id}/stop`: end an answer; what it has changed so far stays."""
    actor = await authenticate(request, Permission.BUILD_ASSISTANTS)
    turn = await run_db(_turn, actor, request.params)
    if turn.is_open:
        await runtime().request_stop(turn.public_id)
    await respond.json(202, {"id": turn.public_id, "state": "stopping" if turn.is_open else turn.state})


def _turn(actor: Actor, params: dict[str, str]) -> Turn:
    with tenant_scope(actor.organisation):
        message = access_message(access_assistant(actor, params["assistant"]), params["message"])
        if message.turn is None:
            raise NotFound
        return message.turn


async def _entries(
    actor: Actor, params: dict[str, str], turn: Turn, position: tuple[int, int]
) -> AsyncIterator[Entry | None]:
    """A turn's events; once it has ended, what was saved of its end."""
    if turn.is_open:
        async for entry in follow(turn.public_id, sequence=position[0], characters=position[1]):
            if entry is None and not (turn := await run_db(_turn, actor, params)).is_open:
                break
            yield entry
        else:
            return
    for saved in saved_entries(turn):
        yield saved


BASE = r"/api/v1/assistants/(?P<assistant>asst_\w+)/workshop/messages"
ONE = BASE + r"/(?P<message>wmsg_\w+)"
SAY = described(
    "Say something to the builder; it edits the draft while it answers",
    body={
        "text": {"type": "string"},
        "model": {"type": "string"},
        "again": {"type": "boolean"},
        "stream": {"type": "boolean"},
    },
    events=True,
)
FOLLOW = described("Follow the builder's answer; Last-Event-ID resumes it", events=True)
STOP = described("Stop the builder; what it changed so far stays", status=202)
ROUTES = (
    StreamRoute("workshop_say", "POST", BASE, workshop_say, operation=SAY),
    StreamRoute("workshop_events", "GET", f"{ONE}/events", workshop_events, operation=FOLLOW),
    StreamRoute("workshop_stop", "POST", f"{ONE}/stop", workshop_stop, operation=STOP),
)
