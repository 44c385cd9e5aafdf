"""Trade that looks as if it were not real: creators buying from themselves, rings, money passed through.

Each rule looks at what was sold and posted in the last weeks, between one creator and one customer, and says why it found it. Nothing
is decided here: what is found waits in a queue, and its earnings with it, until finance looks.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

WINDOW = timedelta(days=35)
LEAST_INCOME = (
    5_000_000  # micro-units in the window below which nothing is looked at: a friend trying something out
)

# What finance cleared is not found again; its later trade is. What was taken back already is not income.
TRADE = """
trade AS MATERIALIZED (
  SELECT sale.earner_id AS earner, sale.organisation_id AS payer, sale.user_id, sale.product, sale.share, sale.amount, sale.created_at
  FROM billing_sale sale
  WHERE sale.created_at >= %(start)s AND sale.created_at < %(end)s AND sale.posted_at IS NOT NULL AND sale.share > 0
    AND NOT EXISTS (SELECT 1 FROM billing_clawback back WHERE back.sale = sale.public_id AND back.reversed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM billing_earningreview review
                    WHERE review.organisation_id = sale.earner_id AND review.payer_id = sale.organisation_id
                      AND review.state = 'cleared' AND sale.created_at <= review.until)),
pairs AS MATERIALIZED (
  SELECT earner, payer, count(*) AS sales, sum(share)::bigint AS share, sum(amount)::bigint AS amount, min(created_at) AS since,
    max(created_at) AS until
  FROM trade GROUP BY earner, payer),
income AS MATERIALIZED (
  SELECT earner, sum(share)::bigint AS share, count(*) AS payers FROM pairs GROUP BY earner)
"""
# Each gives: creator, customer, and its evidence as a JSON object.
RULES: dict[str, str] = {
    # People of the creator's own pay from another organisation.
    "own_people": """
SELECT trade.earner, trade.payer, jsonb_build_object('sales', count(*), 'people', count(DISTINCT trade.user_id),
  'share', sum(trade.share))
FROM trade JOIN organisations_membership own ON own.organisation_id = trade.earner AND own.user_id = trade.user_id
GROUP BY 1, 2""",
    # Two creators buy from each other, about as much.
    "reciprocal": """
SELECT one.earner, one.payer, jsonb_build_object('bought', one.amount, 'bought_back', other.amount)
FROM pairs one JOIN pairs other ON other.earner = one.payer AND other.payer = one.earner
WHERE least(one.amount, other.amount) >= %(least)s AND least(one.amount, other.amount) * 2 >= greatest(one.amount, other.amount)""",
    # Three creators buy in a circle.
    "ring": """
SELECT first.earner, first.payer, jsonb_build_object('length', 3, 'least', least(first.amount, second.amount, third.amount))
FROM pairs first JOIN pairs second ON second.earner = first.payer JOIN pairs third
  ON third.earner = second.payer AND third.payer = first.earner
WHERE first.payer <> first.earner AND second.payer <> first.earner AND second.payer <> second.earner
  AND least(first.amount, second.amount, third.amount) >= %(least)s
  AND least(first.amount, second.amount, third.amount) * 2 >= greatest(first.amount, second.amount, third.amount)""",
    # One customer pays most of what a creator earns.
    "one_payer": """
SELECT pairs.earner, pairs.payer, jsonb_build_object('percent', pairs.share * 100 / income.share, 'share', pairs.share,
  'payers', income.payers)
FROM pairs JOIN income USING (earner)
WHERE income.share >= 4 * %(least)s AND pairs.share * 100 > 60 * income.share""",
    # Accounts that were opened for it: young, and they buy from nobody else.
    "new_accounts": """
SELECT earner, payer, jsonb_build_object('accounts', count(*) OVER (PARTITION BY earner), 'age_hours', age)
FROM (SELECT pairs.earner, pairs.payer, round(extract(epoch FROM pairs.since - organisation.created_at) / 3600) AS age
  FROM pairs JOIN organisations_organisation organisation ON organisation.id = pairs.payer
  WHERE pairs.since < organisation.created_at + interval '3 days'
    AND NOT EXISTS (SELECT 1 FROM pairs elsewhere WHERE elsewhere.payer = pairs.payer AND elsewhere.earner <> pairs.earner)) young
