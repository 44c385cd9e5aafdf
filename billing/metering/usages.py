"""What a use is before it is written down, and the columns that it is written into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from billing.prices import cost_of
from providers.catalogue import PriceSnapshot
from providers.snapshots import OWN

CHAT = "chat"
# Kinds that are no calls of a model.
TOOL, STORAGE, OCR, IMAGE, SEARCH = "tool", "storage", "ocr", "image", "search"
FEE = "fee"  # of the platform, for an answer by an own key


@dataclass(frozen=True, slots=True)
class UsageInput:
    """One call of a model, or something else that is used.

    Attributes:
        ordinal: counts the uses of one reference, from 0.
        product: opaque public id of what was used; product_name: its name at the time.
        kind: chat, embedding, rerank, ocr, image, search, tool, storage …
        earner_id: the organisation that made the product, where another one used it.
        estimated: the tokens were counted by us, because the provider said nothing.
        cached_tokens: those of the input that the provider had kept. reasoning_tokens: those of the output that are not shown.
        quantity: how many of `unit`, where it is not counted in tokens, at `unit_price` micro-units for a million.
        reference: what the use belongs to, where whoever writes it down does not say.
        at: when it happened; now where it is None.
    """

    ordinal: int
    product: str
    product_name: str
    model: str
    provider: str
    input_tokens: int
    output_tokens: int
    price: PriceSnapshot | None
    kind: str = CHAT
    user_id: int | None = None
    api_key_id: int | None = None
    earner_id: int | None = None
    estimated: bool = False
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    quantity: int = 0
    unit: str = ""
    unit_price: int = 0
    reference: str = ""
    at: datetime | None = None

    @property
    def own_key(self) -> bool:
        """Whether an organisation's own key pays for it."""
        return self.provider.startswith(OWN)


# The columns of a record and their types, in the order of `row_of`.
COLUMNS = {
    "reference": "text",
    "ordinal": "smallint",
    "kind": "text",
    "product": "text",
    "product_name": "text",
    "model": "text",
    "provider": "text",
    "input_tokens": "integer",
    "output_tokens": "integer",
    "cached_tokens": "integer",
    "reasoning_tokens": "integer",
    "quantity": "bigint",
    "unit": "text",
    "answered": "boolean",
    "estimated": "boolean",
    "input_price": "bigint",
    "cached_price": "bigint",
    "output_price": "bigint",
    "unit_price": "bigint",
    "price_id": "bigint",
    "cost": "bigint",
    "currency": "text",
    "user_id": "bigint",
    "api_key_id": "bigint",
    "earner_id": "bigint",
}


def row_of(reference: str, usage: UsageInput, *, answered: bool = False) -> tuple[Any, ...]:
    """A record's values. `answered`: it is the one that an answer is counted by."""
    price = usage.price
    # What a provider says may be wrong, and a part is never more than its whole.
    cached = min(usage.cached_tokens, usage.input_tokens)
    return (
        reference,
        usage.ordinal,
        usage.kind,
        usage.product,
        usage.product_name[:160],
        usage.model,
        usage.provider,
        usage.input_tokens,
        usage.output_tokens,
        cached,
        min(usage.reasoning_tokens, usage.output_tokens),
        usage.quantity,
        usage.unit,
        answered,
        usage.estimated,
        price.input_per_million if price else 0,
        price.cached_per_million if price else None,
        price.output_per_million if price else 0,
        usage.unit_price,
        price.id if price else None,
        cost_of(
            price,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=cached,
            units=usage.quantity,
            unit_price=usage.unit_price,
        ),
        price.currency if price else settings.CURRENCY,
        usage.user_id,
        usage.api_key_id,
        usage.earner_id,
    )


def answer_at(usages: Sequence[UsageInput]) -> int | None:
    """Which of an answer's uses counts it: the last call that wrote it; None where there is none."""
    return next((place for place in range(len(usages) - 1, -1, -1) if usages[place].kind == CHAT), None)
