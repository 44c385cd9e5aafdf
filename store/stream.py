"""The streaming endpoint of trials: a stranger asks, and watches the answer come."""

import asyncio
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from assistants.turns.events import IN_WORDS
from assistants.turns.runtime import RunningTurn, runtime
from assistants.turns.stream import write_events
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.queries import anonymous_actor
from organisations.stream_auth import check_csrf
from store.actions.open_trial_turn import MAX_LENGTH, TOO_LONG, open_trial_turn
from store.models import Listing
from store.queries import visible_listing
from store.trial.limits import may_try, take_turn
from store.trial.questions import checked_question
from store.trial.thread import Said, give_back, read_thread, remember, said_in, take_own_turn
from store.trial.visitor import visitor_in

MAX_BODY = 32 * 1024
# What keeps an answer after its reader left; held here, as nobody else does.
_keeping: set[asyncio.Task[None]] = set()


class VisitorUnknown(Conflict):
    code = "visitor_unknown"
    user_message = _(
        "Your browser keeps no cookies, or a day went by. Allow them, reload the page and try again."
    )


async def trial_ask(request: StreamRequest, respond: Responder) -> None:
    """`POST /api/v1/store/listings/{slug}/trial`: ask without an account; the answer comes as events."""
    check_csrf(request)
    visitor = visitor_in(request.cookies)
    if not visitor:
        raise VisitorUnknown
    text = checked_question(text_in(await request.json(MAX_BODY)), most=MAX_LENGTH, too_long=TOO_LONG)
    actor = await run_db(anonymous_actor, request_id=request.request_id, ip=request.client_ip)
    listing, thread = await run_db(_look, actor, request.params["slug"], visitor)
    await take_own_turn(visitor, listing)
    try:
        await take_turn(listing, request.client_ip)
        opened = await run_db(
            open_trial_turn,
            actor=actor,
            slug=request.params["slug"],
            text=text,
            thread=thread,
            language=translation.get_language() or "",
        )
    except BaseException:
        await give_back(visitor, listing)
        raise
    running = runtime().run(opened)
    keeping = asyncio.create_task(_keep(running, visitor, listing))
    _keeping.add(keeping)
    keeping.add_done_callback(_keeping.discard)
    await _stream(request, respond, running, keeping)


def _look(actor: Actor, slug: str, visitor: str) -> tuple[Listing, list[Said]]:
    with tenant_scope(actor.organisation):
        listing = visible_listing(actor, slug)
    if not may_try(listing):
        raise NotFound
    return listing, read_thread(visitor, listing)


async def _stream(
    request: StreamRequest, respond: Responder, running: RunningTurn, keeping: asyncio.Task[None]
) -> None:
    await respond.start_events([(b"x-turn-id", running.opened.id.encode())])
    html = request.query.get("render") == "html"
    writing = asyncio.create_task(write_events(respond, running.follow(), html=html))
    gone = asyncio.create_task(request.disconnected())
    try:
        await asyncio.wait({writing, gone}, return_when=asyncio.FIRST_COMPLETED)
        if writing.done():
            await writing
            await keeping  # whoever reloads the page at once finds the answer
            await respond.finish()
    finally:
        gone.cancel()
        writing.cancel()
        if not running.finished:  # nobody reads it any more, and somebody else pays
            running.stop()


async def _keep(running: RunningTurn, visitor: str, listing: Listing) -> None:
    """Keep what was asked and answered once the turn has ended, however it did."""
    await asyncio.wait({running.task})
    await remember(visitor, listing, said_in(running))


def text_in(body: dict[str, Any]) -> str:
    """The question in a body that holds nothing else.

    Raises:
        InvalidInput: something else is in it, or it is no text.
    """
    errors = [
        FieldError(name, "unknown_field", str(_("There is no such field.")))
        for name in body
        if name != "text"
    ]
    if not isinstance(body.get("text", ""), str):
        errors.append(FieldError("text", "invalid_type", str(_("This has the wrong type."))))
    if errors:
        raise InvalidInput(errors=errors)
    return str(body.get("text", ""))


TRIAL = StreamRoute(
    "trial_ask",
    "POST",
    r"/api/v1/store/listings/(?P<slug>[-a-zA-Z0-9_]+)/trial",
    trial_ask,
    public=True,
    operation=described(
        "Try an assistant without an account, from its page: a few questions a day, answered as events",
        body={"text": {"type": "string"}},
        events=IN_WORDS,
    ),
)
