"""What a message costs is agreed to before it is paid: trials, the person's own limit, a higher price, own people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from billing.actions.accept_price import PriceChanged, accept_price
from billing.actions.change_acceptance import change_cap, end_acceptance
from billing.actions.hold_longer import hold_longer
from billing.actions.open_charge import Sold, open_charge
from billing.actions.release_expired import release_expired
from billing.actions.settle import settle
from billing.ledger import WalletTooLow, wallet_free
from billing.models import Acceptance, ProductPrice, Sale, TrialMessage, WalletHold
from billing.queries import allowance_status
from billing.selling.purchases import spent_this_month
from billing.selling.spending import MustAsk, NothingToPay
from billing.terms import CapReached, Covered, PaymentNeeded, PriceNotAccepted, terms_of
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import across_organisations, tenant_scope
from organisations.permissions import Role
from organisations.queries import anonymous_actor
from store.actions.price_listing import price_listing
from tests.billing.test_allowance import usage
from tests.billing.test_sales import credit
from tests.factories.organisations import add_member, make_organisation, make_user
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = 100_000


@pytest.fixture
def desk(alice):
    """A listing of Alice's that costs €0.10 a message."""
    listing = make_listing(alice, "Reply Desk")
    price_listing(actor=alice, listing_id=listing.public_id, prices={"message": PRICE})
    return listing


def product(listing):
    return listing.publication.assistant_public_id


def reference(listing):
    return listing.publication.slug


def ask(actor, listing, turn="turn_1"):
    with tenant_scope(actor.organisation):
        open_charge(
            actor=actor,
            reference=turn,
            amount=10_000,
            sold=Sold(product(listing), "Reply Desk", listing.organisation_id),
        )


def answer(actor, turn="turn_1", *, answered=True):
    with tenant_scope(actor.organisation):
        settle(organisation=actor.organisation, reference=turn, usages=[usage()], answered=answered)


def covered(actor, listing):
    with tenant_scope(actor.organisation):
        return terms_of(actor, product(listing), listing.organisation_id).covered_by


def free(actor):
    with tenant_scope(actor.organisation):
        return wallet_free(actor.organisation.pk)


def word_of(actor):
    with tenant_scope(actor.organisation):
        return Acceptance.objects.for_organisation(actor.organisation).get()


def reprice(actor, listing, amount, trial_messages=0):
    price_listing(
        actor=actor,
        listing_id=listing.public_id,
        prices={"message": amount} if amount else {},
        trial_messages=trial_messages,
    )


def test_nothing_is_paid_before_the_price_is_agreed_to(alice, charlie, desk):
    credit(charlie.organisation, 250_000)
    with pytest.raises(PaymentNeeded) as refused:
        ask(charlie, desk)
    assert refused.value.details["prices"] == [{"kind": "message", "amount": PRICE}]
    assert refused.value.details["accept"].endswith(f"/purchases/of/{product(desk)}")
    assert "€0.10 a message" in refused.value.message
    accept_price(actor=charlie, reference=reference(desk), expected=PRICE)
    ask(charlie, desk)
    answer(charlie)
    assert free(charlie) == 250_000 - PRICE
    assert spent_this_month(word_of(charlie)) == PRICE


def test_it_is_agreed_to_by_any_of_its_names_and_only_where_it_costs_something(alice, charlie, desk):
    for name in (desk.public_id, product(desk), reference(desk)):
        assert accept_price(actor=charlie, reference=name).product == product(desk)
    with pytest.raises(NothingToPay):
        accept_price(actor=alice, reference=reference(desk))
    for missing in ("lst_missing", "asst_missing", "nothing", "\0", "é"):
        with pytest.raises(NotFound):
            accept_price(actor=charlie, reference=missing)
    with pytest.raises(PriceChanged):
        accept_price(actor=charlie, reference=reference(desk), expected=PRICE - 1)


def test_a_higher_price_is_agreed_to_anew_and_a_lower_one_is_not(alice, charlie, desk):
    credit(charlie.organisation, 1_000_000)
    accept_price(actor=charlie, reference=reference(desk))
    reprice(alice, desk, PRICE + 1)
    with pytest.raises(PriceNotAccepted):
        ask(charlie, desk)
    reprice(alice, desk, PRICE - 1)
    ask(charlie, desk)
    assert free(charlie) == 1_000_000 - PRICE + 1


def test_what_is_under_way_keeps_its_price(alice, charlie, desk):
    credit(charlie.organisation, 1_000_000)
    accept_price(actor=charlie, reference=reference(desk))
    ask(charlie, desk)
    reprice(alice, desk, 5 * PRICE)
    answer(charlie)
    with tenant_scope(charlie.organisation):
        assert Sale.objects.for_organisation(charlie.organisation).get().amount == PRICE


def test_messages_to_try_come_first_and_are_given_back_where_there_is_no_answer(alice, charlie, desk):
    reprice(alice, desk, PRICE, trial_messages=2)
    for _ in range(3):
        ask(charlie, desk, "turn_1")
    answer(charlie, "turn_1", answered=False)
    for turn in ("turn_2", "turn_3"):
        assert covered(charlie, desk) == Covered.TRIAL
        ask(charlie, desk, turn)
        answer(charlie, turn)
    with pytest.raises(PaymentNeeded):
        ask(charlie, desk, "turn_4")
    with tenant_scope(charlie.organisation):
        assert allowance_status(charlie.organisation).spent > 0


def test_a_person_tries_once_wherever_they_act(alice, charlie, desk):
    reprice(alice, desk, PRICE, trial_messages=1)
    ask(charlie, desk, "turn_1")
    elsewhere = make_organisation(charlie.user, "Second Home")
    assert covered(elsewhere, desk) == Covered.PRICE
    assert TrialMessage.objects.count() == 1


