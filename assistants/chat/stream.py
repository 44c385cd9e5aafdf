"""The streaming endpoints of a conversation: ask, and answer again."""

import asyncio
from typing import Any

import orjson
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from assistants.chat.actions.post_message import post_message, regenerate_answer
from assistants.chat.models import Message
from assistants.turns.actions.open_turn import OpenedTurn
from assistants.turns.events import IN_WORDS
from assistants.turns.runtime import RunningTurn, runtime
from assistants.turns.stream import follow_saved, write_events
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import FieldError, InvalidInput
from organisations.actors import Actor
from organisations.api import idempotency
from organisations.permissions import Permission
from organisations.stream_auth import authenticate

FIELDS = {"text": str, "stream": bool, "parent": str}
Asked = tuple[Message, OpenedTurn]


async def message_create(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/conversations/{id}/messages`: ask, and get the answer whole or as events."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    body = _checked(await request.json(), FIELDS)
    if "text" not in body:
        raise InvalidInput.on("text", "required", _("Write a question first."))

    async def ask() -> Asked:
        return await run_db(
            post_message,
            actor=actor,
            conversation_id=request.params["conversation"],
            text=body["text"],
            parent=body.get("parent"),
            language=translation.get_language(),
        )

    await _respond(request, respond, actor, body, ask)


async def message_regenerate(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/conversations/{id}/messages/{id}/regenerate`: answer again, keeping the first answer."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    body = _checked(await request.json(), {"stream": bool})

    async def ask() -> Asked:
        return await run_db(
            regenerate_answer,
            actor=actor,
            conversation_id=request.params["conversation"],
            message_id=request.params["message"],
            language=translation.get_language(),
        )

    await _respond(request, respond, actor, body, ask)


async def _respond(
    request: StreamRequest, respond: Responder, actor: Actor, body: dict[str, Any], ask: Any
) -> None:
    if body.get("stream"):
        question, opened = await ask()
        await _stream(request, respond, actor, question, runtime().run(opened))
        return
    key = request.headers.get("idempotency-key", "")
    claim = await idempotency.begin_async(actor, key, _fingerprint(request, body)) if key else None
    if isinstance(claim, idempotency.StoredResponse):
        await respond.json(claim.status, orjson.loads(claim.body), [(b"idempotent-replayed", b"true")])
        return
    try:
        document = await _answered(ask)
    except BaseException:
        if claim:
            await idempotency.release_async(claim)
        raise
    if claim:
        stored = idempotency.StoredResponse(200, "application/json", orjson.dumps(document), {})
        await idempotency.finish_async(claim, stored)
    await respond.json(200, document)


def _fingerprint(request: StreamRequest, body: dict[str, Any]) -> str:
    return idempotency.fingerprint_of(
        request.method, request.path, [orjson.dumps(body, option=orjson.OPT_SORT_KEYS)]
    )


async def _answered(ask: Any) -> dict[str, Any]:
    _question, opened = await ask()
    running = runtime().run(opened)
    # The caller may leave: the turn goes on without it, and ends in a saved answer.
    await asyncio.wait({running.task})
    entries = [entry async for entry in running.follow()]
    return {"turn": opened.id, "message": entries[-1].data["message"]}


async def _stream(
    request: StreamRequest, respond: Responder, actor: Actor, question: Message, running: RunningTurn
) -> None:
    headers = [(b"x-turn-id", running.opened.id.encode()), (b"x-question-id", question.public_id.encode())]
    await respond.start_events(headers)
    await write_events(
        respond, follow_saved(actor, running.opened.id), html=request.query.get("render") == "html"
    )
    await respond.finish()


def _checked(body: dict[str, Any], fields: dict[str, type]) -> dict[str, Any]:
    errors = [
        FieldError(name, "unknown_field", str(_("There is no such field.")))
        for name in body
        if name not in fields
    ]
    errors += [
        FieldError(name, "invalid_type", str(_("This has the wrong type.")))
        for name, value in body.items()
        if name in fields and not isinstance(value, fields[name])
    ]
    if errors:
        raise InvalidInput(errors=errors)
    return body


BASE = r"/api/v1/conversations/(?P<conversation>conv_\w+)/messages"
ASK = described(
    "Ask; the answer comes whole, or with `stream` as server-sent events",
    body={"text": {"type": "string"}, "stream": {"type": "boolean"}, "parent": {"type": "string"}},
    events=IN_WORDS,
)
AGAIN = described(
    "Answer again, keeping the first answer", body={"stream": {"type": "boolean"}}, events=IN_WORDS
)
ROUTES = (
    StreamRoute("message_create", "POST", BASE, message_create, operation=ASK),
    StreamRoute(
        "message_regenerate",
        "POST",
        BASE + r"/(?P<message>msg_\w+)/regenerate",
        message_regenerate,
        operation=AGAIN,
    ),
)
