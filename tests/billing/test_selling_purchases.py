"""Bought for a month or for good: paid once, renewed, ended, paid back; and those without a word ask."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from billing.actions.ask_to_spend import ask_to_spend
from billing.actions.buy_product import AlreadyBought, buy_product
from billing.actions.open_charge import Sold, open_charge
from billing.actions.post_sales import post_sales
from billing.actions.refund_purchase import (
    AlreadyRefunded,
    AskedAlready,
    NotRefundable,
    ask_refund,
    decide_refund,
    take_refund,
)
from billing.actions.renew_purchases import renew_purchases, tell_renewals
from billing.actions.settle import settle
from billing.actions.switch_renewal import NothingRenews, switch_renewal
from billing.budgets.holding import BudgetUsedUp
from billing.ledger import Kind, WalletTooLow, balance_of, wallet_free
from billing.models import Acceptance, Budget, Entitlement, RefundRequest, Sale
from billing.queries import allowance_status
from billing.selling.periods import months_after
from billing.terms import Covered, terms_of
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.models import OutboxEvent
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.decide_approval import decide_approval
from store.actions.price_listing import price_listing
from tests.billing.test_allowance import usage
from tests.billing.test_sales import credit
from tests.factories.organisations import add_member, make_user
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)
MONTH, EVER = 4_000_000, 30_000_000


@pytest.fixture
def desk(alice):
    """A listing of Alice's that costs €4 a month or €30 for good."""
    listing = make_listing(alice, "Reply Desk")
    reprice(alice, listing)
    return listing


@pytest.fixture
def dora(charlie):
    """A member of Charlie's organisation, without a word about its money."""
    return add_member(charlie.organisation, make_user("dora@example.org"))


def reprice(alice, listing, **prices):
    wanted = prices or {"monthly": MONTH, "one_off": EVER}
    price_listing(actor=alice, listing_id=listing.public_id, prices=wanted)


def buy(actor, listing, kind="monthly", **how):
    return buy_product(actor=actor, reference=listing.publication.slug, kind=kind, **how)


def bought(actor):
    with tenant_scope(actor.organisation):
        return Entitlement.objects.for_organisation(actor.organisation).get()


def sales(actor):
    with tenant_scope(actor.organisation):
        return list(
            Sale.objects.for_organisation(actor.organisation).order_by("pk").values_list("amount", flat=True)
        )


def free(actor):
    with tenant_scope(actor.organisation):
        return wallet_free(actor.organisation.pk)


def covered(actor, listing):
    with tenant_scope(actor.organisation):
        return terms_of(actor, listing.publication.assistant_public_id, listing.organisation_id).covered_by


def use(actor, listing, turns):
    for turn in turns:
        with tenant_scope(actor.organisation):
            sold = Sold(listing.publication.assistant_public_id, "Reply Desk", listing.organisation_id)
            open_charge(actor=actor, reference=turn, amount=10_000, sold=sold)
            one = usage(product=sold.product, user_id=actor.user_id)
            settle(organisation=actor.organisation, reference=turn, usages=[one])


def events(kind):
    with across_organisations(reason="test"):
        return [row.payload for row in OutboxEvent.unscoped.filter(kind=kind)]


def test_what_is_bought_is_paid_once_and_its_answers_use_the_allowance(alice, charlie, desk):
    credit(charlie.organisation, 10_000_000)
    buy(charlie, desk)
    assert (free(charlie), sales(charlie), covered(charlie, desk)) == (6_000_000, [MONTH], Covered.BOUGHT)
    with pytest.raises(AlreadyBought):
        buy(charlie, desk, "one_off")
    use(charlie, desk, ["turn_1"])
    assert sales(charlie) == [MONTH]
    with tenant_scope(charlie.organisation):
        assert allowance_status(charlie.organisation).spent > 0
    post_sales()
    with across_organisations(reason="test"):
        assert balance_of(Kind.CREATOR_PAYABLE, alice.organisation.pk) == -MONTH * 8 // 10


def test_it_is_sold_only_as_it_is_offered_and_only_out_of_credit(alice, charlie, desk):
    with pytest.raises(WalletTooLow):
        buy(charlie, desk)
    for kind in ("message", "pool", "weekly"):
        with pytest.raises(InvalidInput):
            buy(charlie, desk, kind)
    assert sales(charlie) == []


