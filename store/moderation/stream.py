"""The streaming endpoints of moderators' tests: ask what a case is about, and answer what it asks back."""

import asyncio
from contextlib import suppress
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.decide_confirmation import decide_confirmation
from assistants.turns.events import IN_WORDS, ConfirmationDecided
from assistants.turns.runtime import RunningTurn, runtime
from assistants.turns.stream import follow_saved, go_on, write_events
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import Conflict, FieldError, InvalidInput
from organisations.permissions import Permission
from organisations.stream_auth import authenticate
from store.actions.open_case_test import open_case_test
from store.moderation.people import moderator_of
from store.moderation.testing import CaseTest, case_test_of, trying_actor
from store.stream import text_in
from store.trial.thread import remember, said_in

KEPT = 40  # questions and answers of a test
CASE = r"/api/v1/moderation/cases/(?P<case>case_\w+)"
# What keeps an answer after its reader left; held here, as nobody else does.
_keeping: set[asyncio.Task[None]] = set()


async def case_test(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/moderation/cases/{id}/test`: ask the version that the case is about; the answer comes as events."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    staff = await run_db(moderator_of, actor)
    case_id, text = request.params["case"], text_in(await request.json())
    test = await run_db(case_test_of, staff, case_id)
    opened = await run_db(
        open_case_test, staff=staff, case_id=case_id, text=text, language=translation.get_language() or ""
    )
    keeping = _keep_later(runtime().run(opened), test)
    await respond.start_events([(b"x-turn-id", opened.id.encode())])
    entries = follow_saved(await run_db(trying_actor, staff), opened.id)
    await write_events(respond, entries, html=request.query.get("render") == "html")
    await keeping  # whoever reloads the page at once finds the answer
    await respond.finish()


async def case_test_decide(request: StreamRequest, respond: Responder) -> None:
    """`POST …/cases/{id}/turns/{id}/confirmations/{id}`: allow or deny a call of a test; each is asked about."""
    actor = await authenticate(request, Permission.USE_ASSISTANTS)
    staff = await run_db(moderator_of, actor)
    body = _checked(await request.json())
    test = await run_db(case_test_of, staff, request.params["case"])
    asking, turn_id = await run_db(trying_actor, staff), request.params["turn"]
    confirmation, answered = await run_db(
        decide_confirmation,
        actor=asking,
        turn_id=turn_id,
        confirmation_id=request.params["confirmation"],
        **body,
    )
    tell = ConfirmationDecided(confirmation.document)
    runtime().tell_waiting(turn_id, answered.stretch, answered.count, tell)
    state = "requires_action"
    if answered.ready:
        with suppress(Conflict):  # another answer came at the same moment, and went on with it
            _keep_later(await go_on(asking, turn_id), test)
        state = "streaming"
    await respond.json(200, confirmation.document | {"turn": {"id": turn_id, "state": state}})


def _keep_later(running: RunningTurn, test: CaseTest) -> "asyncio.Task[None]":
    keeping = asyncio.create_task(_keep(running, test))
    _keeping.add(keeping)
    keeping.add_done_callback(_keeping.discard)
    return keeping


async def _keep(running: RunningTurn, test: CaseTest) -> None:
    """Keep what was asked and answered once the turn has ended; one that waits is kept by whoever goes on with it."""
    await asyncio.wait({running.task})
    if not running.paused:
        await remember(test.name, test.listing, said_in(running), most=KEPT)


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    kinds = {"decision": str, "arguments": dict}
    errors = [
        FieldError(name, "unknown_field", str(_("There is no such field.")))
        for name in body
        if name not in kinds
    ]
    errors += [
        FieldError(name, "invalid_type", str(_("This has the wrong type.")))
        for name, kind in kinds.items()
        if name in body and not isinstance(body[name], kind)
    ]
    if "decision" not in body:
        errors.append(FieldError("decision", "required", str(_("Choose allow or deny."))))
    if errors:
        raise InvalidInput(errors=errors)
    return body


ROUTES = (
    StreamRoute(
        "case_test",
        "POST",
        rf"{CASE}/test",
        case_test,
        operation=described(
            "Try exactly the version that a case is about, as a moderator; the answer comes as events",
            body={"text": {"type": "string"}},
            events=IN_WORDS,
        ),
    ),
    StreamRoute(
        "case_test_decide",
        "POST",
        rf"{CASE}/turns/(?P<turn>turn_\w+)/confirmations/(?P<confirmation>conf_\w+)",
        case_test_decide,
        operation=described(
            "Answer what a moderator's test waits for: allow or deny a call",
            body={
                "decision": {"type": "string", "enum": ["allow", "deny"]},
                "arguments": {"type": "object"},
            },
        ),
    ),
)
