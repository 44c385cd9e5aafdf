"""What an answer costs whose model an organisation's own key pays for: its tokens nothing, and the fee of the plan."""

from collections.abc import Sequence

from billing.metering.usages import FEE, IMAGE, UsageInput
from billing.plans import own_key_fee

# Its place among the uses of one answer: past all that an answer has.
ORDINAL = 30_000
A_MILLION = 1_000_000


def with_fee(
    organisation_id: int, usages: Sequence[UsageInput], *, answered: bool = True
) -> Sequence[UsageInput]:
    """The uses of an answer, and the fee where an own key gave it and the plan has one. Nobody pays for no answer."""
    # A picture beside an answer of ours is not an answer by an own key.
    own = next((usage for usage in usages if usage.own_key and usage.kind != IMAGE), None)
    # Where somebody else's product is used, what it costs is settled by its price.
    if own is None or not answered or own.earner_id is not None:
        return usages
    fee = own_key_fee(organisation_id)
    if not fee:
        return usages
    charged = UsageInput(
        ordinal=ORDINAL,
        product=own.product,
        product_name=own.product_name,
        model=own.model,
        provider="",
        input_tokens=0,
        output_tokens=0,
        price=None,
        kind=FEE,
        user_id=own.user_id,
        api_key_id=own.api_key_id,
        quantity=1,
        unit="answer",
        unit_price=fee * A_MILLION,
    )
    return [*usages, charged]
