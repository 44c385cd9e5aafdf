"""Close a turn: the answer, its citations and what it cost, in one transaction; once, whoever comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from assistants.turns.models import Turn
from billing.actions.settle import UsageInput, settle
from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from providers.catalogue import PriceSnapshot


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
        rows = Turn.objects.for_organisation(identity.organisation_id).filter(public_id=identity.id)
        closed = rows.filter(finished_at=None).update(
            state=outcome.state,
            answer=outcome.text if identity.keep_text else "",
            citations=list(outcome.citations) if identity.keep_text else [],
            error_code=outcome.error_code,
            error_message=outcome.error_message,
            input_tokens=outcome.input_tokens,
            output_tokens=outcome.output_tokens,
            finished_at=timezone.now(),
        )
        if closed:
            settle(
                organisation=Organisation(pk=identity.organisation_id),
                reference=identity.id,
                usages=[_usage(identity, outcome)] if outcome.model_was_called else [],
            )
    return bool(closed)


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
