"""Take the price of an answer that was given, or give it back."""

from typing import Any

from django.db import connection

from billing.shares import split
from kernel.actions import assert_in_action
from kernel.ids import new_public_id

END = """
UPDATE billing_wallethold SET state = %(state)s
WHERE organisation_id = %(organisation)s AND reference = %(reference)s AND purpose = 'price' AND state = 'held'
RETURNING amount, product, product_name, earner_id, price_id, share_bp, user_id
"""
# What a person's own limit counts in a month that is over is counted no more.
UNCOUNT = """
UPDATE billing_acceptance word SET reserved = GREATEST(word.reserved - %(amount)s, 0), spent = word.spent + %(paid)s
FROM billing_wallethold held
WHERE held.organisation_id = %(organisation)s AND held.reference = %(reference)s AND held.purpose = 'price'
  AND word.organisation_id = held.organisation_id AND word.user_id IS NOT DISTINCT FROM held.user_id
  AND word.product = held.product AND word.month = date_trunc('month', held.created_at AT TIME ZONE 'UTC')::date
"""
PAY = """
UPDATE billing_wallet SET reserved = reserved - %(amount)s, balance = balance - %(paid)s
WHERE organisation_id = %(organisation)s RETURNING country
"""
SELL = """
INSERT INTO billing_sale (public_id, organisation_id, reference, kind, product, product_name, earner_id, price_id, amount,
  cost, fee, share, share_bp, user_id, country, created_at)
VALUES (%s, %s, %s, 'message', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())
"""


def settle_price(*, organisation_id: int, reference: str, cost: int, answered: bool) -> int:
    """End the hold on the price of `reference`, in the caller's open tenant transaction; returns what was paid.

    Args:
        cost: what its calls of models cost, in micro-units.
        answered: whether there is an answer. Nobody pays for none.
    """
    assert_in_action()
    key: dict[str, Any] = {"organisation": organisation_id, "reference": reference}
    with connection.cursor() as cursor:
        cursor.execute(END, key | {"state": "settled" if answered else "released"})
        held = cursor.fetchone()
        if held is None:
            return 0
        amount, product, product_name, earner_id, price_id, share_bp, user_id = held
        paid = amount if answered else 0
        cursor.execute(UNCOUNT, key | {"amount": amount, "paid": paid})
        cursor.execute(PAY, key | {"amount": amount, "paid": paid})
        (country,) = cursor.fetchone()
        if paid:
            parts = split(amount, cost=cost, share_bp=share_bp)
            sold = [new_public_id("sale_"), organisation_id, reference, product, product_name, earner_id]
            cursor.execute(
                SELL,
                [*sold, price_id, amount, parts.cost, parts.fee, parts.share, share_bp, user_id, country],
            )
    return int(paid)
