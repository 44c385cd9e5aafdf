"""Tools that need nothing but the machine: the clock and the calculator."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.turns.arithmetic import LONGEST, evaluate
from assistants.turns.tools import ToolResult
from kernel.errors import InvalidInput
from kernel.registries import BuiltInTool
from providers.ports import ToolSchema


class Clock:
    """Says what time it is, here and elsewhere."""

    schema = ToolSchema(
        "clock",
        "The present date and time, in UTC and in a time zone. Call it before answering anything about today or now.",
        {
            "type": "object",
            "properties": {
                "time_zone": {
                    "type": "string",
                    "description": "IANA name such as Europe/Berlin; the person's own where you know it.",
                }
            },
            "additionalProperties": False,
        },
    )

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Looked at the clock")

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Read the clock."""
        now = datetime.now(UTC).replace(microsecond=0)
        lines, detail = [f"UTC: {_spoken(now)}"], {"utc": now.isoformat()}
        if name := arguments.get("time_zone"):
            there = now.astimezone(_zone(name))
            lines.append(f"{name}: {_spoken(there)}")
            detail |= {"time_zone": name, "local": there.isoformat()}
        return ToolResult("\n".join(lines), summary=lines[-1], detail=detail)


class Calculator:
    """Works out an expression, exactly."""

    schema = ToolSchema(
        "calculator",
        "Exact arithmetic on one expression: + - * / // % **, brackets, and abs, ceil, floor, max, min, round, sqrt, sum."
        " Use it for every calculation instead of working it out yourself.",
        {
            "type": "object",
            "properties": {
                "expression": {
                    "type": "string",
                    "description": "For example (1250 - 80) * 1.19",
                    "maxLength": LONGEST,
                }
            },
            "required": ["expression"],
            "additionalProperties": False,
        },
    )

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Calculated")

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Work out the expression."""
        expression = arguments.get("expression")
        if not isinstance(expression, str) or not expression.strip():
            raise InvalidInput.on("expression", "required", _("Give an expression to calculate."))
        result = evaluate(expression)
        shown = f"{expression.strip()} = {result}"
        return ToolResult(shown, summary=shown[:200], detail={"result": result})


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = _("There is no such time zone. Use a name such as Europe/Berlin.")
        raise InvalidInput.on("time_zone", "unknown", message) from None


def _spoken(moment: datetime) -> str:
    return f"{moment:%A} {moment.isoformat(sep=' ')}"


TOOLS = (
    BuiltInTool(
        "clock",
        gettext_lazy("Clock"),
        gettext_lazy("Knows today's date and the time, here and elsewhere."),
        lambda _context: Clock(),
        icon="clock",
        reads=gettext_lazy("The time"),
    ),
    BuiltInTool(
        "calculator",
        gettext_lazy("Calculator"),
        gettext_lazy("Calculates exactly instead of guessing."),
        lambda _context: Calculator(),
        icon="calculator",
    ),
)
