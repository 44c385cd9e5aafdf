"""Tools that a model may call in a turn: what they are, and how a call is run.

A tool never breaks a turn: whatever goes wrong in one is told to the model as data.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Protocol, runtime_checkable

import orjson
import structlog
from django.utils.translation import gettext as _

from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.trust import Trust
from kernel.errors import DomainError
from organisations.actors import Actor
from providers.ports import ToolCall, ToolSchema

MOST_CHARACTERS = 100_000  # of one result
EDITED = "The person changed the arguments before they allowed it; sent was {arguments}\n"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call gave.

    Attributes:
        content: what the model reads.
        summary: the same in a few words for people; empty where there is nothing to add to the tool's label.
        detail: JSON values for whoever shows the call.
        untrusted: the content came from outside, and may hold instructions to the model.
    """

    content: str
    ok: bool = True
    summary: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    untrusted: bool = False


class Tool(Protocol):
    """One tool."""

    @property
    def schema(self) -> ToolSchema:
        """Its name, what it does and a JSON schema of its arguments, for the model."""
        ...

    @property
    def label(self) -> str:
        """What it does, for people: "Looked at the clock"."""
        ...

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Do it. A DomainError is told to the model in its own words."""
        ...


@dataclass(frozen=True, slots=True)
class Intention:
    """What a call would do outside.

    Attributes:
        action: public id of the action, or the name of a built-in tool; action_name for people. operation: its key.
        host: where it goes. method, url: what is sent there. risk: reads, writes or destroys.
        consequential: what the operation says of itself: always ask, never ask, or nothing.
        arguments: as they are sent. schema: the JSON schema that they follow.
        organisation_id: whose action it is; None for a built-in tool.
        chosen_host: an administrator or an operator named the host: no model has a say in where a call goes.
        stays_home: that host belongs to the organisation of who asks, so that nothing that is sent leaves it.
        connector: name, title and icon (path data) of the ready-made connector that the action is of; None for others.
    """

    action: str
    action_name: str
    operation: str
    label: str
    host: str
    method: str
    url: str
    arguments: Mapping[str, Any]
    schema: Mapping[str, Any]
    risk: str = "reads"
    consequential: bool | None = None
    organisation_id: int | None = None
    chosen_host: bool = False
    stays_home: bool = False
    connector: Mapping[str, str] | None = None

    @property
    def reads(self) -> bool:
        """Whether it changes nothing there."""
        return self.risk == "reads"


@runtime_checkable
class OutsideTool(Protocol):
    """A tool that reaches outside: the gate looks at what it would do before it does it."""

    async def intend(self, arguments: dict[str, Any]) -> Intention:
        """What the call would do. Raises a DomainError where the arguments do not work, Paused where a connection lacks."""
        ...


@runtime_checkable
class RemoteTool(Protocol):
    """A tool whose work is done on the person's side, while the turn waits."""

    async def fetch(self, call: ToolCall, arguments: dict[str, Any]) -> Tool:
        """The tool that runs this very call with what was worked out for it. Raises a DomainError where the arguments do
        not work or nobody can work it out, Paused where that has still to be done.
        """
        ...


@dataclass(frozen=True, slots=True)
class TurnContext:
    """The turn that tools are made for.

    Attributes:
        thread_id: of the conversation, in whatever room; empty where there is none.
        can_wait: whether there is somebody who can be asked while it runs.
        declined: ids of connections that they were asked for and go on without.
        computed: what their side has worked out for calls, by the calls' ids; unchecked words from outside.
        resumed: whether it has waited for them before: only then can calls of it have been decided about.
    """

    turn_id: str
    thread_id: str
    actor: Actor
    plan: AssistantPlan
    surface: str
    sources: Sources
    trust: Trust
    can_wait: bool
    declined: frozenset[str] = frozenset()
    computed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Permit:
    """A call may be made, with these arguments.

    `claim` makes sure that it is made once, and says whether it may still be. `done` is told what came of it, and how many
    milliseconds it took, where the tool itself does not write that down.
    """

    arguments: dict[str, Any]
    hosts: tuple[str, ...] = ()
    confirmed: bool = False
    claim: Callable[[], Awaitable[bool]] | None = None
    done: Callable[[ToolResult, int], Awaitable[None]] | None = None


Gate = Callable[[TurnContext, ToolCall, Intention], Awaitable[Permit]]


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """A call that was run, as it is kept and shown.

    Attributes:
        confirmed: a person allowed this very call. sent: the arguments as JSON, where they changed them.
    """

    call: ToolCall
    label: str
    result: ToolResult
    milliseconds: int
    confirmed: bool = False
    sent: str = ""

    def document(self) -> dict[str, Any]:
        """Its public form."""
        return {
            "id": self.call.id,
            "name": self.call.name,
            "label": self.label,
            "arguments": self.sent or self.call.arguments,
            "confirmed": self.confirmed,
            "ok": self.result.ok,
            "summary": self.result.summary,
            "detail": dict(self.result.detail),
            "untrusted": self.result.untrusted,
            "milliseconds": self.milliseconds,
        }


