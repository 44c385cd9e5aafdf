"""The streaming endpoints of a turn: follow it, go on with it, stop it; and how a stream is written."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.turns.actions.end_waiting import end_waiting
from assistants.turns.actions.resume_turn import resume_turn
from assistants.turns.events import IN_WORDS, Cited, MessageFinished, TurnFailed
from assistants.turns.html import HtmlWriter
from assistants.turns.journal import Entry, parse_position
from assistants.turns.models import Turn
from assistants.turns.queries import access_turn, answer_document
from assistants.turns.runtime import RunningTurn, follow, runtime
from kernel.asgi import KEEP_ALIVE_SECONDS, Responder, StreamRequest, StreamRoute, described, event_bytes
from kernel.db import run_db
from kernel.errors import Conflict, DomainError, FieldError, InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.stream_auth import authenticate

HIGH = 1_000_000_000  # above the position of every event that was ever sent
FEW_LOOKS = 5


def _access(actor: Actor, turn_id: str) -> Turn:
    with tenant_scope(actor.organisation):
        return access_turn(actor, turn_id)


async def turn_events(request: StreamRequest, respond: Responder) -> None:
    """`GET /api/v1/turns/{id}/events`: the turn's events, resumed after `Last-Event-ID`."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    turn = await run_db(_access, actor, request.params["turn"])
    html = request.query.get("render") == "html"
    position = parse_position(request.headers.get("last-event-id") or request.query.get("after"))
    await respond.start_events()
    if turn.is_open:
        # A page is painted whole each time, so it is told from the beginning.
        entries = follow_saved(actor, turn.public_id, (0, 0) if html else position)
        await write_events(respond, entries, html=html, again=True)
    else:
        for entry in await run_db(saved_entries, turn):
            await respond.write(event_bytes(entry.name, entry.data, entry.position))
    await respond.finish()


async def turn_stop(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/turns/{id}/stop`: end the answer; what there is of it is kept."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    turn = await run_db(_access, actor, request.params["turn"])
    if turn.state == Turn.State.WAITING:
        await run_db(end_waiting, turn=turn)
        await _tell_end(actor, turn.public_id)
    elif turn.is_open:
        await runtime().request_stop(turn.public_id)
    await respond.json(202, {"id": turn.public_id, "state": "stopping" if turn.is_open else turn.state})


async def turn_continue(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/turns/{id}/continue`: go on with an answer that waited, once what it asked for is there."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    body = await request.json() if request.headers.get("content-type") else {}
    running = await go_on(actor, request.params["turn"], without=_without(body))
    await respond.json(202, {"id": running.opened.id, "state": "streaming"})


def _without(body: dict[str, object]) -> list[str]:
    errors = [
        FieldError(name, "unknown_field", str(_("There is no such field.")))
        for name in body
        if name != "without"
    ]
    ids: Any = body.get("without", [])
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        errors.append(FieldError("without", "invalid_type", str(_("This has the wrong type."))))
    if errors:
        raise InvalidInput(errors=errors)
    return list(ids)


async def go_on(actor: Actor, turn_id: str, *, without: Sequence[str] = ()) -> RunningTurn:
    """Take over a turn that waits, and run it in this process; where it may not go on any more, it ends and says why.

    Raises: as `resume_turn`.
    """
    try:
        opened = await run_db(
            resume_turn, actor=actor, turn_id=turn_id, runner=runtime().runner, without=without
        )
    except Conflict:
        raise
    except DomainError as error:
        # Access was withdrawn, or its model: waiting on would ask somebody in vain.
        await run_db(end_waiting, turn=await run_db(_access, actor, turn_id), refused=error)
        await _tell_end(actor, turn_id)
        raise
    return runtime().run(opened)


async def _tell_end(actor: Actor, turn_id: str) -> None:
    """Whoever watches a turn that ended while it waited sees it at once, and not with the next look at the database."""
    turn = await run_db(_access, actor, turn_id)
    if not turn.is_open:
        for entry in await run_db(saved_entries, turn):
            runtime().flusher.add(turn_id, entry)


async def follow_saved(
    actor: Actor, turn_id: str, position: tuple[int, int] = (0, 0)
) -> AsyncIterator[Entry | None]:
    """A turn's events; where its process died, the end that the sweeper saved."""
    quiet = 0
    async for entry in follow(turn_id, sequence=position[0], characters=position[1]):
        quiet = quiet + 1 if entry is None else 0
        # One that waits for a person is quiet for minutes: the database is not asked every second.
        if entry is None and (quiet < FEW_LOOKS or quiet % FEW_LOOKS == 0):
            turn = await run_db(_access, actor, turn_id)
            if not turn.is_open:
                for saved in await run_db(saved_entries, turn):
                    yield saved
                return
        yield entry


def saved_entries(turn: Turn) -> list[Entry]:
    """The end of a turn as events, from the database."""
    high, size = HIGH, len(turn.answer)
    entries = []
    document = answer_document(turn)
    if document["citations"]:
        entries.append(Entry(high, size, Cited.name, {"items": document["citations"]}))
    if turn.state == Turn.State.FAILED:
        entries.append(
            Entry(high + 1, size, TurnFailed.name, {"code": turn.error_code, "message": turn.error_message})
        )
    entries.append(Entry(high + 2, size, MessageFinished.name, {"message": document}))
    return entries


async def write_events(
    respond: Responder, entries: AsyncIterator[Entry | None], *, html: bool = False, again: bool = False
) -> None:
    """Write events as they come; with `html`, also the answer and its parts as safe HTML, at most every 120 ms.

    Args:
        again: much of it happened before, and is painted at once.
    """
    writer = HtmlWriter(respond, again=again) if html else None
    iterator = entries.__aiter__()
    pending: asyncio.Task[Entry | None] | None = None
    while True:
        pending = pending or asyncio.ensure_future(_next(iterator))
        timeout = writer.due() if writer else KEEP_ALIVE_SECONDS
        done, _ = await asyncio.wait({pending}, timeout=timeout)
        if not done:
            await (writer.paint() if writer else respond.write(b": keep-alive\n\n"))
            continue
        try:
            entry = pending.result()
        except StopAsyncIteration:
            return
        pending = None
        if entry is None:
            await respond.write(b": keep-alive\n\n")
        else:
            if writer:
                await writer.before(entry)
            await respond.write(event_bytes(entry.name, entry.data, entry.position))


async def _next(iterator: AsyncIterator[Entry | None]) -> Entry | None:
    return await iterator.__anext__()


FOLLOW = described("Follow an answer; Last-Event-ID resumes it", events=IN_WORDS)
CONTINUE = described(
    "Go on with an answer that waited for a connection, or without it; confirmations go on by themselves",
    body={"without": {"type": "array", "items": {"type": "string"}}},
    status=202,
)
STOP = described("Stop an answer; what there is of it is kept", status=202)
ROUTES = (
    StreamRoute(
        "turn_events", "GET", r"/api/v1/turns/(?P<turn>turn_\w+)/events", turn_events, operation=FOLLOW
    ),
    StreamRoute(
        "turn_continue",
        "POST",
        r"/api/v1/turns/(?P<turn>turn_\w+)/continue",
        turn_continue,
        operation=CONTINUE,
    ),
    StreamRoute("turn_stop", "POST", r"/api/v1/turns/(?P<turn>turn_\w+)/stop", turn_stop, operation=STOP),
)
