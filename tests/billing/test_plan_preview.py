"""What another plan costs is shown before anybody agrees, and is what is charged then."""

import html

import pytest

from billing.models import Plan
from kernel.money import format_money
from tests.billing.test_subscriptions import THIRTY, on, plans, subscribe  # noqa: F401 (a fixture)
from tests.billing.test_wallet_top_up import page, payments
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
CHANGE, PREVIEW = "/billing/plans/firm/change", "/billing/plans/firm/preview"


def charged(shown):
    return shown.partition("Charged today</dt>")[2].partition(">")[2].partition("<")[0]


def hidden(shown):
    return shown.partition('name="at" value="')[2].partition('"')[0]


def test_the_page_comes_without_asking_and_the_sums_are_those_that_are_charged(stripe, alice):
    subscribe(stripe, alice)
    client, asked = client_for(alice), len(stripe.journal)
    assert 'hx-get="/billing/plans/firm/preview"' in page(client, CHANGE)
    assert len(stripe.journal) == asked
    shown = page(client, PREVIEW)
    for words in (
        "Credited: the rest of Team",
        "Firm for the rest of the month",
        "Each month from",
        "€90.00",
    ):
        assert words in shown
    assert (on(alice), len(stripe.objects("invoice"))) == ("team", 1)
    stripe.advance(days=1)
    client.post(CHANGE, {"at": hidden(shown)})
    stripe.deliver()
    assert (on(alice), format_money(payments(alice)[-1].paid, "EUR")) == ("firm", charged(shown))


def test_what_is_credited_beyond_the_cheaper_plan_is_carried(stripe, alice, settings):
    settings.STRIPE_AUTOMATIC_TAX = True
    subscribe(stripe, alice, "firm")
    stripe.advance(days=15)
    cheaper = page(client_for(alice), "/billing/plans/team/preview")
    assert charged(cheaper) == "€0.00" and "Taken off the next invoices" in cheaper
    Plan.objects.filter(code="team").update(price=10 * THIRTY)
    dearer = page(client_for(alice), "/billing/plans/team/preview")
    assert charged(dearer).startswith("€12") and "Tax" in dearer and "next invoices" not in dearer


def test_a_moment_that_is_long_over_or_to_come_is_not_believed(stripe, alice):
    subscribe(stripe, alice)
    end = stripe.objects("subscription")[0]["items"]["data"][0]["current_period_end"]
    for plan, at in (("firm", end), ("team", 0)):
        client_for(alice).post(f"/billing/plans/{plan}/change", {"at": str(at)})
        assert on(alice) == plan and "proration_date" not in stripe.journal[-1][2]


def test_where_stripe_does_not_answer_the_form_stays(stripe, alice):
    subscribe(stripe, alice)
    client = client_for(alice)
    stripe.fail(times=3)
    shown = page(client, PREVIEW)
    assert "does not answer" in shown and "Ask again" in shown
    stripe.fail(times=3)
    refused = client.post(CHANGE)
    assert refused.status_code == 503 and "Change the plan" in refused.content.decode()
    assert on(alice) == "team"


def test_there_is_none_without_a_payment_provider_or_a_plan_that_is_paid(db, alice, bob):
    assert client_for(alice).get(CHANGE).status_code == 404
    assert client_for(bob).get(PREVIEW).status_code in (403, 404)


def test_who_pays_for_no_plan_is_told_so(stripe, alice):
    answer = client_for(alice).get(CHANGE)
    assert answer.status_code == 409 and "pays for no plan" in html.unescape(answer.content.decode())
    assert "pays for no plan" in page(client_for(alice), PREVIEW)
    assert client_for(alice).get("/billing/plans/free/change").status_code in (404, 409)
