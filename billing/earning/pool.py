"""The revenue pool: a part of every subscription goes to those whose assistants the subscriber's own people used.

Each subscription is divided by itself, so that nobody can move more than what they pay. The rules are on a public page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from billing.ledger import Event, Kind, Posting, post
from billing.models import PoolShare
from billing.prices import next_month
from kernel.actions import assert_in_action
from kernel.tenancy import across_organisations

ANSWERS_A_DAY = 50  # of one person, by one product: more says that a machine asks
WHY = "subscriptions and use of all organisations"

# Own people earn nothing for their creators, wherever they act; what is looked into or was found not to be real neither.
QUALIFIED = """
WITH asked AS (
  SELECT daily.product, max(daily.product_name) AS name, daily.earner_id, LEAST(sum(daily.answers), %(most)s) AS answers
  FROM billing_usagedaily daily
  WHERE daily.organisation_id = %(payer)s AND daily.day >= %(start)s AND daily.day < %(end)s AND daily.kind = 'chat'
    AND daily.earner_id IS NOT NULL AND daily.earner_id <> %(payer)s AND daily.paid_by IN ('allowance', 'wallet', 'metered', 'own_key')
    AND EXISTS (SELECT 1 FROM billing_productprice price
                WHERE price.product = daily.product AND price.organisation_id = daily.earner_id AND price.kind = 'pool'
                  AND price.created_at < (daily.day + 1)::timestamp AT TIME ZONE 'UTC'
                  AND (price.ended_at IS NULL OR price.ended_at > daily.day::timestamp AT TIME ZONE 'UTC'))
    AND NOT EXISTS (SELECT 1 FROM organisations_membership own
                    WHERE own.organisation_id = daily.earner_id AND own.user_id = daily.user_id)
    AND NOT EXISTS (SELECT 1 FROM billing_earningreview review
                    WHERE review.organisation_id = daily.earner_id AND review.payer_id = %(payer)s
                      AND review.state <> 'cleared'
                      AND review.since < (daily.day + 1)::timestamp AT TIME ZONE 'UTC'
                      AND review.until >= daily.day::timestamp AT TIME ZONE 'UTC')
  GROUP BY daily.product, daily.earner_id, daily.day, daily.user_id)
SELECT product, max(name), earner_id, sum(answers)::bigint FROM asked
GROUP BY product, earner_id HAVING sum(answers) > 0 ORDER BY product, earner_id
"""


@dataclass(frozen=True, slots=True)
class Use:
    """Answers of one product that count."""

    product: str
    name: str
    earner_id: int
    answers: int


@dataclass(frozen=True, slots=True)
class Put:
    """What one subscription put into the pool: the payment's public id, who paid, micro-units."""

    payment: str
    payer_id: int
    amount: int


def divide(amount: int, answers: Sequence[int]) -> list[int]:
    """An amount by answers, each part rounded down: what is left over is the remainder's.

    Args:
        amount: micro-units, 0 or more.
        answers: counts above 0.
    """
    whole = sum(answers)
    return [amount * count // whole for count in answers]


def distribute(month: date) -> int:
    """Divide what subscriptions paid until the month's end put into the pool, each in a transaction; returns how many.

    Subscriptions that were divided before are left alone, so it goes on where a crash stopped it.
    """
    end = _midnight(next_month(month))
    with across_organisations(reason=WHY, durable=True):
        due = list(_undivided(end))
    for payment in due:
        with across_organisations(reason=WHY, durable=True):
            _divide_payment(payment, month, end - timedelta(microseconds=1))
    return len(due)


def qualified_use(payer_id: int, month: date) -> list[Use]:
    """What an organisation's people used of the pool's products in a month, as far as it counts."""
    values: dict[str, Any] = {
        "payer": payer_id,
        "start": month,
        "end": next_month(month),
        "most": ANSWERS_A_DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUALIFIED, values)
        return [Use(*row) for row in cursor.fetchall()]


UNDIVIDED = """
SELECT payment.public_id, payment.organisation_id, payment.pool_part FROM billing_subscriptionpayment payment
WHERE payment.created_at < %s AND payment.pool_part > 0 AND payment.reversed_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM billing_ledgertransaction done
                  WHERE done.source = 'pool_share' AND done.event_id = payment.public_id)
ORDER BY payment.id
"""


def _undivided(end: datetime) -> list[Put]:
    with connection.cursor() as cursor:
        cursor.execute(UNDIVIDED, [end])
        return [Put(*row) for row in cursor.fetchall()]


def _divide_payment(payment: Put, month: date, at: datetime) -> None:
    assert_in_action()
    whole = payment.amount
    used = qualified_use(payment.payer_id, month)
    parts = divide(whole, [one.answers for one in used]) if used else []
    details = {"month": f"{month:%Y-%m}", "answers": sum(one.answers for one in used), "products": len(used)}
    post(
        Event("pool", "pool", payment.payment, at, details),
        [Posting(Kind.SUBSCRIPTION_REVENUE, whole), Posting(Kind.POOL, -whole)],
    )
    by_earner: dict[int, int] = {}
    for one, part in zip(used, parts, strict=True):
        by_earner[one.earner_id] = by_earner.get(one.earner_id, 0) + part
    shared = post(
        Event("pool_share", "pool_share", payment.payment, at, details),
        [
            Posting(Kind.POOL, whole),
            *(Posting(Kind.CREATOR_PAYABLE, -part, earner) for earner, part in sorted(by_earner.items())),
            Posting(Kind.POOL_REMAINDER, sum(parts) - whole),
        ],
    )
    if shared is not None:
        PoolShare.objects.bulk_create(
            PoolShare(
                organisation_id=one.earner_id,
                month=month,
                payer_id=payment.payer_id,
                product=one.product,
                product_name=one.name,
                answers=one.answers,
                amount=part,
                transaction=shared.public_id,
            )
            for one, part in zip(used, parts, strict=True)
            if part
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