def test_of_ten_who_try_the_last_message_at_once_one_gets_it(alice, charlie, desk):
    reprice(alice, desk, PRICE, trial_messages=1)

    def attempt(number):
        try:
            ask(charlie, desk, f"turn_{number}")
        except PaymentNeeded:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(5) as threads:
        assert sum(threads.map(attempt, range(10))) == 1
    with tenant_scope(charlie.organisation):
        assert allowance_status(charlie.organisation).reserved == 10_000


def test_strangers_only_try(alice, desk):
    stranger = anonymous_actor(request_id="", ip="")
    assert covered(stranger, desk) == Covered.NOTHING
    reprice(alice, desk, PRICE, trial_messages=1)
    assert covered(stranger, desk) == Covered.TRIAL


def test_ones_own_limit_holds_under_concurrency(alice, charlie, desk):
    credit(charlie.organisation, 10 * PRICE)
    accept_price(actor=charlie, reference=reference(desk), cap=3 * PRICE + 5)

    def attempt(number):
        try:
            ask(charlie, desk, f"turn_{number}")
        except CapReached:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(attempt, range(12))) == 3
    assert free(charlie) == 7 * PRICE


def test_a_limit_is_changed_counts_afresh_next_month_and_gives_back_what_was_not_used(alice, charlie, desk):
    credit(charlie.organisation, 10 * PRICE)
    word = accept_price(actor=charlie, reference=reference(desk), cap=PRICE)
    ask(charlie, desk, "turn_1")
    with pytest.raises(CapReached):
        ask(charlie, desk, "turn_2")
    answer(charlie, "turn_1", answered=False)
    assert spent_this_month(word_of(charlie)) == 0
    ask(charlie, desk, "turn_2")
    change_cap(actor=charlie, acceptance_id=word.public_id, cap=None)
    ask(charlie, desk, "turn_3")
    change_cap(actor=charlie, acceptance_id=word.public_id, cap=PRICE)
    with across_organisations(reason="test"):
        Acceptance.unscoped.update(month="2020-01-01")
    assert spent_this_month(word_of(charlie)) == 0
    ask(charlie, desk, "turn_4")
    answer(charlie, "turn_3")  # of another month, as far as the limit knows
    assert spent_this_month(word_of(charlie)) in (PRICE, 2 * PRICE)


def test_whoever_agrees_no_longer_pays_no_more(alice, charlie, desk):
    credit(charlie.organisation, 10 * PRICE)
    word = accept_price(actor=charlie, reference=reference(desk))
    end_acceptance(actor=charlie, acceptance_id=word.public_id)
    with pytest.raises(PaymentNeeded):
        ask(charlie, desk)
    with pytest.raises(NotFound):
        change_cap(actor=charlie, acceptance_id=word.public_id, cap=None)


def test_a_word_is_ones_own(alice, bob, charlie, desk):
    word = accept_price(actor=charlie, reference=reference(desk))
    for somebody in (alice, bob, add_member(charlie.organisation, bob.user)):
        with pytest.raises(NotFound):
            change_cap(actor=somebody, acceptance_id=word.public_id, cap=None)


@pytest.mark.parametrize("cap", [0, -1, 1, PRICE - 1, 10**18])
def test_a_limit_out_of_range_is_refused(alice, charlie, desk, cap):
    with pytest.raises(InvalidInput):
        accept_price(actor=charlie, reference=reference(desk), cap=cap)


def test_too_little_in_the_wallet_takes_nothing_and_counts_nothing(alice, charlie, desk):
    credit(charlie.organisation, PRICE - 1)
    accept_price(actor=charlie, reference=reference(desk), cap=PRICE)
    for _ in range(2):
        with pytest.raises(WalletTooLow):
            ask(charlie, desk)
    assert spent_this_month(word_of(charlie)) == 0


def test_own_people_pay_nothing_wherever_they_act(alice, bob, charlie, desk):
    elsewhere = add_member(charlie.organisation, bob.user)
    assert covered(elsewhere, desk) == covered(alice, desk) == Covered.OWN
    ask(elsewhere, desk)
    with tenant_scope(charlie.organisation):
        assert allowance_status(charlie.organisation).reserved == 10_000
    with pytest.raises(NothingToPay):
        accept_price(actor=elsewhere, reference=reference(desk))


def test_members_without_a_word_about_the_wallet_ask(alice, charlie, desk):
    dora = add_member(charlie.organisation, make_user("dora@example.org"), Role.MEMBER)
    with pytest.raises(MustAsk):
        accept_price(actor=dora, reference=reference(desk))


def test_what_waits_keeps_its_hold_and_what_expires_gives_everything_back(alice, charlie, desk):
    credit(charlie.organisation, 10 * PRICE)
    accept_price(actor=charlie, reference=reference(desk), cap=3 * PRICE)
    for turn in ("turn_1", "turn_2"):
        ask(charlie, desk, turn)
    with across_organisations(reason="test"):
        WalletHold.unscoped.update(expires_at=timezone.now() - timedelta(seconds=1))
    with tenant_scope(charlie.organisation):
        until = timezone.now() + timedelta(hours=1)
        hold_longer(organisation_id=charlie.organisation.pk, reference="turn_1", until=until)
    assert release_expired() == 1
    assert free(charlie) == 9 * PRICE
    assert spent_this_month(word_of(charlie)) == PRICE


def test_free_again_costs_nothing(alice, charlie, desk):
    reprice(alice, desk, 0)
    assert covered(charlie, desk) == Covered.FREE
    with across_organisations(reason="test"):
        assert ProductPrice.unscoped.filter(ended_at=None).count() == 0
