"""Statements and reviews in words."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.money import format_money

# What a line of a statement is about, by the kind of its transactions.
KINDS: dict[str, str | Promise] = {
    "sale": _("Sold"),
    "pool_share": _("From the pool of subscriptions"),
    "refund": _("Refunded to buyers"),
    "dispute": _("Disputed by buyers' banks"),
    "dispute_won": _("Disputes won"),
    "void": _("Not earned, after review"),
    "pool_void": _("Not earned from the pool, after review"),
    "payout": _("Paid out"),
    "payout_failed": _("Payouts that failed"),
    "payout_reversed": _("Payouts that came back"),
}
PRICED: dict[str, str | Promise] = {
    "message": _("by the message"),
    "monthly": _("by the month"),
    "one_off": _("once"),
    "pool": _("within subscriptions"),
}
# What each rule found, and its evidence; sums are micro-units.
RULES: dict[str, tuple[str | Promise, str | Promise]] = {
    "own_people": (
        _("Own people"),
        _("%(people)s people of the creator's own organisation paid from the customer's: %(sales)s sales."),
    ),
    "reciprocal": (
        _("They buy from each other"),
        _("The customer bought for %(bought)s, and the creator bought back for %(bought_back)s."),
    ),
    "ring": (_("A circle"), _("%(length)s creators buy in a circle, each for at least %(least)s.")),
    "one_payer": (
        _("One customer"),
        _("%(percent)s %% of what the creator earned came from this one of %(payers)s customers."),
    ),
    "new_accounts": (
        _("New accounts"),
        _(
            "One of %(accounts)s customers that were %(age_hours)s hours old or about that, and buy from nobody else."
        ),
    ),
    "same_payment_method": (
        _("The same card"),
        _("Cards or accounts that customer and creator both use: %(methods)s."),
    ),
    "same_network": (
        _("The same network"),
        _(
            "%(people)s of the customer's people signed in from %(addresses)s addresses that the creator's people use."
        ),
    ),
    "burst": (_("A burst"), _("One person bought %(sales)s times within an hour.")),
}
SUMS = ("bought", "bought_back", "least", "share")


def kind_in_words(kind: str) -> str:
    """What happened, for people."""
    return str(KINDS.get(kind, _("Corrections")))


def evidence_in_words(evidence: Iterable[dict[str, Any]]) -> list[str]:
    """A sentence for each rule that found something."""
    return [str(RULES[one["rule"]][1]) % _shown(one) for one in evidence]


def _shown(evidence: dict[str, Any]) -> dict[str, Any]:
    return {
        name: format_money(int(value), settings.CURRENCY) if name in SUMS else value
        for name, value in evidence.items()
    }
