"""Whoever looks after the wallet sees that requests to spend from it wait; owners decide them."""

import pytest

from billing.actions.ask_to_spend import ask_to_spend
from organisations.actions.decide_approval import decide_approval
from organisations.permissions import Role
from tests.billing.test_selling_purchases import desk, dora, reprice  # noqa: F401 (fixtures)
from tests.billing.test_wallet_top_up import page
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
WALLET = "/billing/wallet/"


def test_owners_find_the_way_and_others_learn_who_decides(alice, charlie, dora, desk):  # noqa: F811
    keeper = add_member(charlie.organisation, make_user("bill@example.org"), role=Role.BILLING)
    assert "wait" not in page(client_for(charlie), WALLET).partition("History")[0].partition("<h1")[2]
    reprice(alice, desk, message=100_000)
    asked = ask_to_spend(actor=dora, reference=desk.publication.slug, kind="message", reason="Letters")
    shown = page(client_for(charlie), WALLET)
    assert "1 request to spend from this wallet waits" in shown and "approvals/?state=pending" in shown
    shown = page(client_for(keeper), WALLET)
    assert "Owners decide them" in shown and "approvals/?state=pending" not in shown
    decide_approval(actor=charlie, approval_id=asked.public_id, approve=True)
    assert "to spend from this wallet" not in page(client_for(keeper), WALLET)
