"""A turn's events for browsers: the server renders and sanitises, the page only shows."""

import asyncio
from typing import Any

from django.template.loader import render_to_string

from assistants.turns.asking import asked_card
from assistants.turns.events import (
    ComputationFinished,
    ComputationRequested,
    ConfirmationDecided,
    ConfirmationRequested,
    ConnectionRequested,
    MessageFinished,
    MessageWaiting,
    Retrieved,
    StepsAdded,
    TextAdded,
    ToolFinished,
    ToolStarted,
    VerificationStarted,
    Verified,
)
from assistants.turns.journal import Entry
from assistants.turns.pausing import CONNECTION
from assistants.turns.steps import steps_of
from kernel.asgi import KEEP_ALIVE_SECONDS, Responder, event_bytes
from web.markdown import render

RENDER_SECONDS = 0.12
ASKS = frozenset({ConfirmationRequested.name, ConnectionRequested.name, ComputationRequested.name})
ASKED = ASKS | {ConfirmationDecided.name, ComputationFinished.name}


class HtmlWriter:
    """Adds `html` events with the answer so far, and `parts` with what stands around it.

    Args:
        again: much of it happened before; that comes in one burst, and is painted at its end.
    """

    def __init__(self, respond: Responder, *, again: bool = False) -> None:
        self._respond = respond
        self._text = ""
        self._dirty = False
        self._painted = asyncio.get_running_loop().time() if again else 0.0
        self._citations: list[int] = []
        self._parts = Parts()

    def due(self) -> float:
        """Seconds until the next paint is due."""
        if not self._dirty and not self._parts.changed:
            return KEEP_ALIVE_SECONDS
        return max(0.0, self._painted + RENDER_SECONDS - asyncio.get_running_loop().time())

    async def before(self, entry: Entry) -> None:
        """Look at an event before it is written."""
        if entry.name == TextAdded.name:
            self._text += entry.data["text"]
            self._dirty = True
            self._parts.answer_began()
            if self.due() <= 0:
                await self.paint()
            return
        self._parts.note(entry)
        if entry.name == Retrieved.name:
            self._citations = [passage["number"] for passage in entry.data["passages"]]
        elif entry.name == ToolFinished.name:
            self._citations += [found["number"] for found in entry.data["detail"].get("passages", ())]
        elif entry.name == MessageWaiting.name:
            self._dirty = (
                True  # nothing comes for minutes: what there is stands on the page without its caret
            )
        elif entry.name == MessageFinished.name:
            message = entry.data.get("message", {})
            self._text = message.get("text", self._text)
            self._citations = [item["number"] for item in message.get("citations", [])]
            self._dirty = bool(self._text)
            await self.paint()
        # What is asked of a person stands before them at once, however lately something was painted.
        if self._parts.changed and (entry.name in ASKS or self.due() <= 0):
            await self.paint()

    async def paint(self) -> None:
        """Send the answer so far."""
        if not self._dirty and not self._parts.changed:
            await self._respond.write(b": keep-alive\n\n")
            return
        self._painted = asyncio.get_running_loop().time()
        if self._parts.changed:
            await self._respond.write(event_bytes("parts", self._parts.rendered()))
        if self._dirty:
            self._dirty = False
            html = str(render(self._text, citations=self._citations))
            await self._respond.write(event_bytes("html", {"html": html}))


class Parts:
    """What stands around an answer while it is made: steps and tools, what is asked of the reader, its check."""

    def __init__(self) -> None:
        self.changed = False
        self._turn = ""
        self._steps = ""
        self._kept_steps: list[str] | None = None
        self._writing = False
        self._tools: dict[str, dict[str, Any]] = {}
        self._asked: dict[str, dict[str, Any]] = {}
        self._checking = False
        self._verification: dict[str, Any] | None = None

    def answer_began(self) -> None:
        """The answer itself is being written now: the steps fold."""
        if self._writing:
            self._writing, self.changed = False, True

    def note(self, entry: Entry) -> None:
        """Look at an event that is no piece of the answer."""
        match entry.name:
            case StepsAdded.name:
                self._steps += entry.data["text"]
                self._writing = True
            case ToolStarted.name:
                self._tools[entry.data["id"]] = entry.data | {"running": True}
                self._writing = False
                self._answered(entry.data["id"])
            case ToolFinished.name:
                self._tools[entry.data["id"]] = entry.data
            case name if name in ASKED:
                self._asked[entry.data["id"]] = entry.data
                self._writing = False
            case VerificationStarted.name:
                self._checking = True
            case Verified.name:
                self._checking, self._verification = False, entry.data
            case MessageFinished.name:
                self._checking = self._writing = False
                message = entry.data.get("message", {})
                self._kept_steps = message.get("steps")
                self._turn = message.get("turn", "")  # by now it is kept, and so are its tables
                if not (self._steps or self._tools or self._asked or self._verification):
                    return
                self._asked.clear()
            case _:
                return
        self.changed = True

    def _answered(self, call_id: str) -> None:
        """The turn went on: of this call, its own card tells from now on."""
        self._asked = {
            key: asked
            for key, asked in self._asked.items()
            if asked["kind"] != CONNECTION and asked["call"] != call_id
        }

    def rendered(self) -> dict[str, str]:
        """All of them as HTML; what has changed until now is in it."""
        self.changed = False
        steps = steps_of(self._steps) if self._kept_steps is None else self._kept_steps
        before = {"steps": steps, "writing": self._writing, "tools": list(self._tools.values())}
        before["turn"] = self._turn
        after = {"checking": self._checking, "verification": self._verification}
        return {
            "before": render_to_string("turns/before.html", before).strip(),
            "asked": "".join(asked_card(asked) for asked in self._asked.values()),
            "after": render_to_string("turns/after.html", after).strip(),
        }
