"""Write down what calls really used, and give back the rest of their reservation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from billing.key_budgets import charge_key
from billing.plans import NEW_LIMIT
from billing.prices import cost_of, this_month
from kernel.actions import assert_in_action
from kernel.tenancy import HasPk
from providers.catalogue import PriceSnapshot
from providers.snapshots import OWN


@dataclass(frozen=True, slots=True)
class UsageInput:
    """One call of a model.

    Attributes:
        ordinal: counts the calls of one reference, from 0.
        product: opaque public id of what was used; product_name: its name at the time.
        estimated: the tokens were counted by us, because the provider said nothing.
    """

    ordinal: int
    product: str
    product_name: str
    model: str
    provider: str
    input_tokens: int
    output_tokens: int
    price: PriceSnapshot | None
    kind: str = "chat"
    user_id: int | None = None
    api_key_id: int | None = None
    estimated: bool = False


ROW = "(" + ", ".join(["%s"] * 17) + ", now())"
# Only rows that are new count as spent, and only a reservation still held is given back: a second settlement of the
# same calls changes nothing. What an organisation's own key paid for is recorded, and drawn from nothing of ours.
WRITE = (
    "WITH fresh AS (INSERT INTO billing_usagerecord (organisation_id, reference, ordinal, kind, product, product_name,"
    " model, provider, input_tokens, output_tokens, estimated, input_price, output_price, cost, currency, user_id,"
    " api_key_id, created_at) VALUES {rows}"
    " ON CONFLICT (organisation_id, reference, ordinal) DO NOTHING"
    " RETURNING CASE WHEN starts_with(provider, '{own}') THEN 0 ELSE cost END AS cost),"
    " ended AS (UPDATE billing_reservation SET state = 'settled' WHERE organisation_id = %s AND reference = %s"
    " AND state = 'held' RETURNING amount)"
    " SELECT COALESCE((SELECT sum(cost) FROM fresh), 0)::bigint, COALESCE((SELECT amount FROM ended), 0),"
    " held.month, held.api_key_id FROM (SELECT 1) one"
    " LEFT JOIN billing_reservation held ON held.organisation_id = %s AND held.reference = %s"
)
RELEASE = (
    "UPDATE billing_reservation SET state = 'settled' WHERE organisation_id = %s AND reference = %s AND state = 'held'"
    " RETURNING 0, amount, month, api_key_id"
)
CHARGE = f"""
INSERT INTO billing_allowanceperiod AS period (organisation_id, month, "limit", reserved, spent)
SELECT %(organisation)s, %(month)s, {NEW_LIMIT}, 0, %(cost)s
ON CONFLICT (organisation_id, month) DO UPDATE
SET spent = period.spent + %(cost)s, reserved = GREATEST(period.reserved - %(released)s, 0)
"""


def settle(*, organisation: HasPk | int, reference: str, usages: Sequence[UsageInput]) -> int:
    """Record the calls of `reference`, charge them and release what is left of its reservation.

    Returns what was charged, in micro-units: calls that were recorded before are not among it.

    Idempotent by (reference, ordinal). What was really used is always recorded and charged, even beyond the
    reservation: it has been spent. In the caller's open tenant transaction. `organisation` may be its integer key.
    """
    assert_in_action()
    organisation_id = organisation if isinstance(organisation, int) else organisation.pk
    key = [organisation_id, reference]
    with connection.cursor() as cursor:
        if usages:
            statement = WRITE.format(rows=", ".join([ROW] * len(usages)), own=OWN)
            rows = [value for usage in usages for value in _row(organisation_id, reference, usage)]
            cursor.execute(statement, [*rows, *key, *key])
        else:
            cursor.execute(RELEASE, key)
        cost, released, month, api_key_id = cursor.fetchone() or (0, 0, None, None)
        if cost or released:
            _charge(cursor, organisation_id, month, cost, released)
            # A call too cheap to be reserved names its key only in its records.
            asked_by = api_key_id or next((usage.api_key_id for usage in usages if usage.api_key_id), None)
            if asked_by is not None:
                charge_key(
                    cursor, organisation_id, asked_by, month or this_month(), cost=cost, released=released
                )
    return int(cost)


def _charge(cursor: Any, organisation_id: int, month: date | None, cost: int, released: int) -> None:
    values = {
        "organisation": organisation_id,
        "month": month or this_month(),
        "cost": cost,
        "released": released,
    }
    cursor.execute(CHARGE, values | {"limit": settings.MONTHLY_ALLOWANCE_MICRO})


def _row(organisation_id: int, reference: str, usage: UsageInput) -> tuple[Any, ...]:
    price = usage.price
    return (
        organisation_id,
        reference,
        usage.ordinal,
        usage.kind,
        usage.product,
        usage.product_name[:160],
        usage.model,
        usage.provider,
        usage.input_tokens,
        usage.output_tokens,
        usage.estimated,
        price.input_per_million if price else 0,
        price.output_per_million if price else 0,
        cost_of(price, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens),
        price.currency if price else settings.CURRENCY,
        usage.user_id,
        usage.api_key_id,
    )
