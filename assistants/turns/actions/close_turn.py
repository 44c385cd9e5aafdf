"""Close a turn: the answer, its citations and what it cost, in one transaction; once, whoever comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from billing.actions.settle import UsageInput, settle
from kernel.tenancy import tenant_scope
from providers.catalogue import PriceSnapshot

# Written out in SQL: this runs for every question, and building a queryset costs more than the query.
CLOSE = """
UPDATE turns_turn SET state = %(state)s, answer = %(answer)s, citations = %(citations)s, error_code = %(error_code)s,
  error_message = %(error_message)s, input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s,
  finished_at = now()
WHERE organisation_id = %(organisation)s AND public_id = %(turn)s AND finished_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended.

    Attributes:
        state: complete, stopped or failed.
        text: the answer, or what there is of it.
    """

    state: str
    text: str = ""
    citations: Sequence[dict[str, Any]] = field(default_factory=list)
    error_code: str = ""
    error_message: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    model_was_called: bool = True
    finish_reason: str = ""


@dataclass(frozen=True, slots=True)
class TurnIdentity:
    """Whose turn it is and what it is charged to."""

    id: str
    organisation_id: int
    product: str
    product_name: str
    model_id: str
    provider: str
    price: PriceSnapshot | None
    user_id: int | None
    api_key_id: int | None
    keep_text: bool = True


def close_turn(*, identity: TurnIdentity, outcome: Outcome) -> bool:
    """Save the end of a turn and settle its reservation.

    Returns:
        Whether this call closed it; False where it was closed already, which changes nothing.
    """
    with tenant_scope(identity.organisation_id, durable=True):
        closed = _note_end(identity, outcome)
        if closed:
            settle(
                organisation=identity.organisation_id,
                reference=identity.id,
                usages=[_usage(identity, outcome)] if outcome.model_was_called else [],
            )
    return closed


def _note_end(identity: TurnIdentity, outcome: Outcome) -> bool:
    kept = identity.keep_text
    values: dict[str, Any] = {
        "organisation": identity.organisation_id,
        "turn": identity.id,
        "state": outcome.state,
        "answer": outcome.text if kept else "",
        "citations": orjson.dumps(list(outcome.citations) if kept else []).decode(),
        "error_code": outcome.error_code,
        "error_message": outcome.error_message,
        "input_tokens": outcome.input_tokens,
        "output_tokens": outcome.output_tokens,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)
        return bool(cursor.rowcount)


def _usage(identity: TurnIdentity, outcome: Outcome) -> UsageInput:
    return UsageInput(
        ordinal=0,
        kind="chat",
        product=identity.product,
        product_name=identity.product_name,
        model=identity.model_id,
        provider=identity.provider,
        input_tokens=outcome.input_tokens,
        output_tokens=outcome.output_tokens,
        price=identity.price,
        user_id=identity.user_id,
        api_key_id=identity.api_key_id,
        estimated=outcome.estimated,
    )
