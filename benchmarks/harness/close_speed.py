"""What `benchmarks/close_month.py` measures, over an installation: `python -m harness.close_speed USERS CREATORS TURNS`; prints JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 - needs the applications

from billing.actions.close_month import close_month  # noqa: E402
from billing.actions.find_self_dealing import find_self_dealing  # noqa: E402
from billing.actions.post_sales import post_sales  # noqa: E402
from billing.earning.checks import check_ledger, check_month  # noqa: E402
from billing.ledger import Event, Kind, Posting, post  # noqa: E402
from billing.models import LedgerEntry  # noqa: E402
from billing.prices import this_month  # noqa: E402
from kernel.tenancy import across_organisations  # noqa: E402
from organisations.models import Organisation  # noqa: E402

WHY = "generated trade"
MONTH = (this_month() - timedelta(days=1)).replace(day=1)
START = datetime(MONTH.year, MONTH.month, 1, tzinfo=UTC)
CREDIT = 10**12
# Prices between 0.01 and 0.30, models between nothing and a tenth of them; some creators sell far more than others. Every tenth turn
# is an answer within a subscription, which is counted in a day's sums instead.
SELL = """
INSERT INTO billing_sale (public_id, organisation_id, reference, kind, product, product_name, earner_id, price_id, amount, cost, fee,
  share, share_bp, country, created_at)
SELECT 'sale_' || n, payer, 'turn_' || n, 'message', 'asst_' || earner, 'Assistant ' || earner, earner, 1, amount, cost,
  amount - cost - (amount - cost) * 8000 / 10000, (amount - cost) * 8000 / 10000, 8000, 'DE', made
FROM (SELECT n, payer, earner, amount, amount * (n %% 11) / 100 AS cost, made FROM (
  SELECT n, %(first_user)s + (n * 7919) %% %(users)s AS payer,
    %(first_creator)s + ((n * 104729) %% %(creators)s) * ((n * 31) %% %(creators)s) / %(creators)s AS earner,
    10000 + (n * 6151) %% 290001 AS amount, %(start)s + (n %% 2419000) * interval '1 second' AS made
  FROM generate_series(%(from)s::bigint, %(to)s::bigint) n) drawn) priced
"""
USE = """
INSERT INTO billing_usagedaily (organisation_id, day, product, product_name, model, user_id, earner_id, kind, paid_by, answers, calls,
  input_tokens, output_tokens, cost, posted)
SELECT %(first_user)s + n %% %(users)s, %(month)s + (n / %(users)s %% 28)::int, 'asst_' || earner, 'Assistant ' || earner, 'm', n,
  earner, 'chat', 'allowance', 1, 1, 0, 0, 0, 0
FROM (SELECT n, %(first_creator)s + (n * 31) %% %(creators)s AS earner FROM generate_series(1::bigint, %(answers)s::bigint) n) drawn
ON CONFLICT DO NOTHING
"""
OFFER = """
INSERT INTO billing_productprice (public_id, organisation_id, product, kind, amount, trial_messages, created_at)
SELECT 'prc_' || one, one, 'asst_' || one, 'pool', 0, 0, %(start)s
FROM generate_series(%(first_creator)s, %(first_creator)s + %(creators)s - 1) one
"""
SUBSCRIBE = """
INSERT INTO billing_subscriptionpayment (public_id, organisation_id, reference, period_start, period_end, net, pool_part, created_at)
SELECT 'spay_' || one, one, 'in_1', %(month)s, %(month)s, 19000000, 5700000, %(start)s
FROM generate_series(%(first_user)s, %(first_user)s + %(users)s - 1) one
"""
BARE = """
CREATE TEMP TABLE bare AS SELECT transaction_id, account_id, organisation_id, amount FROM billing_ledgerentry LIMIT 0;
INSERT INTO bare SELECT transaction_id, account_id, organisation_id, amount FROM billing_ledgerentry
"""


def organisations(count: int, name: str) -> int:
    """Make organisations with keys in a row; the first key."""
    made = Organisation.objects.bulk_create(
        Organisation(name=f"{name} {n}", slug=f"{name}-{n}".lower()) for n in range(count)
    )
    return int(made[0].pk)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def generate(users: int, creators: int, turns: int) -> None:
    """A month of trade as it stands in the tables before anything is posted."""
    values: dict[str, Any] = {
        "users": users,
        "creators": creators,
        "first_user": organisations(users, "User"),
        "first_creator": organisations(creators, "Creator"),
        "start": START,
        "month": MONTH,
        "answers": turns // 10,
    }
    with across_organisations(reason=WHY, durable=True), connection.cursor() as cursor:
        for owner in range(values["first_user"], values["first_user"] + users):
            event = Event("grant", "benchmark", str(owner), START)
            post(event, [Posting(Kind.PROMOTIONS, CREDIT), Posting(Kind.WALLET, -CREDIT, owner)])
        cursor.execute(SELL, values | {"from": 1, "to": turns - turns // 10})
        cursor.execute(
            "UPDATE billing_wallet SET balance = balance - sold.amount FROM (SELECT organisation_id AS owner, sum(amount) AS amount"
            " FROM billing_sale GROUP BY 1) sold WHERE sold.owner = organisation_id"
        )
        for statement in (OFFER, SUBSCRIBE, USE):
            cursor.execute(statement, values)
        event = Event("subscription", "benchmark", "all", START)
        revenue = 19_000_000 * users
        post(event, [Posting(Kind.CASH, revenue), Posting(Kind.SUBSCRIPTION_REVENUE, -revenue)])


def bare_inserts() -> None:
    """Write the same entries once more where nothing is checked, indexed or kept."""
    with across_organisations(reason=WHY, durable=True), connection.cursor() as cursor:
        cursor.execute(BARE)


def main() -> None:
    """Generate, post, close, check."""
    users, creators, turns = map(int, sys.argv[1:4])
    generating = timed(lambda: generate(users, creators, turns))
    posting = timed(post_sales)
    with across_organisations(reason=WHY):
        entries = LedgerEntry.objects.across_organisations(reason=WHY).count()
    bare = timed(bare_inserts)
    detecting = timed(find_self_dealing)
    closing = timed(lambda: close_month(month=MONTH))
    again = timed(lambda: close_month(month=MONTH))
    with across_organisations(reason=WHY):
        wrong = len(check_month(MONTH)) + len(check_ledger())
    found = {
        "generate_s": generating,
        "post_s": posting,
        "post_a_second": (turns - turns // 10) / posting,
        "post_x_bare": posting / bare,
        "detect_s": detecting,
        "close_s": closing,
        "close_again_s": again,
        "entries": entries,
        "differences": wrong,
    }
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()
