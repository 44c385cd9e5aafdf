"""The tax number of an organisation: how it is written, where it stands, and that Stripe has the same one."""

import html

import pytest

from billing.actions.set_tax_number import set_tax_number
from billing.models import TaxNumber
from billing.payments.gateway import PaymentProviderDown, PaymentRefused
from billing.payments.tax_numbers import KINDS, is_written_well, laid_out, written
from kernel.errors import InvalidInput, PermissionDenied
from tests.billing.test_subscriptions import rows
from tests.billing.test_wallet_top_up import page, payments, top_up
from tests.fixtures.people import client_for

GERMAN = "DE123456789"


def at_stripe(stripe):
    return [(one["type"], one["value"]) for one in stripe.objects("tax_id")]


def test_the_example_of_each_kind_is_written_well():
    for kind, known in KINDS.items():
        assert is_written_well(kind, written(known.example)) and not is_written_well(kind, "X")
        assert laid_out(kind, written(known.example)) == known.example


def test_what_people_put_between_its_parts_is_no_matter_and_other_numbers_are_refused(db, alice):
    for kind, value, kept in (
        ("eu_vat", " de 123.456.789 ", GERMAN),
        ("us_ein", "123456789", "12-3456789"),
        ("ch_vat", "CHE123456789TVA", "CHE-123.456.789 TVA"),
    ):
        set_tax_number(actor=alice, kind=kind, value=value)
        assert [one.value for one in rows(TaxNumber, alice)] == [kept]
    for kind, value, field in (
        ("eu_vat", "DE12345678", "value"),
        ("eu_vat", "GB123456789", "value"),
        ("xx_vat", GERMAN, "kind"),
    ):
        with pytest.raises(InvalidInput) as refused:
            set_tax_number(actor=alice, kind=kind, value=value)
        assert refused.value.errors[0].field == field
    assert [one.value for one in rows(TaxNumber, alice)] == ["CHE-123.456.789 TVA"]


def test_only_those_who_look_after_the_money_set_it(db, bob):
    with pytest.raises(PermissionDenied):
        set_tax_number(actor=bob, kind="eu_vat", value=GERMAN)


@pytest.mark.django_db(transaction=True)
def test_stripe_has_it_from_the_first_payment_on_and_the_receipt_says_it(stripe, alice):
    client = client_for(alice)
    client.post("/billing/wallet/tax-number", {"kind": "eu_vat", "value": GERMAN})
    assert at_stripe(stripe) == []
    payment = top_up(stripe, alice)
    assert at_stripe(stripe) == [("eu_vat", GERMAN)]
    assert GERMAN in page(client, f"/billing/payments/{payment.public_id}")
    set_tax_number(actor=alice, kind="gb_vat", value="GB123456789")
    set_tax_number(actor=alice, kind="gb_vat", value="GB 123456789")
    assert at_stripe(stripe) == [("gb_vat", "GB123456789")]
    set_tax_number(actor=alice, kind="", value="")
    assert (at_stripe(stripe), rows(TaxNumber, alice)) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_what_stripe_does_not_take_changes_nothing_and_stays_in_the_form(stripe, alice):
    top_up(stripe, alice)
    set_tax_number(actor=alice, kind="eu_vat", value=GERMAN)
    with pytest.raises(PaymentRefused):
        set_tax_number(actor=alice, kind="eu_vat", value="DE000000000")
    answer = client_for(alice).post("/billing/wallet/tax-number", {"kind": "eu_vat", "value": "DE000000000"})
    shown = html.unescape(answer.content.decode())
    assert (
        answer.status_code == 402 and 'value="DE000000000"' in shown and "Invalid value for eu_vat" in shown
    )
    stripe.fail(status=500, times=9)
    with pytest.raises(PaymentProviderDown):
        set_tax_number(actor=alice, kind="gb_vat", value="GB123456789")
    assert [one.value for one in rows(TaxNumber, alice)] == [GERMAN]
    stripe.server.faults.clear()
    assert at_stripe(stripe) == [("eu_vat", GERMAN)]


@pytest.mark.django_db(transaction=True)
def test_a_number_that_stripe_does_not_take_keeps_nobody_from_paying(stripe, alice):
    set_tax_number(actor=alice, kind="eu_vat", value="DE000000000")
    top_up(stripe, alice)
    assert [one.state for one in payments(alice)] == ["paid"]
