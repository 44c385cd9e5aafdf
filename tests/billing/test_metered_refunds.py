"""Invoices with use beyond the allowance: every line of them counts, and what goes back leaves the accounts that it came into."""

import random

import pytest

from billing.actions.report_metered import report_metered
from billing.ledger import Kind
from billing.models import SubscriptionPayment
from tests.billing.test_metered import CENT, PRICE, answers, metered  # noqa: F401 (a fixture)
from tests.billing.test_sales import balances
from tests.billing.test_subscriptions import rows
from tests.billing.test_wallet_top_up import payments

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = [
    (kind, None) for kind in (Kind.CASH, Kind.SUBSCRIPTION_REVENUE, Kind.USAGE_REVENUE, Kind.TAX_PAYABLE)
]


@pytest.fixture
def billed(metered, stripe, alice):  # noqa: F811
    """The month's invoice: the plan, and two coins of use, with tax."""
    answers(alice, 4)
    report_metered()
    stripe.get(metered)["_taxed"] = True
    stripe.advance(days=31)
    stripe.deliver(twice=True)
    return payments(alice)[-1]


@pytest.mark.parametrize("seed", range(2))
def test_refunds_and_disputes_in_any_parts_leave_what_the_other_invoices_brought(stripe, billed, seed):
    chance, whole = random.Random(seed), billed.paid // CENT
    cuts = sorted(chance.sample(range(1, whole), 3))
    *parts, last = [to - since for since, to in zip([0, *cuts], [*cuts, whole], strict=True)]
    for part in parts:
        stripe.refund(billed.payment_intent, part)
        stripe.deliver(twice=True, shuffle=seed)
    cash, plans, use, tax = balances(*ACCOUNTS)
    left = last * CENT
    assert cash == PRICE + left and cash + plans + use + tax == 0
    assert abs(-use - 2 * CENT * left // billed.paid) <= 1
    dispute = stripe.dispute(billed.payment_intent, last)
    stripe.deliver(twice=True)
    assert balances(*ACCOUNTS) == (PRICE, -PRICE, 0, 0)
    stripe.close_dispute(dispute["id"], won=True)
    stripe.deliver(twice=True)
    assert balances(*ACCOUNTS) == (cash, plans, use, tax)


def test_a_metered_line_beyond_the_first_page_of_an_invoice_counts(metered, stripe, alice):  # noqa: F811
    answers(alice, 4)
    report_metered()
    subscription = stripe.get(metered)
    plan = subscription["items"]["data"][0]
    subscription["_pending"] = [
        stripe.state.new(
            "line_item",
            amount=0,
            currency="eur",
            period={"start": 0, "end": 0},
            pricing={"price_details": {"price": plan["price"]["id"]}},
        )
        for _ in range(23)
    ]
    stripe.advance(days=31)
    stripe.deliver(twice=True)
    assert len(stripe.objects("invoice")[-1]["_lines"]) == 25
    assert balances((Kind.USAGE_REVENUE, None)) == (-2 * CENT,)
    assert [one.net for one in rows(SubscriptionPayment, alice)] == [PRICE, PRICE]