@dataclass(frozen=True, slots=True)
class ReadyCall:
    """A call that may be run now. `refusal` is what the model is told instead, where it may not."""

    call: ToolCall
    tool: Tool | None = None
    permit: Permit | None = None
    parallel: bool = True
    refusal: ToolResult | None = None

    @property
    def edited(self) -> str:
        """Its arguments as JSON, where a person changed what the model asked for; else nothing."""
        if self.permit is None or not self.permit.confirmed:
            return ""
        if self.permit.arguments == orjson.loads(self.call.arguments or "{}"):
            return ""
        return orjson.dumps(self.permit.arguments).decode()


class Toolbox:
    """The tools of one turn; they stay the same while it lasts."""

    def __init__(
        self, tools: Sequence[Tool] = (), *, context: TurnContext | None = None, gate: Gate | None = None
    ) -> None:
        self._tools = {tool.schema.name: tool for tool in tools}
        self._context, self._gate = context, gate
        self.schemas: tuple[ToolSchema, ...] = tuple(tool.schema for tool in tools)

    def __bool__(self) -> bool:
        return bool(self._tools)

    @property
    def most_cost(self) -> int:
        """What the calls of all tools may cost in a turn, in micro-units: kept for them before it begins."""
        return sum(getattr(tool, "most_cost", 0) for tool in self._tools.values())

    def label(self, name: str) -> str:
        """A tool's words for people; the name itself where there is no such tool."""
        tool = self._tools.get(name)
        return tool.label if tool else name

    async def prepare(self, call: ToolCall) -> ReadyCall:
        """Look at a call before it is made: its arguments, and whether it may be made at all.

        Raises:
            Paused: a person has to be asked first.
        """
        tool = self._tools.get(call.name)
        if tool is None:
            names = ", ".join(self._tools) or "none"
            return ReadyCall(call, refusal=_refused(f"There is no tool {call.name}. Use one of: {names}."))
        try:
            arguments = orjson.loads(call.arguments or "{}")
        except orjson.JSONDecodeError as error:
            return ReadyCall(call, refusal=_refused(f"The arguments are no JSON: {error}"))
        if not isinstance(arguments, dict):
            return ReadyCall(call, refusal=_refused("The arguments have to be a JSON object."))
        if isinstance(tool, RemoteTool):
            return await self._remote(call, tool, arguments)
        if not isinstance(tool, OutsideTool):
            # In the model's order: such a tool may write a draft, or number what it finds.
            return ReadyCall(call, tool, Permit(arguments), parallel=False)
        return await self._outside(call, tool, arguments)

    async def _remote(self, call: ToolCall, tool: RemoteTool, arguments: dict[str, Any]) -> ReadyCall:
        try:
            return ReadyCall(call, await tool.fetch(call, arguments), Permit(arguments), parallel=False)
        except DomainError as error:
            return ReadyCall(call, refusal=_refused(_in_words(error), str(error.message), code=error.code))

    async def _outside(self, call: ToolCall, tool: Any, arguments: dict[str, Any]) -> ReadyCall:
        assert self._gate and self._context, "a tool that reaches outside needs a gate"
        try:
            intention = await tool.intend(arguments)
            permit = await self._gate(self._context, call, intention)
        except DomainError as error:
            refusal = _refused(_in_words(error), str(error.message), code=error.code)
            return ReadyCall(call, refusal=refusal)
        return ReadyCall(call, tool, permit, parallel=intention.reads and not permit.claim)

    async def run(self, ready: ReadyCall) -> FinishedCall:
        """Run one call to its end."""
        started = perf_counter()
        result = ready.refusal or await self._result(ready)
        if result.untrusted and self._context:
            self._context.trust.tainted = True
        took = round((perf_counter() - started) * 1000)
        if ready.permit and ready.permit.done and ready.refusal is None:
            await ready.permit.done(result, took)
        confirmed = bool(ready.permit and ready.permit.confirmed)
        return FinishedCall(
            ready.call, self.label(ready.call.name), result, took, confirmed, sent=ready.edited
        )

    async def _result(self, ready: ReadyCall) -> ToolResult:
        tool, permit = ready.tool, ready.permit
        assert tool and permit
        try:
            if permit.claim and not await permit.claim():
                return _refused(
                    "This call was made already, or its confirmation has lapsed. It was not repeated."
                )
            if permit.hosts and self._context:
                self._context.trust.called(permit.hosts, confirmed=permit.confirmed)
            result = await tool.run(permit.arguments)
        except DomainError as error:
            # Some errors are told in the words of whoever was called.
            untrusted = bool(getattr(error, "untrusted", False))
            result = _refused(_in_words(error), str(error.message), untrusted=untrusted)
        except Exception:
            logger.exception("tool_failed", tool=ready.call.name)
            return _refused("The tool failed on our side. Go on without it.", _("It failed on our side."))
        if edited := ready.edited:
            return replace(result, content=EDITED.format(arguments=edited) + result.content)
        return result


NO_TOOLS = Toolbox()


def _refused(content: str, summary: str = "", *, untrusted: bool = False, code: str = "") -> ToolResult:
    detail = {"code": code} if code else {}
    return ToolResult(
        content[:MOST_CHARACTERS], ok=False, summary=summary, detail=detail, untrusted=untrusted
    )


def _in_words(error: DomainError) -> str:
    fields = "; ".join(f"{item.field}: {item.message}" for item in error.errors)
    return f"{error.message} {fields}".strip()
