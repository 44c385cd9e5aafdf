"""An answer with a price: held in the wallet before, sold after, shared in the ledger."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from billing.actions.open_charge import Sold, open_charge
from billing.actions.post_sales import post_sales
from billing.actions.set_price import set_price
from billing.actions.settle import settle
from billing.ledger import Event, Kind, Posting, WalletTooLow, balance_of, post, wallet_free
from billing.models import Acceptance, LedgerEntry, Sale
from billing.prices import this_month
from billing.queries import allowance_status
from billing.shares import split
from kernel.tenancy import across_organisations, tenant_scope
from tests.billing.test_allowance import usage

pytestmark = pytest.mark.django_db(transaction=True)
NET = 100_000 - 5_000


class Product:
    public_id = "asst_1"


def credit(organisation, amount, key="one"):
    with across_organisations(reason="test"):
        event = Event("grant", "staff", key, timezone.now())
        post(event, [Posting(Kind.PROMOTIONS, amount), Posting(Kind.WALLET, -amount, organisation.pk)])


def balances(*wanted):
    with across_organisations(reason="test"):
        return tuple(balance_of(kind, owner) for kind, owner in wanted)


def free(organisation):
    with tenant_scope(organisation):
        return wallet_free(organisation.pk)


def accept(asker, creator, amount=100_000, cap=None):
    """The asker's word about the price of the product's messages, unless it was given."""
    with tenant_scope(asker.organisation):
        Acceptance.objects.bulk_create(
            [
                Acceptance(
                    organisation=asker.organisation,
                    user_id=asker.user_id,
                    product="asst_1",
                    product_name="Reply Desk",
                    earner_id=creator.organisation.pk,
                    price_id=0,
                    amount=amount,
                    cap=cap,
                    month=this_month(),
                )
            ],
            ignore_conflicts=True,
        )


def ask(asker, creator, reference="turn_1"):
    accept(asker, creator)
    with tenant_scope(asker.organisation):
        sold = Sold("asst_1", "Reply Desk", creator.organisation.pk)
        open_charge(actor=asker, reference=reference, amount=10_000, sold=sold)


def answer(asker, reference="turn_1", *, answered=True):
    with tenant_scope(asker.organisation):
        return settle(
            organisation=asker.organisation, reference=reference, usages=[usage()], answered=answered
        )


@pytest.fixture
def priced(alice):
    return set_price(actor=alice, product=Product, kind="message", amount=100_000)


def test_a_paid_answer_is_shared_to_the_micro_unit(alice, charlie, priced):
    credit(charlie.organisation, 250_000)
    ask(charlie, alice)
    assert free(charlie.organisation) == 150_000
    assert answer(charlie) == 0
    assert answer(charlie) == 0
    assert (post_sales(), post_sales()) == (1, 0)
    found = balances(
        (Kind.WALLET, charlie.organisation.pk),
        (Kind.CREATOR_PAYABLE, alice.organisation.pk),
        (Kind.PLATFORM_FEE, None),
        (Kind.PROVIDER_COST, None),
    )
    assert found == (-150_000, -NET * 8 // 10, -NET * 2 // 10, -5_000)
    assert free(charlie.organisation) == 150_000
    with tenant_scope(charlie.organisation):
        assert allowance_status(charlie.organisation).spent == 0


def test_nobody_pays_for_no_answer(alice, charlie, priced):
    credit(charlie.organisation, 250_000)
    ask(charlie, alice)
    answer(charlie, answered=False)
    assert free(charlie.organisation) == 250_000
    with tenant_scope(charlie.organisation):
        assert not Sale.objects.for_organisation(charlie.organisation).exists()


def test_own_use_is_free(alice, priced):
    ask(alice, alice)
    with tenant_scope(alice.organisation):
        assert allowance_status(alice.organisation).reserved == 10_000


def test_of_a_hundred_who_spend_the_last_credit_one_gets_it(alice, charlie, priced):
    credit(charlie.organisation, 150_000)

    def spend(number):
        try:
            ask(charlie, alice, f"turn_{number}")
        except WalletTooLow:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(spend, range(100))) == 1
    assert free(charlie.organisation) == 50_000


def test_the_ledger_refuses_what_does_not_sum_to_zero_or_comes_later(charlie):
    credit(charlie.organisation, 10)
    with across_organisations(reason="test"):
        entry = LedgerEntry.objects.across_organisations(reason="test").first()
        for amounts in ([5], [5, -4], [5, -5]):
            later = [
                LedgerEntry(
                    transaction_id=entry.transaction_id,
                    account_id=entry.account_id,
                    organisation_id=entry.organisation_id,
                    amount=amount,
                )
                for amount in amounts
            ]
            with pytest.raises(IntegrityError), transaction.atomic():
                LedgerEntry.objects.bulk_create(later)
        with (
            pytest.raises(Exception, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE billing_ledgerentry SET amount = amount + 1")


def test_the_same_event_is_posted_once_and_a_wallet_is_never_overdrawn(charlie):
    for _ in range(3):
        credit(charlie.organisation, 10)
    assert free(charlie.organisation) == 10
    with pytest.raises(WalletTooLow), across_organisations(reason="test"):
        event = Event("refund", "staff", "two", timezone.now())
        post(event, [Posting(Kind.CASH, -11), Posting(Kind.WALLET, 11, charlie.organisation.pk)])
    assert balances((Kind.CASH, None), (Kind.WALLET, charlie.organisation.pk)) == (0, -10)


@pytest.mark.parametrize(
    ("amount", "cost", "parts"),
    [
        (100, 0, (0, 20, 80)),
        (100, 33, (33, 14, 53)),
        (100, 100, (100, 0, 0)),
        (5, 9, (5, 0, 0)),
        (1, 0, (0, 1, 0)),
    ],
)
def test_a_payment_is_split_whole(amount, cost, parts):
    found = split(amount, cost=cost, share_bp=8_000)
    assert (found.cost, found.fee, found.share) == parts
    assert sum(parts) == amount