WHERE (SELECT count(*) FROM pairs same JOIN organisations_organisation fresh ON fresh.id = same.payer
       WHERE same.earner = young.earner AND same.since < fresh.created_at + interval '3 days'
         AND NOT EXISTS (SELECT 1 FROM pairs other WHERE other.payer = same.payer AND other.earner <> same.earner)) >= 3
  AND (SELECT share FROM income WHERE income.earner = young.earner) >= %(least)s""",
    # Customer and creator pay, or are paid, by one card or account.
    "same_payment_method": """
SELECT pairs.earner, pairs.payer, jsonb_build_object('methods', count(*))
FROM pairs JOIN billing_paymentmethodseen theirs ON theirs.organisation_id = pairs.payer
JOIN billing_paymentmethodseen ours ON ours.organisation_id = pairs.earner AND ours.fingerprint = theirs.fingerprint
WHERE pairs.payer <> pairs.earner GROUP BY 1, 2""",
    # Customer and creator sign in from one address.
    "same_network": """
SELECT pairs.earner, pairs.payer, jsonb_build_object('addresses', count(DISTINCT theirs.ip), 'people', count(DISTINCT theirs.user_id))
FROM pairs JOIN organisations_membership buying ON buying.organisation_id = pairs.payer
JOIN accounts_securityevent theirs ON theirs.user_id = buying.user_id AND theirs.ip IS NOT NULL AND theirs.created_at >= %(start)s
JOIN organisations_membership earning ON earning.organisation_id = pairs.earner
JOIN accounts_securityevent ours ON ours.user_id = earning.user_id AND ours.ip = theirs.ip AND ours.created_at >= %(start)s
WHERE pairs.share >= %(least)s GROUP BY 1, 2""",
    # Far more in an hour than a person reads.
    "burst": """
SELECT earner, payer, jsonb_build_object('sales', max(sales), 'share', max(share)) FROM (
  SELECT earner, payer, user_id, count(*) AS sales, sum(share) AS share FROM trade
  GROUP BY earner, payer, user_id, date_trunc('hour', created_at) HAVING count(*) >= 120) hours
GROUP BY 1, 2 HAVING max(share) >= %(least)s / 5""",
}
SUMS = f"""
WITH {TRADE}
SELECT earner, payer, since, until, share FROM pairs
WHERE (earner, payer) IN (SELECT * FROM unnest(%(earners)s::bigint[], %(payers)s::bigint[]))
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Trade between a creator and a customer that a rule found.

    Attributes:
        evidence: `{rule, …figures}` of every rule that found it.
        held: micro-units that the creator earned by it.
    """

    earner_id: int
    payer_id: int
    since: datetime
    until: datetime
    held: int
    evidence: list[dict[str, Any]]


def suspicions(*, until: datetime) -> Iterator[Suspicion]:
    """Every pair that a rule finds in the weeks before a moment. Inside `across_organisations`."""
    values: dict[str, Any] = {"start": until - WINDOW, "end": until, "least": LEAST_INCOME}
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for rule, select in RULES.items():
            cursor.execute(f"WITH {TRADE} {select}", values)
            for earner, payer, evidence in cursor.fetchall():
                found.setdefault((earner, payer), []).append({"rule": rule, **_parsed(evidence)})
        if not found:
            return
        pairs = sorted(found)
        cursor.execute(
            SUMS, values | {"earners": [one for one, _ in pairs], "payers": [one for _, one in pairs]}
        )
        sums = cursor.fetchall()
    for earner, payer, since, last, share in sums:
        yield Suspicion(earner, payer, since, last, share, found[earner, payer])


def _parsed(evidence: Any) -> dict[str, Any]:

    return json.loads(evidence) if isinstance(evidence, str) else dict(evidence)
