"""Use beyond the allowance: where a plan goes on, an answer that the allowance has too little left for is the wallet's."""

from typing import Any

from billing.plans import ON_PLAN

# Its row's lock makes concurrent takers of a wallet queue; each looks again at what is free when its turn comes.
HOLD = f"""
WITH taken AS (
  UPDATE billing_wallet SET reserved = reserved + %(amount)s
  WHERE organisation_id = %(organisation)s AND balance - reserved >= %(amount)s
    AND (SELECT plan.overage FROM {ON_PLAN} WHERE holder.organisation_id = %(organisation)s)
    AND NOT EXISTS (SELECT 1 FROM billing_wallethold
                    WHERE organisation_id = %(organisation)s AND reference = %(reference)s AND purpose = 'usage')
  RETURNING id)
INSERT INTO billing_wallethold (organisation_id, reference, purpose, amount, state, product, product_name, share_bp, user_id,
  api_key_id, created_at, expires_at)
SELECT %(organisation)s, %(reference)s, 'usage', %(amount)s, 'held', '', '', 0, %(user)s, %(api_key)s, now(), now() + %(held_for)s
FROM taken RETURNING id
"""  # noqa: S608
END = """
WITH ended AS (
  UPDATE billing_wallethold SET state = 'settled'
  WHERE organisation_id = %(organisation)s AND reference = %(reference)s AND purpose = 'usage' AND state = 'held'
  RETURNING amount)
UPDATE billing_wallet SET reserved = reserved - ended.amount, balance = balance - %(cost)s
FROM ended WHERE organisation_id = %(organisation)s
"""


def hold_overage(cursor: Any, values: dict[str, Any]) -> bool:
    """Keep `amount` of the wallet for the whole call, where the plan goes on beyond the allowance and the wallet holds it."""
    cursor.execute(HOLD, values)
    return cursor.fetchone() is not None


def settle_overage(cursor: Any, organisation_id: int, reference: str, *, cost: int) -> None:
    """Take what a call really cost from the wallet, and give back what was kept for it."""
    cursor.execute(END, {"organisation": organisation_id, "reference": reference, "cost": cost})
