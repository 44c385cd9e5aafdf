"""Refunds, disputes and voids take earnings back to the micro-unit, once."""

import pytest
from django.db import transaction
from django.utils import timezone

from billing.actions.post_sales import post_sales
from billing.earning.clawback import claw_back, open_dispute, refund_sale, win_dispute
from billing.ledger import Kind, wallet_free
from billing.models import LedgerEntry
from kernel.errors import NotFound
from kernel.tenancy import across_organisations, tenant_scope
from tests.factories.earning import balances, give_credit, make_sale

pytestmark = pytest.mark.django_db(transaction=True)
SHARE, FEE, COST = 76_000, 19_000, 5_000


@pytest.fixture
def sell(alice, charlie):
    """Charlie buys answers of Alice's, at 0.10 each; the ids of the sales."""
    give_credit(charlie.organisation.pk, 1_000_000)

    def sell(count=1, *, posted=True):
        sales = [make_sale(charlie.organisation.pk, alice.organisation.pk) for _ in range(count)]
        if posted:
            post_sales()
        return sales

    return sell


def free(organisation):
    with tenant_scope(organisation):
        return wallet_free(organisation.pk)


def across(function, **values):
    with across_organisations(reason="test", durable=True):
        return function(**values)


def shares(alice):
    return balances(
        (Kind.CREATOR_PAYABLE, alice.organisation.pk),
        (Kind.PLATFORM_FEE, None),
        (Kind.REFUNDS, None),
        (Kind.DISPUTE_LOSSES, None),
    )


def trial_balance():
    with across_organisations(reason="test"):
        return sum(LedgerEntry.objects.across_organisations(reason="test").values_list("amount", flat=True))


@pytest.mark.parametrize("posted", [True, False])
def test_a_refund_returns_everybodys_part_once(alice, charlie, sell, posted):
    (sale,) = sell(posted=posted)
    assert across(refund_sale, sale_public_id=sale, event_id="r1") is not None
    assert across(refund_sale, sale_public_id=sale, event_id="r1") is None
    assert across(refund_sale, sale_public_id=sale, event_id="r2") is None
    assert shares(alice) == (0, 0, COST, 0)
    assert free(charlie.organisation) == 1_000_000
    assert balances((Kind.WALLET, charlie.organisation.pk)) == (-1_000_000,)


def test_a_void_leaves_the_buyer_without_money_and_the_creator_without_earnings(alice, charlie, sell):
    sales = sell(2)
    assert across(claw_back, sale_public_ids=sales, reason="fraud", event_id="v1") == 2 * SHARE
    assert across(claw_back, sale_public_ids=sales, reason="fraud", event_id="v1") == 0
    assert across(claw_back, sale_public_ids=sales, reason="fraud", event_id="v2") == 0
    assert shares(alice) == (0, -2 * FEE, 0, -2 * SHARE)
    assert free(charlie.organisation) == 800_000


def test_what_was_voided_is_refunded_by_the_platform_alone(alice, charlie, sell):
    (sale,) = sell()
    across(claw_back, sale_public_ids=[sale], reason="fraud", event_id="v1")
    across(refund_sale, sale_public_id=sale, event_id="r1")
    assert shares(alice) == (0, 0, COST, 0)
    assert free(charlie.organisation) == 1_000_000
    assert across(refund_sale, sale_public_id=sale, event_id="r2") is None


def test_a_dispute_takes_the_wallet_first_then_the_latest_sales(alice, charlie, sell):
    sell(2)
    dispute = {"organisation_id": charlie.organisation.pk, "event_id": "du_1", "occurred_at": timezone.now()}
    across(open_dispute, amount=1_010_000, tax=60_000, **dispute)
    assert across(open_dispute, amount=1_010_000, tax=60_000, **dispute) is None
    assert free(charlie.organisation) == 0
    cash, tax = balances((Kind.CASH, None), (Kind.TAX_PAYABLE, None))
    assert (cash, tax) == (-1_010_000, 60_000)
    # 150,000 of the 200,000 that were sold are gone: all of the latest sale and half of the one before.
    assert shares(alice) == (-SHARE // 2, -FEE // 2, 0, COST + COST // 2)
    assert trial_balance() == 0


def test_more_than_there_is_is_the_platforms_loss(alice, charlie, sell):
    sell(1)
    across(
        open_dispute,
        organisation_id=charlie.organisation.pk,
        amount=1_200_000,
        tax=0,
        event_id="du_1",
        occurred_at=timezone.now(),
    )
    assert shares(alice) == (0, 0, 0, 200_000 + COST)
    assert trial_balance() == 0


def test_a_won_dispute_restores_everything_and_may_come_again(alice, charlie, sell):
    (sale,) = sell()
    before = shares(alice)
    dispute = {"organisation_id": charlie.organisation.pk, "amount": 950_000, "tax": 0}
    assert across(win_dispute, event_id="du_1", occurred_at=timezone.now()) is None
    for event in ("du_1", "du_2"):
        across(open_dispute, event_id=event, occurred_at=timezone.now(), **dispute)
        assert shares(alice) != before
        across(win_dispute, event_id=event, occurred_at=timezone.now())
        assert across(win_dispute, event_id=event, occurred_at=timezone.now()) is None
        assert shares(alice) == before
        assert free(charlie.organisation) == 900_000
    across(refund_sale, sale_public_id=sale, event_id="r1")
    assert shares(alice) == (0, 0, COST, 0)


def test_a_missing_sale_is_not_found_and_a_crash_leaves_nothing(alice, sell):
    (sale,) = sell()
    with pytest.raises(NotFound):
        across(refund_sale, sale_public_id="sale_nothing", event_id="r1")
    with pytest.raises(NotFound):
        across(claw_back, sale_public_ids=[sale, "sale_nothing"], reason="fraud", event_id="v1")

    class Crash(Exception):
        pass

    with pytest.raises(Crash), across_organisations(reason="test", durable=True), transaction.atomic():
        refund_sale(sale_public_id=sale, event_id="r1")
        raise Crash
    assert across(refund_sale, sale_public_id=sale, event_id="r1") is not None
