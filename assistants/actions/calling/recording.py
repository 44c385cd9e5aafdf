"""What is written down of every call: who, where, with what, and what came of it. Never a secret."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from assistants.actions.metrics_of import count_call
from assistants.actions.models import ActionCall
from assistants.turns.tools import Intention, TurnContext
from kernel.errors import DomainError
from kernel.tenancy import tenant_scope

LONGEST = 300  # characters of one value
MOST = 60  # values
HIDDEN = "•••"
_SECRET = re.compile(
    r"pass|secret|token|api_?key|authori[sz]ation|credential|cookie|signature|\bpin\b", re.IGNORECASE
)

# The confirmation by which the call is made that runs in this task; each call of a turn has a task of its own.
confirmed_by: ContextVar[str] = ContextVar("confirmed_by", default="")


@dataclass(slots=True)
class Made:
    """What came of a call.

    Attributes:
        status: of the HTTP answer. sent, received: bytes of the bodies.
        confirmation_id: by whose word; the one that was claimed in this task where it is empty.
    """

    outcome: str
    status: int | None = None
    error_code: str = ""
    connection_id: str = ""
    confirmation_id: str = ""
    sent: int = 0
    received: int = 0
    milliseconds: int = 0


def record_refusal(
    context: TurnContext, intention: Intention, error: DomainError, *, confirmation_id: str = ""
) -> None:
    """Write down a call that was not made.

    Args:
        confirmation_id: of the question that a person answered with no.
    """
    outcome = ActionCall.Outcome.DENIED if error.code == "call_denied" else ActionCall.Outcome.REFUSED
    record_call(context, intention, Made(outcome, error_code=error.code, confirmation_id=confirmation_id))


def record_call(context: TurnContext, intention: Intention, made: Made) -> None:
    """Write down a call, in a transaction of its own."""
    actor, plan = context.actor, context.plan
    with tenant_scope(actor.organisation, durable=True):
        ActionCall.objects.create(
            organisation=actor.organisation,
            user=actor.user,
            api_key_id=actor.api_key_id,
            turn_id=context.turn_id,
            surface=context.surface,
            assistant_id=plan.assistant_id,
            assistant_name=plan.assistant_name,
            version_id=plan.version_id or "",
            creator_organisation_id=plan.creator_organisation_id,
            action_id=intention.action,
            action_name=intention.action_name,
            operation=intention.operation,
            method=intention.method,
            host=intention.host,
            arguments=redacted(intention.arguments),
            outcome=made.outcome,
            status=made.status,
            error_code=made.error_code,
            tainted=context.trust.tainted,
            confirmation_id=made.confirmation_id or confirmed_by.get(),
            connection_id=made.connection_id,
            bytes_sent=made.sent,
            bytes_received=made.received,
            milliseconds=made.milliseconds,
        )
    count_call(made.outcome, made.milliseconds)


def redacted(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments without what looks like a secret; long values are cut, and there are not too many of them."""
    left = [MOST]
    return {str(name): _value(str(name), value, left) for name, value in arguments.items() if _one(left)}


def _value(name: str, value: Any, left: list[int]) -> Any:
    if _SECRET.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(key): _value(str(key), inner, left) for key, inner in value.items() if _one(left)}
    if isinstance(value, list):
        return [_value(name, inner, left) for inner in value if _one(left)]
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}…"
    return value


def _one(left: list[int]) -> bool:
    left[0] -= 1
    return left[0] >= 0
