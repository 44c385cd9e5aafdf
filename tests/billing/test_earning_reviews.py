"""Trade that looks unreal waits in a queue, with its earnings, until finance decides."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import SecurityEvent, User
from accounts.staff import NotYourTask, Staff
from billing.actions.change_agreements import AgreementEnded, end_agreement, make_agreement
from billing.actions.decide_review import ReviewDecided, clear_review, void_review
from billing.actions.find_self_dealing import find_self_dealing
from billing.actions.post_sales import post_sales
from billing.earning.balances import payable
from billing.earning.clawback import refund_sale
from billing.earning.payment_methods import note_payment_method, on_charge_succeeded
from billing.earning.words import RULES, evidence_in_words
from billing.ledger import Kind, WalletTooLow
from billing.models import EarningReview, PaymentMethodSeen, StripeCustomer
from billing.payments.webhooks import News
from billing.shares import share_of
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import Organisation
from tests.factories.earning import balances, give_credit, make_sale
from tests.factories.organisations import add_member, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)
UNIT = 1_000_000
LONG_AGO = timedelta(days=30)


@pytest.fixture
def finance(db):
    person = make_user("finance@example.org", staff=True)
    User.objects.filter(pk=person.pk).update(staff_role=User.StaffRole.FINANCE)
    return Staff(User.objects.get(pk=person.pk))


@pytest.fixture
def shop(alice):
    """Sells of Alice's to others: each organisation has opened long ago and has all the credit it needs."""

    def sell(buyer, amount=10 * UNIT, *, earner=alice, count=1, at=None, user=None, age=LONG_AGO):
        key = buyer.organisation.pk
        Organisation.objects.filter(pk=key).update(created_at=timezone.now() - age)
        give_credit(key, amount * count)
        for _ in range(count):
            make_sale(
                key,
                earner.organisation.pk,
                amount,
                cost=0,
                at=at or timezone.now(),
                user_id=user,
                share_bp=8_000,
            )
        post_sales()

    return sell


def customers(count):
    return [make_organisation(make_user(), f"Customer {n}") for n in range(count)]


def found():
    find_self_dealing()
    with across_organisations(reason="test"):
        rows = list(EarningReview.objects.across_organisations(reason="test").order_by("pk"))
    for row in rows:
        assert all(row.evidence) and evidence_in_words(row.evidence)
    return {(row.organisation_id, row.payer_id): {one["rule"] for one in row.evidence} for row in rows}


def open_review():
    with across_organisations(reason="test"):
        return EarningReview.objects.across_organisations(reason="test").get(state="open")


def test_ordinary_trade_is_left_alone(shop):
    for customer in customers(3):
        shop(customer)
    assert found() == {}


def test_each_rule_finds_what_it_is_for(alice, bob, charlie, shop):
    ring = customers(2)
    shop(charlie, user=bob.user_id)
    shop(alice, earner=charlie, amount=9 * UNIT)
    shop(ring[0], amount=8 * UNIT, earner=ring[1])
    shop(ring[1], amount=7 * UNIT, earner=alice)
    shop(alice, amount=8 * UNIT, earner=ring[0])
    rules = found()
    mine, his = alice.organisation.pk, charlie.organisation.pk
    assert rules[mine, his] >= {"own_people", "reciprocal"}
    assert "reciprocal" in rules[his, mine]
    assert "ring" in rules[mine, ring[1].organisation.pk]
    assert "ring" in rules[ring[0].organisation.pk, mine]


def test_one_payer_and_a_burst(alice, charlie, shop):
    for customer in customers(2):
        shop(customer, 2 * UNIT)
    shop(charlie, UNIT, count=130, user=charlie.user_id, at=timezone.now().replace(minute=0))
    assert found() == {(alice.organisation.pk, charlie.organisation.pk): {"one_payer", "burst"}}


def test_new_accounts_that_buy_from_nobody_else(alice, shop):
    for customer in customers(3):
        shop(customer, 4 * UNIT, age=timedelta(hours=5))
    assert set(map(frozenset, found().values())) == {frozenset({"new_accounts"})}
    assert len(found()) == 3


def test_customer_and_creator_sign_in_from_one_address(alice, charlie, shop):
    for customer in customers(2):
        shop(customer)
    shop(charlie)
    for actor in (alice, charlie):
        SecurityEvent.objects.create(user=actor.user, kind="account.signed_in", ip="203.0.113.7")
    assert found() == {(alice.organisation.pk, charlie.organisation.pk): {"same_network"}}


def test_customer_and_creator_use_one_card(alice, charlie, shop):
    for customer in customers(2):
        shop(customer)
    shop(charlie)
    with across_organisations(reason="test"):
        StripeCustomer.objects.create(organisation=charlie.organisation, livemode=False, customer_id="cus_1")
        note_payment_method(organisation_id=alice.organisation.pk, fingerprint="F1")
    assert found() == {}
    card = {"type": "card", "card": {"fingerprint": "F1"}}
    news = News("evt_1", "charge.succeeded", "", "ch_1", timezone.now())
    for _ in range(2):
        on_charge_succeeded({"customer": "cus_1", "payment_method_details": card}, news)
        on_charge_succeeded({"customer": None}, news)
    assert found() == {(alice.organisation.pk, charlie.organisation.pk): {"same_payment_method"}}
    with across_organisations(reason="test"):
        assert not PaymentMethodSeen.objects.across_organisations(reason="test").filter(fingerprint="F1")


