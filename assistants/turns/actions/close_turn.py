"""Close a turn: the answer, its citations and what it cost, in one transaction; once, whoever comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from billing.actions.settle import UsageInput, settle
from billing.metering.usages import TOOL
from kernel.tenancy import tenant_scope
from providers.catalogue import PriceSnapshot

# Written out in SQL: this runs for every question, and building a queryset costs more than the query.
CLOSE = """
UPDATE turns_turn SET state = %(state)s, answer = %(answer)s, citations = %(citations)s,
  tool_calls = %(tool_calls)s, steps = %(steps)s, verification = %(verification)s, fallback = %(fallback)s,
  model_id = COALESCE(NULLIF(%(model)s, ''), model_id), error_code = %(error_code)s, error_message = %(error_message)s, input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s,
  finished_at = now()
WHERE organisation_id = %(organisation)s AND public_id = %(turn)s AND finished_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """One call of a model, to be charged.

    Attributes:
        kind: what it was for: chat, or a second pass over the answer.
        estimated: the tokens were counted by us, because the provider said nothing.
        cached_tokens, reasoning_tokens: parts of those read and written, see `providers.ports.Usage`.
        quantity, unit, unit_price: what is not counted in tokens, as `RetrievalUse` has it.
    """

    model_id: str
    provider: str
    price: PriceSnapshot | None
    input_tokens: int
    output_tokens: int
    estimated: bool = False
    kind: str = "chat"
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    quantity: int = 0
    unit: str = ""
    unit_price: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended.

    Attributes:
        state: complete, stopped or failed.
        text: the answer, or what there is of it. steps: how it was got to.
        verification: what holding it against its sources gave.
        model_id: the model that answered; empty where it is the one that the turn was opened with.
        fallback: where another model answered: its name, and id and name of the one that did not.
        uses: the calls of models, in their order; none where no model was asked.
    """

    state: str
    text: str = ""
    citations: Sequence[dict[str, Any]] = field(default_factory=list)
    tool_calls: Sequence[dict[str, Any]] = field(default_factory=list)
    steps: Sequence[str] = ()
    verification: dict[str, Any] | None = None
    model_id: str = ""
    fallback: dict[str, str] | None = None
    error_code: str = ""
    error_message: str = ""
    uses: Sequence[ModelUse] = ()
    finish_reason: str = ""

    @property
    def input_tokens(self) -> int:
        """What all calls read."""
        return sum(use.input_tokens for use in self.uses)

    @property
    def output_tokens(self) -> int:
        """What all calls wrote."""
        return sum(use.output_tokens for use in self.uses)


@dataclass(frozen=True, slots=True)
class TurnIdentity:
    """Whose turn it is and what it is charged to. `earner_id` is the creator's organisation, where another one asks."""

    id: str
    organisation_id: int
    product: str
    product_name: str
    user_id: int | None
    api_key_id: int | None
    keep_text: bool = True
    earner_id: int | None = None


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
                usages=[
                    *(_usage(identity, ordinal, use) for ordinal, use in enumerate(outcome.uses)),
                    *_tools(identity, outcome),
                ],
                answered=outcome.state != "failed" and bool(outcome.text),
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
        "tool_calls": orjson.dumps(list(outcome.tool_calls) if kept else []).decode(),
        "steps": orjson.dumps(list(outcome.steps) if kept else []).decode(),
        "verification": orjson.dumps(outcome.verification).decode()
        if outcome.verification and kept
        else None,
        "model": outcome.model_id,
        "fallback": orjson.dumps(outcome.fallback).decode() if outcome.fallback else None,
        "error_code": outcome.error_code,
        "error_message": outcome.error_message,
        "input_tokens": outcome.input_tokens,
        "output_tokens": outcome.output_tokens,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)
        return bool(cursor.rowcount)


def _usage(identity: TurnIdentity, ordinal: int, use: ModelUse) -> UsageInput:
    return UsageInput(
        ordinal=ordinal,
        kind=use.kind,
        product=identity.product,
        product_name=identity.product_name,
        model=use.model_id,
        provider=use.provider,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        price=use.price,
        user_id=identity.user_id,
        api_key_id=identity.api_key_id,
        earner_id=identity.earner_id,
        estimated=use.estimated,
        cached_tokens=use.cached_tokens,
        reasoning_tokens=use.reasoning_tokens,
        quantity=use.quantity,
        unit=use.unit,
        unit_price=use.unit_price,
    )


def _tools(identity: TurnIdentity, outcome: Outcome) -> list[UsageInput]:
    """The tools that were called, as one use after those of models: they cost nothing here, and are counted."""
    if not outcome.tool_calls:
        return []
    return [
        UsageInput(
            ordinal=len(outcome.uses),
            kind=TOOL,
            product=identity.product,
            product_name=identity.product_name,
            model="",
            provider="",
            input_tokens=0,
            output_tokens=0,
            price=None,
            user_id=identity.user_id,
            api_key_id=identity.api_key_id,
            earner_id=identity.earner_id,
            quantity=len(outcome.tool_calls),
            unit="call",
        )
    ]
