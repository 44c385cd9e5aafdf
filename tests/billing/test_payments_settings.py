"""Selling for money without a whole signing secret is refused when the program starts."""

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from billing.payments.amounts import micro_of_a_minor, to_micro, to_minor
from kernel.errors import InvalidInput

MONEY = Path(__file__).resolve().parents[2] / "platform/config/money.py"
WHOLE = "whsec_" + "0123456789abcdef"


def start(monkeypatch, secret, key="sk_test_1"):
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", secret)
    return runpy.run_path(str(MONEY))


@pytest.mark.parametrize(
    "secret",
    ["", " ", ",", "whsec_", "whsec_short", "0123456789abcdef0123456789", f"{WHOLE},whsec_", f"{WHOLE},x"],
)
def test_an_empty_or_short_secret_refuses_to_boot(monkeypatch, secret):
    with pytest.raises(ImproperlyConfigured, match="STRIPE_WEBHOOK_SECRET"):
        start(monkeypatch, secret)


@pytest.mark.parametrize("secret", [WHOLE, f"{WHOLE},{WHOLE}2", f"{WHOLE} {WHOLE}2"])
def test_whole_ones_boot(monkeypatch, secret):
    assert start(monkeypatch, secret)["STRIPE_WEBHOOK_SECRET"] == secret


def test_without_a_key_there_is_nothing_to_sign(monkeypatch):
    assert start(monkeypatch, "", key="")["STRIPE_SECRET_KEY"] == ""


@pytest.mark.parametrize(
    ("currency", "micro"), [("EUR", 10_000), ("JPY", 1_000_000), ("KWD", 1_000), ("ISK", 10_000)]
)
def test_sums_meet_the_coins_of_a_currency(settings, currency, micro):
    settings.CURRENCY = currency
    assert micro_of_a_minor() == micro
    assert to_minor(to_micro(123_456_789_012)) == 123_456_789_012
    with pytest.raises(InvalidInput):
        to_minor(micro + 1)