def test_it_renews_once_a_month_whatever_runs_beside_or_again(alice, charlie, desk):
    credit(charlie.organisation, 10_000_000)
    due = buy(charlie, desk).paid_until
    assert renew_purchases(now=due - timedelta(seconds=1)) == 0
    assert [renew_purchases(now=due) for _ in range(3)] == [1, 0, 0]
    assert sales(charlie) == [MONTH, MONTH]
    assert bought(charlie).paid_until == months_after(bought(charlie).started_at, 2)


def test_it_ends_where_it_does_not_renew(alice, charlie, desk):
    credit(charlie.organisation, 10_000_000)
    one = buy(charlie, desk)
    switch_renewal(actor=charlie, purchase_id=one.public_id, renews=False)
    assert covered(charlie, desk) == Covered.BOUGHT
    assert renew_purchases(now=one.paid_until) == 1
    assert (bought(charlie).state, sales(charlie), covered(charlie, desk)) == (
        "ended",
        [MONTH],
        Covered.NOTHING,
    )
    with pytest.raises(NothingRenews):
        switch_renewal(actor=charlie, purchase_id=one.public_id, renews=True)


def test_an_empty_wallet_gives_days_of_grace_and_one_notice(alice, charlie, desk):
    credit(charlie.organisation, MONTH)
    due = buy(charlie, desk).paid_until
    assert [renew_purchases(now=due + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]
    assert (bought(charlie).state, covered(charlie, desk)) == ("grace", Covered.BOUGHT)
    assert len(events("purchase.payment_failed")) == 1
    credit(charlie.organisation, MONTH, key="two")
    assert renew_purchases(now=due + timedelta(days=2)) == 1
    assert (bought(charlie).state, bought(charlie).paid_until) == (
        "active",
        months_after(bought(charlie).started_at, 2),
    )


def test_after_the_grace_it_ends(alice, charlie, desk):
    credit(charlie.organisation, MONTH)
    due = buy(charlie, desk).paid_until
    renew_purchases(now=due)
    assert renew_purchases(now=due + timedelta(days=3)) == 1
    assert (bought(charlie).state, free(charlie)) == ("ended", 0)
    assert [one["why"] for one in events("purchase.ended")] == ["not_paid"]


def test_a_higher_price_holds_only_after_its_notice(alice, charlie, desk):
    credit(charlie.organisation, 100_000_000)
    due = buy(charlie, desk).paid_until
    reprice(alice, desk, monthly=2 * MONTH)
    assert tell_renewals(now=due - timedelta(days=10)) == 1
    assert tell_renewals(now=due - timedelta(days=9)) == 0
    renew_purchases(now=due)  # ten days are too short a notice: once more at the old price
    again = bought(charlie).paid_until
    assert sales(charlie) == [MONTH, MONTH]
    assert tell_renewals(now=again - timedelta(days=20)) == 0
    assert tell_renewals(now=again - timedelta(days=15)) == 1
    renew_purchases(now=again)
    assert sales(charlie) == [MONTH, MONTH, 2 * MONTH]
    assert [one["after"] for one in events("purchase.price_rises")] == [2 * MONTH] * 2


def test_a_lower_price_holds_at_once_and_what_is_no_longer_sold_ends(alice, charlie, desk):
    credit(charlie.organisation, 100_000_000)
    due = buy(charlie, desk).paid_until
    reprice(alice, desk, monthly=MONTH - 1)
    renew_purchases(now=due)
    assert sales(charlie) == [MONTH, MONTH - 1]
    reprice(alice, desk, one_off=EVER)
    renew_purchases(now=bought(charlie).paid_until)
    assert bought(charlie).state == "ended"


def test_within_the_rule_it_is_given_back_at_once(alice, charlie, desk):
    credit(charlie.organisation, EVER)
    one = buy(charlie, desk, "one_off")
    assert take_refund(actor=charlie, purchase_id=one.public_id).state == "refunded"
    with pytest.raises(AlreadyRefunded):
        take_refund(actor=charlie, purchase_id=one.public_id)
    assert (free(charlie), covered(charlie, desk)) == (EVER, Covered.NOTHING)
    with across_organisations(reason="test"):
        assert balance_of(Kind.CREATOR_PAYABLE, alice.organisation.pk) == 0
        assert balance_of(Kind.WALLET, charlie.organisation.pk) == -EVER


def test_after_too_many_answers_or_days_the_creator_is_asked(alice, charlie, desk, settings):
    settings.REFUND_ANSWERS = 2
    credit(charlie.organisation, EVER)
    one = buy(charlie, desk, "one_off")
    use(charlie, desk, ["turn_1", "turn_2"])
    with pytest.raises(NotRefundable):
        take_refund(actor=charlie, purchase_id=one.public_id)
    settings.REFUND_ANSWERS, settings.REFUND_DAYS = 99, 0
    with pytest.raises(NotRefundable):
        take_refund(actor=charlie, purchase_id=one.public_id)


def test_the_creator_pays_back_without_learning_who_asked(alice, bob, charlie, dora, desk):
    credit(charlie.organisation, EVER)
    buy(charlie, desk, "one_off")
    with tenant_scope(charlie.organisation):
        sale = Sale.objects.for_organisation(charlie.organisation).get().public_id
    with pytest.raises(NotFound):
        ask_refund(actor=dora, sale_id=sale, reason="Not mine")
    with pytest.raises(InvalidInput):
        ask_refund(actor=charlie, sale_id=sale, reason=" ")
    request = ask_refund(actor=charlie, sale_id=sale, reason="It does not do what it says.")
    with pytest.raises(AskedAlready):
        ask_refund(actor=charlie, sale_id=sale, reason="Again")
    with tenant_scope(alice.organisation):
        seen = RefundRequest.objects.across_organisations(reason="test").get()
        assert (seen.amount, seen.reason) == (EVER, "It does not do what it says.")
    assert charlie.user.email not in str(events("refund.asked"))
    with pytest.raises(PermissionDenied):
        decide_refund(actor=bob, request_id=request.public_id, granted=True)
    with pytest.raises(NotFound):
        decide_refund(actor=charlie, request_id=request.public_id, granted=True)
    decide_refund(actor=alice, request_id=request.public_id, granted=True)
    with pytest.raises(AlreadyRefunded):
        decide_refund(actor=alice, request_id=request.public_id, granted=True)
    assert (free(charlie), bought(charlie).state) == (EVER, "refunded")


def test_a_refusal_needs_a_reason_and_takes_nothing(alice, charlie, desk):
    credit(charlie.organisation, EVER)
    buy(charlie, desk, "one_off")
    with tenant_scope(charlie.organisation):
        sale = Sale.objects.for_organisation(charlie.organisation).get().public_id
    request = ask_refund(actor=charlie, sale_id=sale, reason="I changed my mind.")
    with pytest.raises(InvalidInput):
        decide_refund(actor=alice, request_id=request.public_id, granted=False)
    decide_refund(actor=alice, request_id=request.public_id, granted=False, answer="Used for a year.")
    assert (free(charlie), bought(charlie).state) == (0, "active")


def test_a_member_asks_and_gets_what_was_approved(alice, charlie, dora, desk):
    credit(charlie.organisation, 100_000_000)
    reprice(alice, desk, message=100_000, monthly=MONTH)
    name = desk.publication.slug
    asked = ask_to_spend(actor=dora, reference=name, kind="message", cap=500_000, reason="For the letters")
    decide_approval(actor=charlie, approval_id=asked.public_id, approve=True)
    with tenant_scope(charlie.organisation):
        word = Acceptance.objects.for_organisation(charlie.organisation).get()
        assert (word.user_id, word.amount, word.cap) == (dora.user_id, 100_000, 500_000)
    asked = ask_to_spend(actor=dora, reference=name, kind="monthly")
    decide_approval(actor=charlie, approval_id=asked.public_id, approve=True)
    assert (bought(dora).user_id, sales(dora)) == (dora.user_id, [MONTH])


def test_whoever_has_a_hard_budget_spends_within_it(alice, charlie, dora, desk):
    credit(charlie.organisation, 100_000_000)
    with tenant_scope(charlie.organisation):
        Budget.objects.create(
            organisation=charlie.organisation, scope="member", subject=str(dora.user_id), limit=MONTH
        )
    with pytest.raises(BudgetUsedUp):
        buy(dora, desk, "one_off")
    due = buy(dora, desk).paid_until
    assert (sales(dora), free(charlie)) == ([MONTH], 100_000_000 - MONTH)
    assert renew_purchases(now=due) == 1


def test_a_purchase_is_ones_own(alice, charlie, dora, desk):
    credit(charlie.organisation, 100_000_000)
    one = buy(charlie, desk)
    for somebody in (alice, dora):
        for act in (
            lambda who: switch_renewal(actor=who, purchase_id=one.public_id, renews=False),
            lambda who: take_refund(actor=who, purchase_id=one.public_id),
        ):
            with pytest.raises(NotFound):
                act(somebody)


def test_months_end_on_the_day_they_began():
    start = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert [months_after(start, n).day for n in (1, 2, 3)] == [28, 31, 30]
    assert months_after(datetime(2026, 12, 5, tzinfo=UTC), 1).year == 2027
    assert timezone.is_aware(months_after(start, 1))
