"""Sales reach the ledger once, whatever is killed and however many post at a time."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from billing.actions.post_sales import post_sales
from billing.earning.checks import check_ledger
from billing.ledger import Kind
from billing.models import LedgerTransaction, Sale
from kernel.tenancy import across_organisations
from tests.factories.earning import balances, give_credit

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 2_000
SELL = """
INSERT INTO billing_sale (public_id, organisation_id, reference, kind, product, product_name, earner_id, price_id, amount, cost, fee,
  share, share_bp, country, created_at)
SELECT 'sale_' || n, %s, 'turn_' || n, 'message', 'asst_1', 'Reply Desk', %s, 1, 1000, 100, 180, 720, 8000, '', now()
FROM generate_series(1, %s) n
"""


@pytest.fixture
def sold(alice, charlie):
    give_credit(charlie.organisation.pk, COUNT * 1_000)
    with across_organisations(reason="test"), connection.cursor() as cursor:
        cursor.execute(SELL, [charlie.organisation.pk, alice.organisation.pk, COUNT])
        cursor.execute(
            "UPDATE billing_wallet SET balance = 0 WHERE organisation_id = %s", [charlie.organisation.pk]
        )


def all_once(alice, charlie):
    assert balances(
        (Kind.WALLET, charlie.organisation.pk), (Kind.CREATOR_PAYABLE, alice.organisation.pk)
    ) == (0, -COUNT * 720)
    with across_organisations(reason="test"):
        assert LedgerTransaction.objects.filter(kind="sale").count() == COUNT
        assert check_ledger() == []


def test_kills_lose_and_double_nothing(alice, charlie, sold):
    connections.close_all()
    for wait in (0.02, 0.05, 0.09, 0.14):
        child = os.fork()
        if child == 0:
            try:
                post_sales(batch=20)
            finally:
                os._exit(0)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    post_sales()
    all_once(alice, charlie)


def test_several_post_beside_each_other(alice, charlie, sold):
    def post_some(_number):
        try:
            return post_sales(batch=50)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(post_some, range(4))) == COUNT - _left_over()
    post_sales()
    all_once(alice, charlie)


def _left_over():
    """Sales that a batch skipped because another held them, and that the next run posts."""
    with across_organisations(reason="test"):
        return Sale.objects.across_organisations(reason="test").filter(posted_at=None).count()
