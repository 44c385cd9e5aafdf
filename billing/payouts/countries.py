"""Where creators can be at home to be paid through Stripe: https://docs.stripe.com/connect/cross-border-payouts and
https://stripe.com/global. Stripe itself refuses what it does not serve from the operator's own country."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

COUNTRIES = frozenset(
    [
        "AE",
        "AT",
        "AU",
        "BE",
        "BG",
        "BR",
        "CA",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GI",
        "GR",
        "HK",
        "HR",
        "HU",
        "IE",
        "IT",
        "JP",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "MX",
        "MY",
        "NL",
        "NO",
        "NZ",
        "PL",
        "PT",
        "RO",
        "SE",
        "SG",
        "SI",
        "SK",
        "TH",
        "US",
    ]
)


@lru_cache(maxsize=8)
def _named(language: str) -> list[tuple[str, str]]:
    names = Locale.parse(language, sep="-").territories
    return sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda one: one[1])


def country_choices() -> list[tuple[str, str]]:
    """Codes and names of countries in the reader's language, by name."""
    return _named(get_language() or "en")
