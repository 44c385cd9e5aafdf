"""Make the plans that an installation begins with."""

from typing import Any

from django.db import transaction

from billing.models import Plan
from billing.plans import EVERYTHING, FEATURES
from kernel.money import MICRO

MEGABYTE = 1024 * 1024
# Sums are units of the currency; staff change all of it afterwards.
PLANS: dict[str, dict[str, Any]] = {
    "free": {
        "name": "Free",
        "monthly_allowance": 2,
        "price": 0,
        "member_limit": 3,
        "knowledge_files": 50,
        "knowledge_bytes": 200 * MEGABYTE,
        "features": {"api"},
    },
    "pro": {
        "name": "Pro",
        "monthly_allowance": 20,
        "price": 20,
        "member_limit": 5,
        "knowledge_files": 1_000,
        "knowledge_bytes": 5_000 * MEGABYTE,
        "features": {"api", "own_keys", "pool"},
        "overage": True,
        "own_key_fee": 0.001,
    },
    "team": {
        "name": "Team",
        "monthly_allowance": 100,
        "price": 90,
        "member_limit": 50,
        "features": EVERYTHING,
        "overage": True,
        "own_key_fee": 0.0005,
    },
    "own": {
        "name": "Own terms",
        "monthly_allowance": 1_000,
        "price": 0,
        "features": EVERYTHING,
        "overage": True,
    },
}
SUMS = ("monthly_allowance", "price", "own_key_fee")


def make_plans(*, default: str = "") -> list[str]:
    """Make those of the plans free, pro, team and own that there are not yet; returns their codes.

    What staff changed or archived stays as it is.

    Args:
        default: the code of the plan that holds for everybody who is on none, where none does yet.
    """
    with transaction.atomic(durable=True):
        known = set(Plan.objects.select_for_update().values_list("code", flat=True))
        made = [code for code in PLANS if code not in known]
        Plan.objects.bulk_create(_plan(code) for code in made)
        if default and not Plan.objects.filter(is_default=True).exists():
            Plan.objects.filter(code=default, archived_at=None).update(is_default=True)
    return made


def _plan(code: str) -> Plan:
    values = dict(PLANS[code])
    included = values.pop("features")
    sums = {name: round(values.pop(name) * MICRO) for name in SUMS if name in values}
    features = [one for one in FEATURES if one in included]
    return Plan(code=code, features=features, pool="pool" in included, **sums, **values)