def test_what_is_looked_into_is_held_and_cleared_once(alice, bob, charlie, finance, shop, settings):
    settings.EARNINGS_HELD_DAYS = 0
    shop(charlie, user=bob.user_id)
    mine = alice.organisation.pk
    assert payable(mine).available == 8 * UNIT
    found()
    assert (payable(mine).total, payable(mine).held, payable(mine).available) == (8 * UNIT, 8 * UNIT, 0)
    review = open_review()
    clear_review(staff=finance, review_id=review.pk, reason="They told us why.")
    assert payable(mine).available == 8 * UNIT
    with pytest.raises(ReviewDecided):
        void_review(staff=finance, review_id=review.pk, reason="Second thoughts.")
    find_self_dealing()
    with across_organisations(reason="test"):
        assert not EarningReview.objects.across_organisations(reason="test").filter(state="open").exists()
    # What they buy later is looked at again.
    shop(charlie, user=bob.user_id)
    found()
    assert payable(mine).held == 8 * UNIT


def test_a_void_takes_back_what_was_earned(alice, bob, charlie, finance, shop, settings):
    settings.EARNINGS_HELD_DAYS = 0
    shop(charlie, user=bob.user_id)
    found()
    void_review(staff=finance, review_id=open_review().pk, reason="Own people paid.")
    mine = alice.organisation.pk
    assert (payable(mine).total, payable(mine).held, payable(mine).available) == (0, 0, 0)
    assert balances((Kind.DISPUTE_LOSSES, None)) == (-8 * UNIT,)
    assert {(alice.organisation.pk, charlie.organisation.pk)} == set(found())
    with pytest.raises(NotFound):
        void_review(staff=finance, review_id=0, reason="There is none.")


def test_only_finance_decides(alice, bob, charlie, shop):
    shop(charlie, user=bob.user_id)
    found()
    with pytest.raises(NotYourTask):
        clear_review(staff=Staff(alice.user), review_id=open_review().pk, reason="I say so.")


def test_young_earnings_wait_and_a_refund_of_them_costs_nothing_else(alice, charlie, shop):
    shop(charlie, at=timezone.now() - timedelta(days=20))
    mine = alice.organisation.pk
    give_credit(charlie.organisation.pk, 5 * UNIT)
    young = make_sale(charlie.organisation.pk, mine, 5 * UNIT, cost=0)
    post_sales()
    assert (payable(mine).held, payable(mine).available) == (4 * UNIT, 8 * UNIT)
    with across_organisations(reason="test", durable=True):
        refund_sale(sale_public_id=young, event_id="r1")
    assert (payable(mine).held, payable(mine).available) == (0, 8 * UNIT)
    with tenant_scope(alice.organisation):
        assert payable(mine).available == 8 * UNIT


def test_an_agreement_holds_from_its_day_until_it_ends(alice, charlie, finance):
    today = timezone.now().date()
    terms = {"staff": finance, "organisation_id": alice.organisation.pk, "reason": "A partner."}
    assert share_of(alice.organisation.pk) == 8_000
    made = make_agreement(share_bp=9_100, since=today, until=None, **terms)
    make_agreement(share_bp=5_000, since=today + timedelta(days=3), until=None, **terms)
    with tenant_scope(charlie.organisation):
        assert share_of(alice.organisation.pk) == 9_100
        assert share_of(charlie.organisation.pk) == 8_000
    end_agreement(staff=finance, agreement_id=made.pk, reason="No partner any more.")
    assert share_of(alice.organisation.pk) == 8_000
    with pytest.raises(AgreementEnded):
        end_agreement(staff=finance, agreement_id=made.pk, reason="Once more.")


@pytest.mark.parametrize(
    "wrong", [{"share_bp": 10_001}, {"share_bp": -1}, {"days": -1}, {"last": -1}, {"reason": "no"}]
)
def test_an_agreement_that_makes_no_sense_is_refused(alice, finance, wrong):
    today = timezone.now().date()
    since = today + timedelta(days=wrong.get("days", 0))
    with pytest.raises(InvalidInput):
        make_agreement(
            staff=finance,
            organisation_id=alice.organisation.pk,
            share_bp=wrong.get("share_bp", 9_000),
            since=since,
            until=today + timedelta(days=wrong["last"]) if "last" in wrong else None,
            reason=wrong.get("reason", "A partner."),
        )


def test_every_rule_has_words():
    assert {"own_people", "reciprocal", "ring", "one_payer", "new_accounts", "same_network", "burst"} <= set(
        RULES
    )


def test_nothing_is_sold_without_credit(alice, charlie):
    with pytest.raises(WalletTooLow):
        make_sale(charlie.organisation.pk, alice.organisation.pk)


def test_members_of_both_are_no_ones_evidence_without_trade(alice, charlie):
    add_member(alice.organisation, charlie.user)
    assert found() == {}
