"""Tools that a model may call in a turn: what they are, and how a call is run.

A tool never breaks a turn: whatever goes wrong in one is told to the model as data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import orjson
import structlog
from django.utils.translation import gettext as _

from kernel.errors import DomainError
from providers.ports import ToolCall, ToolSchema

MOST_CHARACTERS = 100_000  # of one result
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call gave.

    Attributes:
        content: what the model reads.
        summary: the same in a few words for people; empty where there is nothing to add to the tool's label.
        detail: JSON values for whoever shows the call.
    """

    content: str
    ok: bool = True
    summary: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


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
class FinishedCall:
    """A call that was run, as it is kept and shown."""

    call: ToolCall
    label: str
    result: ToolResult
    milliseconds: int

    def document(self) -> dict[str, Any]:
        """Its public form."""
        return {
            "id": self.call.id,
            "name": self.call.name,
            "label": self.label,
            "arguments": self.call.arguments,
            "ok": self.result.ok,
            "summary": self.result.summary,
            "detail": dict(self.result.detail),
            "milliseconds": self.milliseconds,
        }


class Toolbox:
    """The tools of one turn; they stay the same while it lasts."""

    def __init__(self, tools: Sequence[Tool] = ()) -> None:
        self._tools = {tool.schema.name: tool for tool in tools}
        self.schemas: tuple[ToolSchema, ...] = tuple(tool.schema for tool in tools)

    def __bool__(self) -> bool:
        return bool(self._tools)

    def label(self, name: str) -> str:
        """A tool's words for people; the name itself where there is no such tool."""
        tool = self._tools.get(name)
        return tool.label if tool else name

    async def run(self, call: ToolCall) -> FinishedCall:
        """Run one call to its end."""
        started = perf_counter()
        result = await self._result(call)
        took = round((perf_counter() - started) * 1000)
        return FinishedCall(call, self.label(call.name), result, took)

    async def _result(self, call: ToolCall) -> ToolResult:
        tool = self._tools.get(call.name)
        if tool is None:
            return _refused(f"There is no tool {call.name}. Use one of: {', '.join(self._tools) or 'none'}.")
        try:
            arguments = orjson.loads(call.arguments or "{}")
        except orjson.JSONDecodeError as error:
            return _refused(f"The arguments are no JSON: {error}")
        if not isinstance(arguments, dict):
            return _refused("The arguments have to be a JSON object.")
        try:
            result = await tool.run(arguments)
        except DomainError as error:
            return _refused(_in_words(error), str(error.message))
        except Exception:
            logger.exception("tool_failed", tool=call.name)
            return _refused("The tool failed on our side. Go on without it.", _("It failed on our side."))
        return result


NO_TOOLS = Toolbox()


def _refused(content: str, summary: str = "") -> ToolResult:
    return ToolResult(content[:MOST_CHARACTERS], ok=False, summary=summary)


def _in_words(error: DomainError) -> str:
    fields = "; ".join(f"{item.field}: {item.message}" for item in error.errors)
    return f"{error.message} {fields}".strip()
