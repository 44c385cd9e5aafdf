"""Where an organisation is billed: kept with its wallet, and noted with each sale out of it."""

from functools import lru_cache
from typing import Any

from babel import Locale
from django.db import connection
from django.utils.translation import get_language

from kernel.actions import assert_in_action

# What Babel names besides countries of ISO 3166-1: parts of countries, unions, and codes for tests.
NONE_OF_THEM = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)
COUNTRIES = frozenset(str(code) for code in Locale("en").territories if len(str(code)) == 2) - NONE_OF_THEM
# It is the wallet's row also where there was no credit yet.
NOTE = """
INSERT INTO billing_wallet AS wallet (organisation_id, balance, reserved, country) VALUES (%s, 0, 0, %s)
ON CONFLICT (organisation_id) DO UPDATE SET country = EXCLUDED.country
"""


def note_country(organisation_id: int, country: str) -> None:
    """Keep where an organisation is billed, in an open transaction that sees its wallet; what is no country changes nothing.

    Args:
        country: two capital letters of ISO 3166-1.
    """
    assert_in_action()
    if country in COUNTRIES:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [organisation_id, country])


def country_of_session(session: dict[str, Any]) -> str:
    """The country of the address that was typed on a Checkout page; empty where none was asked for.

    https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-customer_details
    """
    details = session.get("customer_details") or {}
    return str((details.get("address") or {}).get("country") or "")


def country_choices() -> list[tuple[str, str]]:
    """Codes and names of all countries in the reader's language, by name."""
    return _named(get_language() or "en")


@lru_cache(maxsize=8)
def _named(language: str) -> list[tuple[str, str]]:
    names = Locale.parse(language, sep="-").territories
    return sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda one: one[1])
